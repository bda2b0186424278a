"""A segment: a stretch of a statement with at most one name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from backwright.agent.planner.attributes import Attribute
from backwright.agent.planner.slots.tokens import Token

HEADER = "::"  # stands between a resource and its fields
TYPING = ("type", "money", "decimal", "length", "range", "enum")
Known = Callable[[str], bool]


@dataclass
class Segment:
    """A stretch of a statement with at most one name.

    Attributes:
        lead: What stands before the name.
        name: The words of the name; empty where none is there.
        is_coded: Whether the name is written as one.
        said: What is said of it.
        rest: What else stands there.
        hosts: Resources that it is put on: `for tasks`.
        text: The whole stretch.
        grouped: The word that makes it one for several fields: `both`.
        cut: The mark that stands before it.
        is_plural: Whether its type stands in the plural.
        labelled: Whether the text calls it a field.
    """

    lead: tuple[Token, ...] = ()
    name: str = ""
    is_coded: bool = False
    said: list[Attribute] = field(default_factory=list)
    rest: tuple[Token, ...] = ()
    hosts: list[str] = field(default_factory=list)
    text: str = ""
    grouped: str = ""
    cut: str = ""
    reason: str = ""
    is_plural: bool = False
    labelled: bool = False
