"""The database as the oracle: all rows before and after a request, and what is different."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Row = Mapping[str, Any]
Key = tuple[str, str]  # a table, and the row's primary key as JSON
MOST_ROWS = 5_000
OURS = frozenset({"alembic_version", "aerich"})


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
        """Return all rows, once no transaction of the application is open.

        Where nothing was written since, it is the same object as before.
        """
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
    if before is after:
        return ()
    found = [
        Change(k, old, row)
        for k, row in after.items()
        if (old := before.get(k)) is not row and old != row
    ]
    return (*found, *(Change(k, row, None) for k, row in before.items() if k not in after))


def quoted(name: str) -> str:
    """Return a name as SQL writes it in quotes."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def texts_of(row: Row) -> Sequence[str]:
    """Return the values of a row that are texts long enough to be found again."""
    return [value for value in row.values() if isinstance(value, str) and len(value) >= 8]
