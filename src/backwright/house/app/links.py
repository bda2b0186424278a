"""Filters by the other side of a many-to-many."""

from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, func, literal, select
from sqlmodel import SQLModel, col

from app.auth import Caller
from app.constraints import OWNER
from app.pagination import Filter


@dataclass(frozen=True)
class LinkedWith(Filter):
    """Rows that are linked, by a relationship of their model, with all ids that are named."""

    description: ClassVar[str] = "Linked with this; if it is given several times, with all of them."

    relationship: str

    def condition(
        self, model: type[SQLModel], value: Any, caller: Caller | None
    ) -> ColumnElement[bool]:
        """Return what is true of the rows that pass."""
        link = getattr(model, self.relationship).property
        row_id = next(column for key, column in link.synchronize_pairs if key.name == "id")
        linked_id = next(
            column for key, column in link.secondary_synchronize_pairs if key.name == "id"
        )
        ids = sorted(set(value))
        named = linked_id == any_(literal(ids, ARRAY(Uuid())))  # one text for any number of them
        linked = select(row_id).where(named).group_by(row_id).having(func.count() == len(ids))
        # Where everybody shares the rows, only the caller's own links count.
        if caller is not None and OWNER in link.secondary.columns:
            linked = linked.where(link.secondary.columns[OWNER] == caller.id)
        return col(model.id).in_(linked)  # type: ignore[attr-defined]
