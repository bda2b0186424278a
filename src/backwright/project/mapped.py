"""A class or `Table` on its way to a model, between the readers of models."""

from __future__ import annotations

from dataclasses import dataclass, field

from backwright.project.interpret.values import Class, Instance
from backwright.project.types import Column, Constraint


@dataclass(eq=False, slots=True)
class Mapped:
    """A class or `Table` on its way to a `Model`."""

    name: str
    table: str
    file: str
    line: int
    columns: tuple[Column, ...]
    cls: Class | None = None
    made: Instance | None = None
    sqlmodel: bool = False
    constraints: tuple[Constraint, ...] = ()
    properties: dict[str, Instance] = field(default_factory=dict)
