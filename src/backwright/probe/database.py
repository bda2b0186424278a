"""The database as the oracle: all rows before and after a request, and what is different."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from backwright.errors import MissingError

Row = Mapping[str, Any]
Key = tuple[str, str]  # a table, and the row's primary key as JSON
_MOST_ROWS = 5_000
_SETTLING = 0.5
_OURS = frozenset({"alembic_version", "aerich"})


@dataclass(frozen=True, slots=True)
class Table:
    """A table: columns in order, types, primary key, foreign keys by column.

    `needed` are the columns that a new row must give.
    """

    name: str
    columns: tuple[str, ...]
    types: Mapping[str, str]
    primary_key: tuple[str, ...]
    references: Mapping[str, tuple[str, str]]
    needed: tuple[str, ...] = ()

    def key(self, row: Row) -> Key:
        """Return what a row is found by; without a primary key all of it."""
        names = self.primary_key or self.columns
        return self.name, json.dumps([row.get(name) for name in names], default=str)


Rows = Mapping[Key, Row]


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one row; `before` is None for a new one, `after` for one that is gone."""

    key: Key
    before: Row | None
    after: Row | None

    @property
    def table(self) -> str:
        """Return the table."""
        return self.key[0]

    def columns(self) -> tuple[str, ...]:
        """Return the columns whose values are different."""
        old, new = self.before or {}, self.after or {}
        return tuple(name for name in {**old, **new} if old.get(name) != new.get(name))


class Oracle(Protocol):
    """A database that can be read while the application uses it, and set to rights by us."""

    tables: Mapping[str, Table]

    def rows(self) -> Rows:
        """Return all rows, once no transaction of the application is open."""
        ...

    def update(self, table: str, values: Row, where: Row) -> None:
        """Set columns of the rows in which others have these values."""
        ...

    def insert(self, table: str, values: Row) -> None:
        """Add a row."""
        ...

    def labels(self, table: str, column: str) -> tuple[str, ...]:
        """Return the labels of a column of an enumerated type; none for other columns."""
        ...

    def delete(self, key: Key) -> None:
        """Delete a row."""
        ...


def changes(before: Rows, after: Rows) -> tuple[Change, ...]:
    """Return the rows that are new, different or gone."""
    found = [Change(k, before.get(k), row) for k, row in after.items() if before.get(k) != row]
    return (*found, *(Change(k, row, None) for k, row in before.items() if k not in after))


