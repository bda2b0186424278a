"""What a caller saw or did with the objects of another: observations, not yet judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from backwright.probe.client import NO_ANSWER, Exchange
from backwright.probe.operations import Operation
from backwright.probe.people import Person
from backwright.report.probe_types import Actor

Kind = Literal[
    "reads",
    "lists",
    "searches",
    "counts",
    "changes",
    "removes",
    "acts",
    "creates",
    "creates-under",
    "links",
    "bulk",
    "forges-owner",
    "gives-away",
    "assigns-role",
    "finds-out",
    "mismatches-parent",
    "sees-deleted",
    "touches-others",
    "calls",
]
READING: tuple[Kind, ...] = ("reads", "lists")
WRITING: tuple[Kind, ...] = ("changes", "removes", "acts", "bulk")


@dataclass(frozen=True, slots=True)
class Sight:
    """One observation.

    Attributes:
        operation: Where.
        actor: Who, in relation to the owner of the object.
        kind: What was tried.
        open: Whether it came through; None where that could not be told.
        why: What was seen.
        noun: What the object is.
        target: For links and children, what the foreign object is.
        exchange: The request that shows it.
        expected: What a correct answer had been.
        detail: Facts for the judge.
    """

    operation: Operation
    actor: Actor
    kind: Kind
    open: bool | None
    why: str
    noun: str = ""
    target: str = ""
    exchange: Exchange | None = None
    expected: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


def refused(exchange: Exchange) -> bool | None:
    """Tell whether an answer refuses; None where it says nothing, as an error of the server."""
    if exchange.status >= 500 or exchange.status in (429, NO_ANSWER, 408):
        return None
    return not exchange.ok


def reason_of(exchange: Exchange) -> str:
    """Return why an answer proves nothing."""
    if exchange.status == 429:
        return "the rate limit answered"
    if exchange.status == NO_ANSWER:
        return f"no answer ({exchange.answer.text[:80]})"
    return f"the server answered {exchange.status}"


def some_of(found: set[str]) -> str:
    """Return the first of some traces in words, and how many more there are."""
    first = sorted(found)[0]
    return repr(first) + (f" and {len(found) - 1} more" if len(found) > 1 else "")


@dataclass(frozen=True, slots=True)
class Cast:
    """The users of a trial: whose the objects are, another one, one with privileges if any."""

    owner: Person
    other: Person
    privileged: Person | None

    def actors(self) -> tuple[tuple[Actor, Person | None], ...]:
        """Return the others who try, in order: the most harmless last."""
        rest: tuple[tuple[Actor, Person | None], ...] = (
            ("other", self.other),
            ("anonymous", None),
        )
        return (*rest, ("privileged", self.privileged)) if self.privileged else rest
