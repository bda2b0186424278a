"""What an endpoint does to whose rows, as facts: what was read, changed and made, and where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from backwright.project.interpret import fields
from backwright.project.interpret.values import Class, External, Instance
from backwright.project.ownership.accesses import Access, Creation
from backwright.project.ownership.owners import points_to
from backwright.project.ownership.scoping import Judge
from backwright.project.ownership.terms import is_given, walk, walk_all
from backwright.project.types import Column, Endpoint, Model, Touch

Rows = Access | Creation
Kind = Literal["read", "change", "create", "link"]


@dataclass(frozen=True, slots=True)
class Touched:
    """A `Touch` that does not know its endpoint yet."""

    model: str
    kind: Kind
    callers: bool | None
    about: bool
    given: bool
    file: str
    line: int


def told(seen: Sequence[Touched], endpoint: Endpoint, method: str) -> Iterator[Touch]:
    """Yield what was seen as the facts of an endpoint."""
    for one in dict.fromkeys(seen):
        yield Touch(
            endpoint.app, method, endpoint.path, one.model, one.kind, one.callers, one.about,
            one.given, one.file, one.line,
        )  # fmt: skip


def touched_rows(
    touched: Sequence[Rows],
    verdicts: Sequence[tuple[Rows, bool | None]],
    excused: Sequence[Rows],
    judge: Judge,
    *,
    whole: bool,
) -> list[Touched]:
    """Return the owned rows that are touched.

    Args:
        touched: Everything that is touched.
        verdicts: What the endpoint is about, and whether it is the caller's.
        excused: What only callers with a privilege reach.
        judge: Who tells whether other rows are the caller's.
        whole: Whether the endpoint was followed to its end: else nothing is surely another's.
    """
    known = {id(one): verdict for one, verdict in verdicts}
    found = []
    for one in touched:
        if one.model.owner is None or one in excused:
            continue
        verdict = known[id(one)] if id(one) in known else _of(one, judge)
        verdict = verdict if whole or verdict else None
        found.append(_touched(one, verdict=verdict, about=id(one) in known))
        if isinstance(one, Creation):
            found += _links(one, judge, whole=whole)
    return found


def _of(one: Rows, judge: Judge) -> bool | None:
    return judge.of_creation(one) if isinstance(one, Creation) else judge.of_access(one)


def _touched(one: Rows, *, verdict: bool | None, about: bool) -> Touched:
    if isinstance(one, Creation):
        held = (*one.made.args, *one.made.kwargs.values(), *one.made.attributes.values())
        place = one.made
        given = any(is_given(part) for part in walk_all(held))
        return Touched(one.model.name, "create", verdict, about, given, place.file, place.line)
    chosen = walk_all(one.conditions)
    kind: Kind = "change" if one.writes else "read"
    place = next((node for node in (one.base, *one.way) if node.file), one.base)
    given = any(is_given(part) for part in chosen)
    return Touched(one.model.name, kind, verdict, about, given, place.file, place.line)


def _links(one: Creation, judge: Judge, *, whole: bool) -> Iterator[Touched]:
    """Yield the references to owned rows that a new row takes from the request."""
    owner = one.model.owner.column if one.model.owner is not None else ""
    for column in one.model.columns:
        target = _target(column, judge.index.models)
        if target is None or column.name == owner or target is one.model:
            continue
        value = _given_for(column, one)
        if value is None:
            continue
        verdict = True if judge.is_callers(value) else False if whole else None
        yield Touched(
            target.name, "link", verdict,
            about=True, given=True, file=one.made.file, line=one.made.line,
        )  # fmt: skip


def _target(column: Column, models: Sequence[Model]) -> Model | None:
    """Return the owned model that a column refers to."""
    return next(
        (one for one in models if one.owner and points_to(column.foreign_key, one)),
        None,
    )


def _given_for(column: Column, one: Creation) -> object:
    """Return what the request gives for a column of a new row, `None` if it does not."""
    held = one.made.attributes
    if column.name in held:
        value = held[column.name]
        return value if any(is_given(part) for part in walk(value)) else None
    for part in walk(held.get("**")):
        if not (isinstance(part, Instance) and is_given(part)):
            continue
        cls = part.attributes.get("class")
        if isinstance(cls, Class) and fields.declared(cls, column.name) is not None:
            return External(f"backwright.given().{column.name}", part)
    return None