class PostgresOracle:
    """A PostgreSQL database, read through one connection of our own."""

    def __init__(self, url: str) -> None:
        """Connect, and read which tables there are.

        Raises:
            MissingError: the database cannot be reached.
        """
        import psycopg

        try:
            self._connection = psycopg.connect(url, autocommit=True)
        except psycopg.Error as error:
            raise MissingError(f"the database cannot be reached: {error}") from error
        self.tables: Mapping[str, Table] = {}
        self.read_tables()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def read_tables(self) -> None:
        """Read the tables anew; an application may create them when it starts."""
        found = self._connection.execute(_POSTGRES_TABLES).fetchone()
        listed = (found[0] if found else None) or []
        self.tables = {
            one["name"]: Table(
                one["name"],
                tuple(one["columns"]),
                one["columns"],
                tuple(one["key"] or ()),
                {k: tuple(v) for k, v in (one["refs"] or {}).items()},
                tuple(one["needed"] or ()),
            )
            for one in listed
            if one["name"].rpartition(".")[2] not in _OURS
        }
        parts = [
            f"SELECT '{_escaped(name)}' AS n, coalesce(json_agg(t), '[]') AS r FROM "  # noqa: S608
            f"(SELECT * FROM {_relation(name)} LIMIT {_MOST_ROWS}) t"
            for name in self.tables
        ]
        self._statement = " UNION ALL ".join(parts)

    def rows(self) -> Rows:
        """Return all rows, once no transaction of the application is open."""
        self._settle()
        if not self._statement:
            return {}
        found: dict[Key, Row] = {}
        for name, rows in self._connection.execute(self._statement):
            table = self.tables[name]
            found |= {table.key(row): row for row in rows}
        return found

    def _settle(self) -> None:
        """Wait until nobody else is in a transaction: some applications commit after the answer."""
        until = time.monotonic() + _SETTLING
        while time.monotonic() < until:
            busy = self._connection.execute(_POSTGRES_BUSY).fetchone()
            if not busy or not busy[0]:
                return
            time.sleep(0.003)

    def update(self, table: str, values: Row, where: Row) -> None:
        """Set columns of the rows in which others have these values."""
        types = self.tables[table].types
        sets = ", ".join(f"{_name(k)} = %s::text::{types[k]}" for k in values)
        tests = " AND ".join(f"{_name(k)}::text = %s" for k in where)
        words = [_plain(v) for v in (*values.values(), *where.values())]
        statement = f"UPDATE {_relation(table)} SET {sets} WHERE {tests}"  # noqa: S608
        self._connection.execute(statement, words)

    def insert(self, table: str, values: Row) -> None:
        """Add a row."""
        types = self.tables[table].types
        names = ", ".join(_name(k) for k in values)
        marks = ", ".join(f"%s::text::{types[k]}" for k in values)
        statement = f"INSERT INTO {_relation(table)} ({names}) VALUES ({marks})"  # noqa: S608
        self._connection.execute(statement, [_plain(v) for v in values.values()])

    def labels(self, table: str, column: str) -> tuple[str, ...]:
        """Return the labels of a column of an enumerated type; none for other columns."""
        kind = self.tables[table].types[column].strip('"').rpartition(".")[2]
        statement = (
            "SELECT enumlabel FROM pg_enum JOIN pg_type t ON t.oid = enumtypid "
            "WHERE typname = %s ORDER BY enumsortorder"
        )
        return tuple(row[0] for row in self._connection.execute(statement, [kind]))

    def delete(self, key: Key) -> None:
        """Delete a row."""
        names = self.tables[key[0]].primary_key
        tests = " AND ".join(f"{_name(name)}::text = %s" for name in names)
        words = [str(one) for one in json.loads(key[1])]
        self._connection.execute(f"DELETE FROM {_relation(key[0])} WHERE {tests}", words)  # noqa: S608


class SqliteOracle:
    """An SQLite file."""

    def __init__(self, file: Path) -> None:
        """Remember the file, and read which tables there are."""
        self._file = file
        self.tables: Mapping[str, Table] = {}
        self.read_tables()

    def close(self) -> None:
        """Do nothing: every reading opens and closes the file."""

    def read_tables(self) -> None:
        """Read the tables anew; an application may create them when it starts."""
        with self._open() as connection:
            names = [
                row["name"]
                for row in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
                if not row["name"].startswith("sqlite_") and row["name"] not in _OURS
            ]
            self.tables = {name: _sqlite_table(connection, name) for name in names}

    def rows(self) -> Rows:
        """Return all rows."""
        found: dict[Key, Row] = {}
        with self._open() as connection:
            for name, table in self.tables.items():
                statement = f"SELECT * FROM {_name(name)} LIMIT {_MOST_ROWS}"  # noqa: S608
                rows = [dict(row) for row in connection.execute(statement)]
                found |= {table.key(row): row for row in rows}
        return found

    def update(self, table: str, values: Row, where: Row) -> None:
        """Set columns of the rows in which others have these values."""
        sets = ", ".join(f"{_name(k)} = ?" for k in values)
        tests = " AND ".join(f"{_name(k)} = ?" for k in where)
        with self._open() as connection:
            statement = f"UPDATE {_name(table)} SET {sets} WHERE {tests}"  # noqa: S608
            connection.execute(statement, [*values.values(), *where.values()])

    def insert(self, table: str, values: Row) -> None:
        """Add a row."""
        names, marks = ", ".join(_name(k) for k in values), ", ".join("?" for _ in values)
        with self._open() as connection:
            statement = f"INSERT INTO {_name(table)} ({names}) VALUES ({marks})"  # noqa: S608
            connection.execute(statement, list(values.values()))

    def labels(self, table: str, column: str) -> tuple[str, ...]:  # noqa: ARG002 - it has none
        """Return nothing: SQLite has no enumerated types."""
        return ()

    def delete(self, key: Key) -> None:
        """Delete a row."""
        tests = " AND ".join(f"{_name(name)} = ?" for name in self.tables[key[0]].primary_key)
        with self._open() as connection:
            connection.execute(f"DELETE FROM {_name(key[0])} WHERE {tests}", json.loads(key[1]))  # noqa: S608

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with contextlib.closing(sqlite3.connect(self._file, timeout=5)) as connection:
            connection.row_factory = sqlite3.Row
            with connection:
                yield connection


