"""What is known of one function of a migration while it is made safe."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from backwright.transfer.migration.able import Able
from backwright.transfer.migration.operations import Operation, is_volatile, quoted
from backwright.transfer.migration.phases import Phases


@dataclass(frozen=True, slots=True)
class Row:
    """A row that a migration looks up: what refers to it has its key for all rows.

    Attributes:
        table: Its table, as SQL says it.
        key: The column of its key.
        where: The condition that finds it.
    """

    table: str
    key: str
    where: str

    @property
    def query(self) -> str:
        """The query that gives its key."""
        return f"SELECT {quoted(self.key)} FROM {self.table} WHERE {self.where} LIMIT 1"


@dataclass(frozen=True, slots=True)
class Fill:
    """What the rows that are there get in a new column that may not be null: SQL.

    `each` tells that it is another value for every row, `row` that it is the key of that one.
    """

    sql: str
    each: bool = False
    row: Row | None = None

    @property
    def varies(self) -> bool:
        """Whether it is a value of its own wherever it is asked for, and names no column."""
        return is_volatile(self.sql)


@dataclass
class Work:
    """One function on its way: its phases, and what is known besides.

    `created` are the tables that the migration makes.
    """

    fills: Mapping[tuple[str, str], Fill]
    known_types: Collection[str]
    created: frozenset[str]
    apart: bool
    able: Able = field(default_factory=Able)
    keeps_default: bool = True
    phases: Phases = field(default_factory=Phases)
    types: list[str] = field(default_factory=list)


_TABLE_AT = {
    "add_column": (0, "table_name"),
    "create_index": (1, "table_name"),
    "drop_index": (99, "table_name"),
    "create_unique_constraint": (1, "table_name"),
    "create_foreign_key": (1, "source_table"),
    "create_check_constraint": (1, "table_name"),
    "alter_column": (0, "table_name"),
}


def table_of(found: Operation) -> str | None:
    """Return the table that an operation changes, where it is one of a table in use."""
    place = _TABLE_AT.get(found.name)
    return found.text(*place) if place else None


def schema_of(found: Operation, keyword: str = "schema") -> str | None:
    """Return the schema that an operation names."""
    value = found.option(keyword)
    return str(ast.literal_eval(value)) if value and value[:1] in "'\"" else None
