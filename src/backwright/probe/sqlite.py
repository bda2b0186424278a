"""An SQLite file as the oracle."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

from backwright.probe.database import MOST_ROWS, OURS, Key, Row, Rows, Table, quoted


class SqliteOracle:
    """An SQLite file."""

    def __init__(self, file: Path) -> None:
        """Remember the file, and read which tables there are."""
        self._file = file
        self.tables: Mapping[str, Table] = {}
        self._state: tuple[int, int] = (0, 0)
        self._rows: Rows = {}
        self._watch: sqlite3.Connection | None = None
        self.read_tables()

    def close(self) -> None:
        """Close the connection that sees what others write."""
        if self._watch is not None:
            self._watch.close()

    def read_tables(self) -> None:
        """Read the tables anew; an application may create them when it starts."""
        with self._open() as connection:
            names = [
                row["name"]
                for row in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
                if not row["name"].startswith("sqlite_") and row["name"] not in OURS
            ]
            self.tables = {name: _sqlite_table(connection, name) for name in names}

    def rows(self) -> Rows:
        """Return all rows; read anew only where somebody has written to the file since."""
        state = self._version()
        if state == self._state:
            return self._rows
        found: dict[Key, Row] = {}
        with self._open() as connection:
            for name, table in self.tables.items():
                statement = f"SELECT * FROM {quoted(name)} LIMIT {MOST_ROWS}"  # noqa: S608
                rows = [dict(row) for row in connection.execute(statement)]
                found |= {table.key(row): row for row in rows}
        self._rows, self._state = found, state
        return found

    def _version(self) -> tuple[int, int]:
        """Return a number that every commit to the file changes, and which file it is."""
        place = self._file.stat().st_ino
        if self._watch is None or place != self._state[0]:
            if self._watch is not None:
                self._watch.close()
            self._watch = sqlite3.connect(self._file, timeout=5, isolation_level=None)
            self._state = (place, -1)
        return place, int(self._watch.execute("PRAGMA data_version").fetchone()[0])

    def update(self, table: str, values: Row, where: Row) -> None:
        """Set columns of the rows in which others have these values."""
        sets = ", ".join(f"{quoted(k)} = ?" for k in values)
        tests = " AND ".join(f"{quoted(k)} = ?" for k in where)
        with self._open() as connection:
            statement = f"UPDATE {quoted(table)} SET {sets} WHERE {tests}"  # noqa: S608
            connection.execute(statement, [*values.values(), *where.values()])

    def insert(self, table: str, values: Row) -> None:
        """Add a row."""
        names, marks = ", ".join(quoted(k) for k in values), ", ".join("?" for _ in values)
        with self._open() as connection:
            statement = f"INSERT INTO {quoted(table)} ({names}) VALUES ({marks})"  # noqa: S608
            connection.execute(statement, list(values.values()))

    def labels(self, table: str, column: str) -> tuple[str, ...]:  # noqa: ARG002 - it has none
        """Return nothing: SQLite has no enumerated types."""
        return ()

    def delete(self, key: Key) -> None:
        """Delete a row."""
        tests = " AND ".join(f"{quoted(name)} = ?" for name in self.tables[key[0]].primary_key)
        with self._open() as connection:
            connection.execute(f"DELETE FROM {quoted(key[0])} WHERE {tests}", json.loads(key[1]))  # noqa: S608

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with contextlib.closing(sqlite3.connect(self._file, timeout=5)) as connection:
            connection.row_factory = sqlite3.Row
            with connection:
                yield connection


def _sqlite_table(connection: sqlite3.Connection, name: str) -> Table:
    columns = connection.execute(f"PRAGMA table_info({quoted(name)})").fetchall()
    keys = sorted((row["pk"], row["name"]) for row in columns if row["pk"])
    links = connection.execute(f"PRAGMA foreign_key_list({quoted(name)})").fetchall()
    return Table(
        name,
        tuple(row["name"] for row in columns),
        {row["name"]: row["type"] for row in columns},
        tuple(column for _, column in keys),
        {row["from"]: (row["table"], row["to"] or "id") for row in links},
        tuple(r["name"] for r in columns if r["notnull"] and r["dflt_value"] is None),
    )
