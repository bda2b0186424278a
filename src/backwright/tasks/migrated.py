"""What of all differences between models and a database a change brings, and so has to migrate."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from backwright.project.types import Model, Project


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a change does to tables, as its models say.

    Attributes:
        tables: Those that it brings.
        columns: For each table that was there, the columns that it brings.
        refers_to: Tables that the new ones and the new columns refer to.
        places: Where the model of each table stands.
        indexed: Tables that were there and get an index.
    """

    tables: frozenset[str]
    columns: Mapping[str, frozenset[str]]
    refers_to: frozenset[str]
    places: Mapping[str, tuple[str, int]]
    indexed: frozenset[str] = frozenset()

    def takes(self, operation: Mapping[str, str], known: Collection[str]) -> bool:
        """Tell whether an operation belongs to the change.

        Args:
            operation: its table, its column if it is about one, and its words.
            known: the words of what models and database differed in before.
        """
        table, column = operation["table"], operation["column"]
        if table in self.tables:
            return True
        if operation["text"] in known:
            return False
        if table not in self.places:  # no model that can be read is its
            return True
        if table in self.indexed and operation["text"].startswith("('add_index'"):
            return True
        new = self.columns.get(table, frozenset())
        return bool(new) and (not column or column in new)


def wanted_of(before: Project, after: Project) -> Wanted:
    """Return what has to be migrated of a change, from the models without it and with it."""
    old = {_plain(model.table): _columns(model) for model in before.models}
    new = [model for model in after.models if _plain(model.table) not in old]
    tables = frozenset(_plain(model.table) for model in new)
    more = {
        table: _columns(model) - old.get(table, frozenset())
        for model in after.models
        if (table := _plain(model.table))
    }
    return Wanted(
        tables=tables,
        columns={table: new for table, new in more.items() if new and table not in tables},
        refers_to=frozenset(_referred_to(after.models, more) - tables),
        places={_plain(model.table): (model.file, model.line) for model in after.models},
        indexed=_indexed(before, after) - tables,
    )


def _plain(table: str) -> str:
    """Return a table's name without its schema, which Alembic's operations keep apart."""
    return table.rpartition(".")[2]


def _columns(model: Model) -> frozenset[str]:
    return frozenset(column.name for column in model.columns)


def _indexed(before: Project, after: Project) -> frozenset[str]:
    """Return the tables that have an index more."""
    old = {_plain(model.table): _indexes(model) for model in before.models}
    new = {_plain(model.table): _indexes(model) for model in after.models}
    return frozenset(table for table, indexes in new.items() if indexes - old.get(table, set()))


def _indexes(model: Model) -> set[tuple[str, ...]]:
    alone = {(column.name,) for column in model.columns if column.index}
    return alone | {one.columns for one in model.constraints if one.kind == "index"}


def _referred_to(models: Iterable[Model], new: Mapping[str, Collection[str]]) -> set[str]:
    """Return the tables that new columns refer to, those of new tables among them."""
    keys = [
        column.foreign_key
        for model in models
        for column in model.columns
        if column.name in new.get(_plain(model.table), ())
    ]
    return {_plain(key.rpartition(".")[0]) for key in keys if key}
