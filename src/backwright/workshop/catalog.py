"""A database as it is: tables, columns, constraints, read from the database itself.

PostgreSQL's is read from its system catalogs by one query, SQLite's by its PRAGMAs, so that the
host's interpreter and drivers play no part in it.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Literal

from backwright.host.postgres import Cluster
from backwright.workshop.bench import Database

Dialect = Literal["postgresql", "sqlite"]
_NOT_OURS = ("alembic_version",)


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `base` is the type's plain name, `labels` the values of an enum."""

    name: str
    type: str
    base: str
    not_null: bool
    default: str | None
    generated: bool
    labels: tuple[str, ...] = ()
    length: int | None = None


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A foreign key, column by column; `target` is the quoted name of the other table."""

    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `name` is quoted and, where needed, has its schema in front."""

    name: str
    columns: tuple[Column, ...]
    foreign_keys: tuple[ForeignKey, ...]
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Catalog:
    """All tables, and a description of the whole schema to compare with another time's."""

    dialect: Dialect
    tables: tuple[Table, ...]
    schema: frozenset[str]

    def named(self) -> dict[str, Table]:
        """Return the tables by name."""
        return {table.name: table for table in self.tables}


_QUERY = """
WITH relation AS (
    SELECT c.oid, c.relname, n.nspname,
           CASE WHEN n.nspname = 'public' THEN quote_ident(c.relname)
                ELSE quote_ident(n.nspname) || '.' || quote_ident(c.relname) END AS name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
), columns AS (
    SELECT a.attrelid, a.attnum, json_build_object(
        'name', a.attname,
        'type', format_type(a.atttypid, a.atttypmod),
        'base', CASE WHEN t.typcategory = 'A' THEN 'array' ELSE coalesce(b.typname, t.typname) END,
        'not_null', a.attnotnull OR t.typnotnull,
        'default', pg_get_expr(d.adbin, d.adrelid),
        'generated', a.attgenerated::text <> '' OR a.attidentity::text <> '',
        'labels', (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e
                   WHERE e.enumtypid = coalesce(b.oid, t.oid)),
        'length', CASE WHEN t.typname IN ('varchar', 'bpchar') AND a.atttypmod > 4
                       THEN a.atttypmod - 4 END) AS column
    FROM pg_attribute a
    JOIN relation r ON r.oid = a.attrelid
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_type b ON b.oid = nullif(t.typbasetype, 0)
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attnum > 0 AND NOT a.attisdropped
), keys AS (
    SELECT c.conrelid, json_build_object(
        'columns', (SELECT json_agg(a.attname ORDER BY k.n)
                    FROM unnest(c.conkey) WITH ORDINALITY k(number, n)
                    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number),
        'target', r.name,
        'target_columns', (SELECT json_agg(a.attname ORDER BY k.n)
                    FROM unnest(c.confkey) WITH ORDINALITY k(number, n)
                    JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.number)) AS key
    FROM pg_constraint c JOIN relation r ON r.oid = c.confrelid
    WHERE c.contype = 'f'
)
SELECT json_build_object(
    'tables', coalesce((SELECT json_agg(json_build_object(
        'name', r.name,
        'columns', (SELECT json_agg(c.column ORDER BY c.attnum) FROM columns c
                    WHERE c.attrelid = r.oid),
        'foreign_keys', (SELECT json_agg(k.key) FROM keys k WHERE k.conrelid = r.oid),
        'checks', (SELECT json_agg(pg_get_constraintdef(c.oid)) FROM pg_constraint c
                   WHERE c.conrelid = r.oid AND c.contype = 'c')) ORDER BY r.name)
        FROM relation r), '[]'::json),
    'schema', coalesce((SELECT json_agg(line) FROM (
        SELECT 'column ' || r.name || '.' || (c.column ->> 'name') || ' ' || (c.column ->> 'type')
               || CASE WHEN (c.column ->> 'not_null')::bool THEN ' NOT NULL' ELSE '' END
               || coalesce(' DEFAULT ' || (c.column ->> 'default'), '') AS line
        FROM columns c JOIN relation r ON r.oid = c.attrelid
        UNION ALL
        SELECT 'constraint ' || r.name || '.' || c.conname || ' ' || pg_get_constraintdef(c.oid)
        FROM pg_constraint c JOIN relation r ON r.oid = c.conrelid WHERE c.contype <> 'n'
        UNION ALL
        SELECT 'index ' || pg_get_indexdef(i.indexrelid)
        FROM pg_index i JOIN relation r ON r.oid = i.indrelid
        UNION ALL
        SELECT 'enum ' || t.typname || ' ' || string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder)
        FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid GROUP BY t.oid, t.typname
        UNION ALL
        SELECT 'sequence ' || s.schemaname || '.' || s.sequencename FROM pg_sequences s
        UNION ALL
        SELECT 'view ' || v.schemaname || '.' || v.viewname FROM pg_views v
        WHERE v.schemaname NOT LIKE 'pg\\_%' AND v.schemaname <> 'information_schema'
        UNION ALL
        SELECT 'trigger ' || pg_get_triggerdef(t.oid)
        FROM pg_trigger t JOIN relation r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal
    ) lines), '[]'::json))
"""


