"""What the parts of a transfer by example hand to each other: plain data, and one protocol.

`example` reads the exemplar and places the results, `carry` rewrites its code for new fields, and
`dialect` writes declarations and values as the project writes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from backwright.project.types import RelationKind
from backwright.spec.names import Names
from backwright.spec.types import FieldSpec, ResourceSpec
from backwright.values import Note

Import = tuple[str, str]  # module, name; an empty name imports the module itself
ClassRole = Literal["table", "base", "create", "update", "public", "other"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Code that stands by itself (statements, or one expression), and what it must import."""

    code: str
    imports: frozenset[Import] = frozenset()


@dataclass(frozen=True, slots=True)
class OldField:
    """A data column of the exemplar, which the new resource does not have.

    `target` is the model that it refers to, where it is a foreign key.
    """

    name: str
    type: str
    optional: bool
    target: str | None = None


@dataclass(frozen=True, slots=True)
class OldRelation:
    """A relationship attribute of the exemplar; `stays` where it leads to the owner."""

    name: str
    target: str
    kind: RelationKind
    secondary: str | None = None
    stays: bool = False


@dataclass(frozen=True, slots=True)
class OldResource:
    """The exemplar as seen from a piece of its code.

    `fields` give way to the new ones. `kept` are the columns that the new resource has as well:
    its key, its owner, timestamps, what it inherits. `roles` tell what each of its classes is for.
    """

    names: Names
    model: str
    table: str
    fields: tuple[OldField, ...]
    kept: tuple[str, ...]
    relations: tuple[OldRelation, ...] = ()
    roles: Mapping[str, ClassRole] = field(default_factory=dict)
    key: str = "id"
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class NewResource:
    """What was asked for, in the project's terms: the model class and table it becomes."""

    spec: ResourceSpec
    model: str
    table: str
    owned: bool = False

    @property
    def fields(self) -> tuple[FieldSpec, ...]:
        """The fields asked for."""
        return self.spec.fields


@dataclass(frozen=True, slots=True)
class Carried:
    """Code carried over to the new resource, what to import for it, what a reviewer must see.

    A note's place is in the exemplar's file (line from 1), where the code left out stands.
    """

    code: str
    imports: frozenset[Import] = frozenset()
    notes: tuple[Note, ...] = ()


class Writer(Protocol):
    """Writes declarations and values in the project's dialect."""

    def declare(self, field: FieldSpec, role: ClassRole, like: tuple[str, ...]) -> Piece:
        """Return the statements that declare a field in a class body, not indented.

        Args:
            field: what to declare; a ref may need its column and its relationship.
            role: what the class is for; `table` has columns, `update` makes all optional.
            like: the exemplar's declarations in the same class, as they are written.
        """
        ...

    def sample(self, field: FieldSpec, variant: int, *, json: bool) -> Piece:
        """Return an expression for a valid value: as JSON takes it, else as Python does.

        `variant` counts from 0; different numbers give different values where the kind can.
        """
        ...
