"""A PostgreSQL database as the oracle."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping

from backwright.errors import MissingError
from backwright.probe.database import MOST_ROWS, OURS, Key, Row, Rows, Table, quoted

_SETTLING, _LEAST_SETTLING = 0.5, 0.02


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
        self._state = ""
        self._texts: dict[str, str] = {}
        self._kept: dict[str, Rows] = {}
        self._rows: Rows = {}
        self._patience = _SETTLING
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
            if one["name"].rpartition(".")[2] not in OURS
        }
        parts = [
            f"SELECT '{_escaped(name)}' AS n, coalesce(json_agg(t), '[]')::text AS r FROM "  # noqa: S608
            f"(SELECT * FROM {_relation(name)} LIMIT {MOST_ROWS}) t"
            for name in self.tables
        ]
        self._statement = " UNION ALL ".join(parts)

    def rows(self) -> Rows:
        """Return all rows, once no transaction of the application is open.

        The server's snapshot tells whether any transaction has written since (its text names the
        next transaction's number and those under way), so unchanged rows are not read again.
        """
        state = self._settle()
        if not self._statement or state == self._state:
            return self._rows
        changed = False
        for name, text in self._connection.execute(self._statement):
            if self._texts.get(name) != text:
                changed = True
                self._texts[name] = text
                self._kept[name] = self._read(name, text)
        if changed:
            self._rows = {key: row for rows in self._kept.values() for key, row in rows.items()}
        self._state = state
        return self._rows

    def _read(self, name: str, text: str) -> Rows:
        """Return the rows of a table; those that are as before are the same objects as before."""
        table, old = self.tables[name], self._kept.get(name, {})
        found: dict[Key, Row] = {}
        for row in json.loads(text):
            key = table.key(row)
            known = old.get(key)
            found[key] = known if known == row and known is not None else row
        return found

    def _settle(self) -> str:
        """Wait until nobody else is in a transaction: some applications commit after the answer.

        One that leaves its transactions open is waited for ever more shortly. Returns the
        server's snapshot.
        """
        until = time.monotonic() + self._patience
        while True:
            state, busy = self._connection.execute(_POSTGRES_STATE).fetchone() or ("", 0)
            if not busy:
                self._patience = _SETTLING
                return str(state)
            if time.monotonic() > until:
                self._patience = max(self._patience / 2, _LEAST_SETTLING)
                return str(state)
            time.sleep(0.002)

    def update(self, table: str, values: Row, where: Row) -> None:
        """Set columns of the rows in which others have these values."""
        types = self.tables[table].types
        sets = ", ".join(f"{quoted(k)} = %s::text::{types[k]}" for k in values)
        tests = " AND ".join(f"{quoted(k)}::text = %s" for k in where)
        words = [_plain(v) for v in (*values.values(), *where.values())]
        statement = f"UPDATE {_relation(table)} SET {sets} WHERE {tests}"  # noqa: S608
        self._connection.execute(statement, words)

    def insert(self, table: str, values: Row) -> None:
        """Add a row."""
        types = self.tables[table].types
        names = ", ".join(quoted(k) for k in values)
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
        tests = " AND ".join(f"{quoted(name)}::text = %s" for name in names)
        words = [str(one) for one in json.loads(key[1])]
        self._connection.execute(f"DELETE FROM {_relation(key[0])} WHERE {tests}", words)  # noqa: S608


def _relation(name: str) -> str:
    """Return a table's name for SQL; one outside of `public` has its schema in front."""
    return ".".join(quoted(part) for part in name.split(".", 1))


def _escaped(name: str) -> str:
    return name.replace("'", "''")


def _plain(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)


_POSTGRES_STATE = """
SELECT pg_current_snapshot()::text, (
  SELECT count(*) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND backend_type = 'client backend' AND state <> 'idle'
)
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
