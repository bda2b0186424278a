"""What belongs to whom: the models that get an owner, those that are owned through another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backwright.project.types import Column, Model

OWNER = "owner_id"


@dataclass(frozen=True, slots=True)
class Owned:
    """A model whose rows belong to users.

    `through` is the required reference to an owned parent; None where it has an owner itself.
    """

    model: Model
    key: str
    through: tuple[Column, Owned] | None = None

    @property
    def direct(self) -> bool:
        """Whether it has an owner's column of its own."""
        return self.through is None

    def condition(self, said: str, user: str) -> str:
        """Return what its rows must meet to be the caller's.

        Args:
            said: how the place names the model.
            user: the variable of the caller.
        """
        if self.through is None:
            return f"{said}.{OWNER} == {user}.id"
        column, parent = self.through
        inner = parent.condition(parent.model.name, user)
        chosen = f"select({parent.model.name}.{parent.key}).where({inner})"
        return f"{said}.{column.name}.in_({chosen})"

    def parents(self) -> list[Model]:
        """Return the models that the condition names besides its own."""
        return [self.through[1].model, *self.through[1].parents()] if self.through else []


def owned_models(models: Mapping[str, Model], direct: list[str], through: list[str]) -> list[Owned]:
    """Return the owned models, each after the one that it is reached through."""
    found = {name: Owned(models[name], key_of(models[name])) for name in direct}
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
    """Return the required reference of a model to an owned one, and that one."""
    tables = {one.model.table: one for one in owned.values() if one.model is not model}
    for column in model.columns:
        table = (column.foreign_key or "").rpartition(".")[0]
        if table in tables and not column.nullable and not column.primary_key:
            return column, tables[table]
    return None


def key_of(model: Model) -> str:
    """Return the key's column, of the first if there are several."""
    return next((c.name for c in model.columns if c.primary_key), "id")
