"""A few rows for every table, so that a migration meets data as it does in production.

What no attempt can satisfy is named, never passed over.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from contextlib import closing
from dataclasses import dataclass

from backwright.host.postgres import Cluster
from backwright.workshop.bench import Database
from backwright.workshop.catalog import Catalog
from backwright.workshop.rows import attempts, identifier, parents_first, text

ROWS = 3
_TRY = """
CREATE FUNCTION pg_temp.attempt(statements text[]) RETURNS text LANGUAGE plpgsql AS $body$
DECLARE statement text; said text;
BEGIN
    FOREACH statement IN ARRAY statements LOOP
        BEGIN
            EXECUTE statement;
            RETURN NULL;
        EXCEPTION WHEN OTHERS THEN
            said := coalesce(said, SQLERRM);
        END;
    END LOOP;
    RETURN said;
END $body$;
CREATE TEMPORARY TABLE attempts (name text, said text);
"""


@dataclass(frozen=True, slots=True)
class Filled:
    """How many rows went into how many tables, and why some tables stayed empty."""

    rows: int
    tables: int
    empty: dict[str, str]


def fill(
    database: Database,
    catalog: Catalog,
    cluster: Cluster | None,
    *,
    only: Collection[str] | None = None,
) -> Filled:
    """Insert rows into every table of a database (or only into some), parents first."""
    plan = [
        (table.name, tuple(attempts(table, number, ordered_before, catalog.dialect)))
        for table, ordered_before in parents_first(catalog.tables)
        if only is None or table.name in only
        for number in range(ROWS)
    ]
    if catalog.dialect == "sqlite":
        said = _run_sqlite(database, plan)
    else:
        said = _run_postgres(database, plan, cluster)
    full = {name for name, reason in said if reason is None}
    empty = {name: reason for name, reason in said if reason is not None and name not in full}
    return Filled(sum(reason is None for _, reason in said), len(full), empty)


def _run_postgres(
    database: Database, plan: Sequence[tuple[str, tuple[str, ...]]], cluster: Cluster | None
) -> list[tuple[str, str | None]]:
    """Try each row's statements in one script; return each row's table and what went wrong."""
    if cluster is None or database.address is None or not plan:
        return []
    lines = [_TRY]
    for name, statements in plan:
        array = ", ".join(text(statement) for statement in statements)
        lines.append(
            f"INSERT INTO attempts VALUES ({text(name)}, pg_temp.attempt(ARRAY[{array}]));\n"  # noqa: S608
        )
    lines.append("SELECT json_agg(json_build_array(name, said)) FROM attempts")
    answer = cluster.query("".join(lines), database=database.address.database)
    return [(name, said) for name, said in answer]


def _run_sqlite(
    database: Database, plan: Sequence[tuple[str, tuple[str, ...]]]
) -> list[tuple[str, str | None]]:
    """Try each row's statements; return each row's table and what went wrong."""
    said: list[tuple[str, str | None]] = []
    with closing(sqlite3.connect(str(database.file))) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        for name, statements in plan:
            reason: str | None = None
            for statement in statements:
                try:
                    connection.execute(statement)
                    reason = None
                    break
                except sqlite3.Error as error:
                    reason = reason or str(error)
            said.append((name, reason))
        connection.commit()
    return said


def execute(database: Database, statements: Sequence[str], cluster: Cluster | None) -> None:
    """Run statements on a database."""
    if database.file is not None:
        with closing(sqlite3.connect(str(database.file))) as connection:
            connection.executescript(";\n".join(statements))
    elif database.address is not None and cluster is not None:
        cluster.execute(";\n".join(statements), database=database.address.database)


def checksums(
    database: Database, columns: dict[str, tuple[str, ...]], cluster: Cluster | None
) -> dict[str, tuple[int, str]]:
    """Return the number of rows of each table and a checksum over the columns given."""
    if not columns:
        return {}
    if database.file is not None:
        return _checksums_sqlite(database, columns)
    if cluster is None or database.address is None:
        return {}
    parts = [
        f"SELECT {text(table)} AS name, count(*) AS rows, "  # noqa: S608 - quoted
        f"md5(coalesce(string_agg(line, E'\\n' ORDER BY line), '')) AS sum "
        f"FROM (SELECT ROW({', '.join(map(identifier, names))})::text AS line FROM {table}) t"
        for table, names in columns.items()
    ]
    query = f"SELECT json_object_agg(name, json_build_array(rows, sum)) FROM ({' UNION ALL '.join(parts)}) a"  # noqa: S608 - names come quoted from the catalog
    answer = cluster.query(query, database=database.address.database)
    return {name: (rows, total) for name, (rows, total) in answer.items()}


def _checksums_sqlite(
    database: Database, columns: dict[str, tuple[str, ...]]
) -> dict[str, tuple[int, str]]:
    """Do the same for SQLite; the checksum is the rows themselves."""
    with closing(sqlite3.connect(str(database.file))) as connection:
        found = {}
        for table, names in columns.items():
            listed = ", ".join(map(identifier, names))
            rows = sorted(map(repr, connection.execute(f"SELECT {listed} FROM {table}")))  # noqa: S608 - quoted
            found[table] = (len(rows), "\n".join(rows))
        return found
