"""What belongs to whom: the models that get an owner, those that are owned through another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from backwright.project.types import Column, Model

OWNER = "owner_id"
_OTHERS = ("account_id", "made_by_id", "belongs_to_id")  # where a host means something else by that
ALWAYS = "always"
_CALLED = ("select", "or_", "and_")


@dataclass(frozen=True, slots=True)
class Owned:
    """A model whose rows belong to users.

    Attributes:
        model: The model.
        key: The column of its key.
        through: The reference to an owned parent; None where it has an owner itself.
        is_account: Whether its rows are the accounts themselves, and belong to who made them.
        column: The column of its owner, where it has one itself; of accounts that nobody makes but
            those who sign up, their key.
    """

    model: Model
    key: str
    through: tuple[Column, Owned] | None = None
    is_account: bool = False
    column: str = OWNER

    @property
    def direct(self) -> bool:
        """Whether it has an owner's column of its own."""
        return self.through is None

    @property
    def is_alone(self) -> bool:
        """Whether its rows are accounts that belong to nobody but themselves."""
        return self.is_account and self.column == self.key

    @property
    def caller_column(self) -> Column | None:
        """The host's own reference to the table of accounts, where that says whose a row is."""
        return self.through[0] if self.through and self.through[1].is_account else None

    def condition(self, said: str, caller: str, *, itself: bool = False, shared: str = "") -> str:
        """Return what its rows must meet to be the caller's.

        Args:
            said: how the place names the model.
            caller: the expression of the caller's key.
            itself: of accounts: whether the caller's own is among those that the caller made.
            shared: when rows that nobody owns are seen, too: `always`, or by the variable that
                tells; never if empty.
        """
        if self.through is None:
            made = f"{said}.{self.column} == {caller}"
            if self.is_account and not self.is_alone:
                return f"or_({said}.{self.key} == {caller}, {made})" if itself else made
            nobody = _unowned(f"{said}.{self.column}", shared)
            return f"or_({made}, {nobody})" if shared and not self.is_account else made
        column, parent = self.through
        if parent.is_alone:
            return f"{said}.{column.name} == {caller}"
        name = parent.model.name
        inner = parent.condition(name, caller, itself=parent.is_account, shared=shared)
        chosen = f"select({name}.{parent.key}).where({inner})"
        return f"{said}.{column.name}.in_({chosen})"

    def parents(self) -> list[Model]:
        """Return the models that the condition names besides its own."""
        if self.through is None or self.through[1].is_alone:
            return []
        return [self.through[1].model, *self.through[1].parents()]

    def words(self, condition: str) -> set[str]:
        """Return what a condition of its rows calls and names besides its own model."""
        called = {word for word in _CALLED if f"{word}(" in condition}
        return called | {parent.name for parent in self.parents()}


def _unowned(said: str, shared: str) -> str:
    nobody = f"{said}.is_(None)"
    return nobody if shared == ALWAYS else f"and_({shared}, {nobody})"


def owner_column(models: Iterable[Model]) -> str:
    """Return a name for the column of owners that no table has for something else."""
    taken = {column.name for model in models for column in model.columns}
    return next(name for name in (OWNER, *_OTHERS) if name not in taken)


def owned_models(
    models: Mapping[str, Model], direct: list[str], through: list[str], account: str | None = None,
    column: str = OWNER, *, alone: bool = False,
) -> list[Owned]:  # fmt: skip
    """Return the owned models, each after the one that it is reached through.

    Args:
        models: all models by name.
        direct: those that get an owner's column.
        through: those that are owned through a parent.
        account: the host's own table of accounts, which is one of those that get a column.
        column: the column of owners.
        alone: whether accounts are made by nobody but those who sign up.
    """
    found = {}
    for name in [*([account] if account else []), *direct]:
        key, is_account = key_of(models[name]), name == account
        mine = key if is_account and alone else column
        found[name] = Owned(models[name], key, is_account=is_account, column=mine)
    waiting = list(through)
    while waiting:
        ready = [name for name in waiting if parent_of(models[name], found)]
        if not ready:
            break
        for name in ready:
            found[name] = Owned(models[name], key_of(models[name]), parent_of(models[name], found))
            waiting.remove(name)
    return list(found.values())


def parent_of(model: Model, owned: Mapping[str, Owned]) -> tuple[Column, Owned] | None:
    """Return the reference of a model to an owned one by which it is owned, and that one.

    A row must have it, or it tells the account that the row is of.
    """
    tables = {one.model.table: one for one in owned.values() if one.model is not model}
    is_inherited = sum(column.primary_key for column in model.columns) < 2
    found = [
        (column, tables[table])
        for column in model.columns
        if not (column.primary_key and is_inherited)
        and (table := (column.foreign_key or "").rpartition(".")[0]) in tables
    ]
    required = [one for one in found if not one[0].nullable]
    accounts = [one for one in found if one[1].is_account]
    return next(iter([one for one in required if one in accounts] or required or accounts), None)


def is_link(model: Model) -> bool:
    """Tell whether a table only links two others."""
    keys = [column for column in model.columns if column.primary_key]
    return len(keys) > 1 or (bool(keys) and all(column.foreign_key for column in keys))


def key_of(model: Model) -> str:
    """Return the key's column, of the first if there are several."""
    return next((c.name for c in model.columns if c.primary_key), "id")
