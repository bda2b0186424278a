"""What an endpoint does to whose rows, as facts: what was read, changed and made, and where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from backwright.project.interpret import fields
from backwright.project.interpret.values import Class, External, Instance, Unknown
from backwright.project.ownership.accesses import Access, Creation
from backwright.project.ownership.creating import of_creation
from backwright.project.ownership.looking import Seen
from backwright.project.ownership.owners import points_to
from backwright.project.ownership.scoping import Judge
from backwright.project.ownership.terms import is_given, is_said, walk
from backwright.project.types import Column, Endpoint, Model, Touch

Rows = Access | Creation
Kind = Literal["read", "change", "create", "link", "owner"]


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
        found.append(_touched(one, judge, verdict=verdict, about=id(one) in known))
        if isinstance(one, Creation):
            found += _links(one, judge, whole=whole)
    return found


def _of(one: Rows, judge: Judge) -> bool | None:
    return of_creation(judge, one) if isinstance(one, Creation) else judge.of_access(one)


def _touched(one: Rows, judge: Judge, *, verdict: bool | None, about: bool) -> Touched:
    if isinstance(one, Creation):
        place = one.made
        return Touched(
            one.model.name, "create", verdict, about, _says_owner(one), place.file, place.line
        )
    kind: Kind = "change" if one.writes else "read"
    place = next((node for node in (one.base, *one.way) if node.file), one.base)
    given = judge.is_said_in(one)
    return Touched(one.model.name, kind, verdict, about, given, place.file, place.line)


def _says_owner(one: Creation) -> bool:
    """Tell whether the request itself says whose a new row is, rather than what was looked up."""
    column = one.model.owner.column if one.model.owner is not None else ""
    if column in one.made.attributes:
        return is_said(one.made.attributes[column])
    return any(is_given(part) for part in walk(one.made.attributes.get("**")))


def owners_set(seen: Seen, judge: Judge) -> Iterator[Touched]:
    """Yield where the owner of a row that exists is set to what the request says."""
    columns = {one.owner.column for one in judge.index.models if one.owner is not None}
    for one in seen.sets:
        if one.name not in columns:
            continue
        model = _of_row(one.owner, judge)
        if model is None or model.owner is None or one.name != model.owner.column:
            continue
        values = one.value.candidates if isinstance(one.value, Unknown) else (one.value,)
        if any(is_said(value) for value in values):
            place = next((part for part in walk(one.owner) if isinstance(part, Instance)), None)
            where = (place.file, place.line) if place is not None else ("", 0)
            yield Touched(model.name, "owner", False, True, True, *where)  # noqa: FBT003


def _of_row(row: object, judge: Judge) -> Model | None:
    """Return the model of a row, where its query speaks of one."""
    found = {id(one): one for one in walk(row) if isinstance(one, Class)}
    models = [model for one in found.values() if (model := judge.index.of(one)) is not None]
    return models[0] if len(models) == 1 else None


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