def read_catalog(database: Database, cluster: Cluster | None) -> Catalog:
    """Read a database's tables, without Alembic's own."""
    if database.file is not None:
        return _read_sqlite(database)
    if database.address is None or cluster is None:
        return Catalog("postgresql", (), frozenset())
    data = cluster.query(_QUERY, database=database.address.database)
    tables = [_table(entry) for entry in data["tables"]]
    return Catalog("postgresql", _ours(tables), _lines_of_ours(tables, data["schema"]))


def added_columns(old: Catalog, new: Catalog) -> tuple[str, ...]:
    """Return the statements that add to tables which were there the columns that may stay empty."""
    there = {table.name: {column.name for column in table.columns} for table in old.tables}
    return tuple(
        f'ALTER TABLE {table.name} ADD COLUMN "{column.name}" {column.type}'
        for table in new.tables
        for column in table.columns
        if column.name not in there.get(table.name, {column.name}) and not column.not_null
    )


def _table(data: dict[str, Any]) -> Table:
    """Read one table of the query's answer."""
    return Table(
        name=data["name"],
        columns=tuple(
            Column(**{**column, "labels": tuple(column["labels"] or ())})
            for column in data["columns"] or ()
        ),
        foreign_keys=tuple(
            ForeignKey(tuple(key["columns"]), key["target"], tuple(key["target_columns"]))
            for key in data["foreign_keys"] or ()
        ),
        checks=tuple(data["checks"] or ()),
    )


def _ours(tables: Iterable[Table]) -> tuple[Table, ...]:
    """Leave out what belongs to Alembic."""
    return tuple(table for table in tables if not _is_of_alembic(table))


def _is_of_alembic(table: Table) -> bool:
    """Tell whether a table holds the revision that was reached: projects may call it otherwise."""
    columns = [column.name for column in table.columns]
    return table.name.split(".")[-1] in _NOT_OURS or columns == ["version_num"]


def _lines_of_ours(tables: Iterable[Table], lines: Iterable[str]) -> frozenset[str]:
    """Leave out what is said of Alembic's table."""
    names = {one.name.split(".")[-1].strip('"') for one in tables if _is_of_alembic(one)}
    told = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in sorted({*names, *_NOT_OURS})))
    return frozenset(line for line in lines if not told.search(line))


def _read_sqlite(database: Database) -> Catalog:
    """Read an SQLite database by its PRAGMAs."""
    with closing(sqlite3.connect(str(database.file))) as connection:
        rows = connection.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
        ).fetchall()
        tables = [
            _sqlite_table(connection, name, sql) for kind, name, sql in rows if kind == "table"
        ]
    schema = set()
    for table in tables:
        for column in table.columns:
            null = " NOT NULL" if column.not_null else ""
            schema.add(f"column {table.name}.{column.name} {column.type}{null} {column.default}")
        for key in table.foreign_keys:
            schema.add(f"constraint {table.name} {key.columns} {key.target} {key.target_columns}")
        schema |= {f"constraint {table.name} {text}" for text in table.checks}
    schema |= {f"{kind} {name} {sql}" for kind, name, sql in rows if kind != "table"}
    return Catalog("sqlite", _ours(tables), _lines_of_ours(tables, schema))


def _sqlite_table(connection: sqlite3.Connection, name: str, sql: str) -> Table:
    """Read one table of SQLite."""
    quoted = quote(name)
    columns = []
    for _, column, kind, not_null, default, key in connection.execute(
        f"PRAGMA table_info({quoted})"
    ).fetchall():
        length = re.search(r"\((\d+)\)", kind)
        row_id = bool(key) and kind.upper() == "INTEGER"
        columns.append(
            Column(
                name=column,
                type=kind,
                base=re.sub(r"\(.*\)", "", kind).strip().lower(),
                not_null=bool(not_null) or bool(key),
                default=default,
                generated=row_id,
                length=int(length[1]) if length else None,
            )
        )
    keys: dict[int, list[tuple[str, str, str | None]]] = {}
    for number, _, target, column, target_column, *_ in connection.execute(
        f"PRAGMA foreign_key_list({quoted})"
    ).fetchall():
        keys.setdefault(number, []).append((target, column, target_column))
    return Table(
        name=quoted,
        columns=tuple(columns),
        foreign_keys=tuple(_sqlite_key(connection, parts) for parts in keys.values()),
        checks=tuple(re.findall(r"CHECK\s*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)", sql)),
    )


def _sqlite_key(
    connection: sqlite3.Connection, parts: list[tuple[str, str, str | None]]
) -> ForeignKey:
    """Read one foreign key; where it names no columns it means the primary key."""
    target = quote(parts[0][0])
    columns = tuple(column for _, column, _ in parts)
    named = tuple(column for _, _, column in parts if column is not None)
    if len(named) != len(columns):
        info = connection.execute(f"PRAGMA table_info({target})").fetchall()
        named = tuple(row[1] for row in sorted(info, key=lambda row: row[5]) if row[5])
    return ForeignKey(columns, target, named)


def quote(name: str) -> str:
    """Quote an SQL identifier where it needs it."""
    if re.fullmatch(r"[a-z_][a-z0-9_]*", name) and name not in ("order", "group", "user"):
        return name
    return '"' + name.replace('"', '""') + '"'
