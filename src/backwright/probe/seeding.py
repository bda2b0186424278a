"""Rows put straight into the database, for what no operation of the API makes."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from backwright.probe.database import Key, Oracle, Row, Table
from backwright.probe.privileges import is_role, ordinary_word, speaks_of_admin
from backwright.probe.samples import PASSWORD_WORDS, Mark, Sampler
from backwright.probe.schemas import Value

_SECRET = re.compile(rf"(?i)pass(word|wd)?|hash|^({PASSWORD_WORDS})$")
_NAME = re.compile(r"(?i)e-?mail|user_?name|login")
_GOOD = re.compile(r"(?i)active|enabled|verified|confirmed|approved|available|in_?stock")
_EMPTY = re.compile(r"(?i)(delet|remov|archiv|expir|revok|ban|block|lock|suspend|disabl|finish|clos|"
                    r"cancel|complet|read|used|reset|token|code|secret|parent|sent|paid|end)")  # fmt: skip
_LONG_AGO = "2024-01-01T00:00:00+00:00"
_LENGTH = re.compile(r"\((\d+)\)")
_DEEPEST = 4
_UUIDS = (32, 36)


@dataclass(frozen=True, slots=True)
class Seeder:
    """Makes rows: unique values, texts marked with whose they are, what they refer to made first.

    Attributes:
        oracle: The database.
        sampler: Gives the unique values.
        roles: Words that the source compares roles with.
    """

    oracle: Oracle
    sampler: Sampler
    roles: tuple[str, ...] = ()

    def insert(
        self, table: Table, letter: str, given: Mapping[str, Any], depth: int = 0
    ) -> tuple[Key, Row] | str:
        """Add a row; return it, or why it could not be added.

        Args:
            table: Where.
            letter: Whose marks its texts have.
            given: Values that are known.
            depth: How many rows wait for this one.
        """
        before = self.oracle.rows()
        row = self._row(table, letter, given, depth)
        if isinstance(row, str):
            return row
        try:
            self.oracle.insert(table.name, row)
        except Exception as error:
            return f"no row could be put into {table.name}: {str(error).splitlines()[0]}"
        after = self.oracle.rows()
        made = (one for one in after if one not in before and one[0] == table.name)
        key = next(made, None)
        return (key, after[key]) if key else f"a row put into {table.name} is not seen there"

    def _row(
        self, table: Table, letter: str, given: Mapping[str, Any], depth: int
    ) -> dict[str, Any] | str:
        """Return the row; the columns that may be empty have values, too, where that harms nothing.

        An application may fill them itself, and expect them to be filled.
        """
        mark = self.sampler.mark(letter)
        row: dict[str, Any] = {}
        for name in table.columns:
            if name in given:
                row[name] = given[name]
            elif name in table.references:
                value = self._referred(table, name, letter, depth) if name in table.needed else None
                if isinstance(value, _Failure):
                    return value.why
                row |= {} if value is None else {name: value}
            elif name in table.needed or not _EMPTY.search(name):
                value = self._value(table, name, mark)
                row |= {} if value is None else {name: value}
        return row

    def _referred(self, table: Table, name: str, letter: str, depth: int) -> Value:
        """Return what a column refers to: a row that is there, else one that is made."""
        target, column = table.references[name]
        rows = [row for key, row in self.oracle.rows().items() if key[0] == target]
        plain = [row for row in rows if not speaks_of_admin(row)]
        if plain or rows:
            return (plain or rows)[0][column]
        if depth >= _DEEPEST:
            return _Failure(f"what {table.name}.{name} refers to goes round in a circle")
        made = self.insert(self.oracle.tables[target], letter, {}, depth + 1)
        return _Failure(made) if isinstance(made, str) else made[1][column]

    def holds(self, table: Table, name: str, text: str) -> bool:
        """Tell whether a column can hold a text: it is short enough, and one of its words."""
        labels = self.oracle.labels(table.name, name)
        found = _LENGTH.search(table.types[name]) if "char" in table.types[name].lower() else None
        return not (labels and text not in labels) and not (found and len(text) > int(found[1]))

    def column_value(self, table: Table, name: str, letter: str) -> Value:
        """Return a value that a column can hold."""
        return self._value(table, name, self.sampler.mark(letter))

    def _value(self, table: Table, name: str, mark: Mark) -> Value:
        """Return a value for a column; None leaves it to the database."""
        kind = table.types[name].lower()
        labels = self.oracle.labels(table.name, name)
        if labels:
            return ordinary_word(labels) if is_role(name) else labels[0]
        if kind.endswith("[]"):
            return "{}"
        if "uuid" in kind:
            return str(uuid.uuid5(uuid.NAMESPACE_URL, mark.text + name))
        if "bool" in kind:
            return bool(_GOOD.search(name)) if name in table.needed else None
        if "timestamp" in kind or "date" in kind:
            return _LONG_AGO
        if "json" in kind:
            return "{}"
        if re.search(r"int|numeric|decimal|double|real|float", kind):
            return None if name in table.primary_key and "int" in kind else 1
        if re.search(r"char|text|citext|clob|string", kind):
            return self._text(table, name, mark)
        return None

    def _text(self, table: Table, name: str, mark: Mark) -> Value:
        found = _LENGTH.search(table.types[name])
        most = int(found[1]) if found else None
        if name in table.primary_key and (most is None or most in _UUIDS):
            key = uuid.uuid5(uuid.NAMESPACE_URL, mark.text)
            return key.hex if most == _UUIDS[0] else str(key)
        if is_role(name):
            return ordinary_word(self.roles) if self.roles else None
        fitting: dict[str, Any] = {"type": "string"} | ({"maxLength": most} if most else {})
        return self.sampler.value(fitting, name, mark.letter)


@dataclass(frozen=True, slots=True)
class _Failure:
    why: str


def accounts_table(oracle: Oracle) -> Table | None:
    """Return the table with a password and a name to log in by; of several the shortest name."""
    found = [
        table
        for table in oracle.tables.values()
        if any(_SECRET.search(name) for name in table.columns)
        and any(_NAME.search(name) for name in table.columns)
    ]
    return min(found, key=lambda table: len(table.name), default=None)


def insert_user(seeder: Seeder, letter: str, hashed: str) -> tuple[Key, Row] | str:
    """Add a row to the table of accounts; return it, or why it could not be added.

    Args:
        seeder: What makes rows.
        letter: Whose marks its texts have.
        hashed: The hash of the password, as the host makes it.
    """
    table = accounts_table(seeder.oracle)
    if table is None:
        return "no table of the database looks like one of accounts"
    secret = next(name for name in table.columns if _SECRET.search(name))
    return seeder.insert(table, letter, {secret: hashed, **dict(_standing(table))})


def _standing(table: Table) -> Iterator[tuple[str, Value]]:
    """Yield the flags of an account that may be used."""
    for name in table.columns:
        if _GOOD.search(name) and "bool" in table.types[name].lower():
            yield name, True
