"""What was asked for: a resource and its fields, read from field words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from backwright.spec.names import Names, singularize

Kind = Literal[
    "str",
    "text",
    "bool",
    "int",
    "float",
    "decimal",
    "enum",
    "email",
    "url",
    "date",
    "datetime",
    "uuid",
    "json",
    "ref",
    "many",
]
OnDelete = Literal["restrict", "cascade"]
Default = bool | int | float | Decimal | str


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field word, understood.

    `low` and `high` bound the length of a str or text and the value of a number, both inclusive.
    `default` is a Python value of the field's kind; `now` and `today` stand for the moment a row
    is made. `target` is the model that a ref or many points to. `word` is what the user typed.
    """

    name: str
    kind: Kind
    word: str
    optional: bool = False
    index: bool = False
    unique: bool = False
    default: Default | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    precision: int | None = None
    scale: int | None = None
    values: tuple[str, ...] = ()
    target: str | None = None
    on_delete: OnDelete = "restrict"

    @property
    def column(self) -> str:
        """The attribute that carries it: `project_id` for a ref, `tag_ids` for a many."""
        if self.kind == "ref":
            return f"{self.name}_id"
        if self.kind == "many":
            return f"{singularize(self.name) or self.name}_ids"
        return self.name

    @property
    def required(self) -> bool:
        """Must be given when a row is made."""
        return not self.optional and self.default is None and self.kind != "many"


@dataclass(frozen=True, slots=True)
class ResourceSpec:
    """A resource asked for.

    `owner` is a model's name, `none` for rows that belong to nobody, or None to follow the
    project; `like` names the resource to learn from.
    """

    names: Names
    fields: tuple[FieldSpec, ...]
    owner: str | None = None
    like: str | None = None
