"""What an endpoint asks of the rows that it reads, before it gives or changes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backwright.project.interpret.values import External, Instance
from backwright.project.ownership.accesses import Access, bases
from backwright.project.ownership.scoping import Judge
from backwright.project.ownership.terms import (
    column_name,
    is_compared,
    is_given,
    walk,
    walk_all,
)
from backwright.project.types import Asked, Endpoint


@dataclass(frozen=True, slots=True)
class Asking:
    """An `Asked` that does not know its endpoint yet."""

    model: str = ""
    caller: bool = False
    owner: bool = False
    state: tuple[str, ...] = ()
    given: tuple[str, ...] = ()


def as_facts(asking: Sequence[Asking], endpoint: Endpoint, method: str) -> Iterator[Asked]:
    """Yield what was asked as the facts of an endpoint."""
    for one in dict.fromkeys(asking):
        yield Asked(
            endpoint.app, method, endpoint.path, one.model, one.caller, one.owner, one.state,
            one.given,
        )  # fmt: skip


def asked_of(judge: Judge) -> list[Asking]:
    """Return what an endpoint asks of each of its queries; it begins with that it was followed."""
    tests = [(one.condition, bases(one.condition, judge.index)) for one in judge.seen.tests]
    found = [Asking()]
    for access in judge.accesses:
        asked = [*access.conditions]
        checks = [condition for condition, rows in tests if id(access.base) in rows]
        by_caller = any(judge.is_callers(one) for one in (*asked, *checks))
        names = {one.attributes["name"] for one in walk_all(asked) if is_given(one)}  # type: ignore[attr-defined]
        found.append(
            Asking(
                access.model.name,
                by_caller or judge.of_access(access) is True,
                any(_compares_owner(one, access, judge) for one in (*asked, *checks)),
                _states(asked, checks, access, judge),
                tuple(sorted(str(one) for one in names)),
            )
        )
    return found


def _compares_owner(condition: object, access: Access, judge: Judge) -> bool:
    """Tell whether the owner of the rows themselves is compared with the caller."""
    owner = access.model.owner
    if owner is None or not judge.is_callers(condition):
        return False
    for one in walk(condition):
        if isinstance(one, Instance) and is_compared(one):
            for side, other in (one.args, one.args[::-1]):
                named = isinstance(side, External) and side.name.rpartition(".")[2] == owner.column
                if named and judge.is_callers(other):
                    return True
    return False


def _states(
    asked: Sequence[object], checks: Sequence[object], access: Access, judge: Judge
) -> tuple[str, ...]:
    """Return the columns that must have some value: in the query, or looked at before going on."""
    found = {name for one in asked for name in _compared_columns(one, judge)}
    columns = {one.name for one in access.model.columns}
    for one in walk_all(checks):
        if isinstance(one, External) and one.name.rpartition(".")[2] in columns:
            found.add(one.name.rpartition(".")[2])
    return tuple(sorted(found))


def _compared_columns(condition: object, judge: Judge) -> Iterator[str]:
    """Yield the columns that are compared with what neither the request nor the caller says."""
    for one in walk(condition):
        if not (isinstance(one, Instance) and is_compared(one)):
            continue
        for side, other in (one.args, one.args[::-1]):
            name = column_name(side)
            if name is None or column_name(other) is not None:
                continue
            said = any(is_given(part) for part in walk(other))
            if not said and not judge.is_callers(other):
                yield name