def _sqlite_table(connection: sqlite3.Connection, name: str) -> Table:
    columns = connection.execute(f"PRAGMA table_info({_name(name)})").fetchall()
    keys = sorted((row["pk"], row["name"]) for row in columns if row["pk"])
    links = connection.execute(f"PRAGMA foreign_key_list({_name(name)})").fetchall()
    return Table(
        name,
        tuple(row["name"] for row in columns),
        {row["name"]: row["type"] for row in columns},
        tuple(column for _, column in keys),
        {row["from"]: (row["table"], row["to"] or "id") for row in links},
        tuple(r["name"] for r in columns if r["notnull"] and r["dflt_value"] is None),
    )


def _name(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def _relation(name: str) -> str:
    """Return a table's name for SQL; one outside of `public` has its schema in front."""
    return ".".join(_name(part) for part in name.split(".", 1))


def _escaped(name: str) -> str:
    return name.replace("'", "''")


def _plain(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)


def texts_of(row: Row) -> Sequence[str]:
    """Return the values of a row that are texts long enough to be found again."""
    return [value for value in row.values() if isinstance(value, str) and len(value) >= 8]


_POSTGRES_BUSY = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
  AND backend_type = 'client backend' AND state <> 'idle'
"""
_POSTGRES_TABLES = """
SELECT json_agg(json_build_object('name', name, 'columns', columns, 'key', key, 'refs', refs,
                                  'needed', needed)
                ORDER BY name)
FROM (
  SELECT CASE n.nspname WHEN 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END AS name,
    (SELECT json_object_agg(a.attname, format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum)
       FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    ) AS columns,
    (SELECT json_agg(a.attname ORDER BY k.place) FROM pg_constraint p,
       unnest(p.conkey) WITH ORDINALITY AS k(num, place), pg_attribute a
       WHERE p.conrelid = c.oid AND p.contype = 'p'
         AND a.attrelid = c.oid AND a.attnum = k.num) AS key,
    (SELECT json_object_agg(a.attname, json_build_array(
         CASE fn.nspname WHEN 'public' THEN f.relname ELSE fn.nspname || '.' || f.relname END,
         fa.attname))
       FROM pg_constraint p
       CROSS JOIN LATERAL unnest(p.conkey, p.confkey) AS k(num, fnum)
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.num
       JOIN pg_class f ON f.oid = p.confrelid JOIN pg_namespace fn ON fn.oid = f.relnamespace
       JOIN pg_attribute fa ON fa.attrelid = f.oid AND fa.attnum = k.fnum
       WHERE p.conrelid = c.oid AND p.contype = 'f') AS refs,
    (SELECT json_agg(a.attname ORDER BY a.attnum) FROM pg_attribute a
       WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         AND a.attnotnull AND NOT a.atthasdef AND a.attidentity = '') AS needed
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%'
) t
"""
