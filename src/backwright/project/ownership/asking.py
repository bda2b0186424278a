"""What an endpoint asks of the rows that it reads, before it gives or changes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

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
    asks = _Asks(judge)
    return [Asking(), *(asks.of(access) for access in judge.accesses)]


class _Asks:
    """What is asked at each step of the queries and of their rows, told once for each of them.

    The queries of one endpoint are many, and share their steps and their rows.
    """

    def __init__(self, judge: Judge) -> None:
        """Ask what `judge` knows, who learns no more by now."""
        self.judge = judge
        self._tests = [
            (one.condition, bases(one.condition, judge.index)) for one in judge.seen.tests
        ]
        self._holds: dict[tuple[str, int], bool] = {}
        self._named: dict[tuple[str, int], frozenset[str]] = {}
        self._checks: dict[int, tuple[object, ...]] = {}

    def of(self, access: Access) -> Asking:
        """Return what is asked of one query."""
        judge, steps = self.judge, access.choices
        checks = self._checks_of(access)
        owner = access.model.owner.column if access.model.owner is not None else ""
        compares = partial(_compares_owner, owner=owner, judge=judge)
        given = partial(self._names, "given", _given)
        compared = partial(self._names, "compared", partial(_compared_columns, judge=judge))
        looked_at = partial(_looked_at, access=access)
        states = {*self._names(f"state of {access.model.table}", looked_at, checks)}
        return Asking(
            access.model.name,
            self._once("caller", judge.is_callers, (*steps, checks))
            or judge.of_access(access) is True,
            bool(owner) and self._once(f"owner {owner}", compares, (*steps, checks)),
            tuple(sorted(states.union(*map(compared, steps)))),
            tuple(sorted(set[str]().union(*map(given, steps)))),
        )

    def _once(
        self,
        what: str,
        holds: Callable[[object], bool],
        steps: Iterable[tuple[object, ...]],
    ) -> bool:
        """Tell whether something holds for a condition of one of the steps."""
        for step in steps:
            key = what, id(step)
            if key not in self._holds:
                self._holds[key] = any(map(holds, step))
            if self._holds[key]:
                return True
        return False

    def _names(
        self,
        what: str,
        find: Callable[[tuple[object, ...]], Iterable[str]],
        step: tuple[object, ...],
    ) -> frozenset[str]:
        """Return the names that are found at a step."""
        key = what, id(step)
        if key not in self._named:
            self._named[key] = frozenset(find(step))
        return self._named[key]

    def _checks_of(self, access: Access) -> tuple[object, ...]:
        """Return the conditions that decide on the rows after they are read."""
        key = id(access.base)
        if key not in self._checks:
            self._checks[key] = tuple(one for one, rows in self._tests if key in rows)
        return self._checks[key]


def _compares_owner(condition: object, owner: str, judge: Judge) -> bool:
    """Tell whether the column of the owner of the rows themselves is compared with the caller."""
    if not judge.is_callers(condition):
        return False
    for one in walk(condition):
        if isinstance(one, Instance) and is_compared(one):
            for side, other in (one.args, one.args[::-1]):
                named = isinstance(side, External) and side.name.rpartition(".")[2] == owner
                if named and judge.is_callers(other):
                    return True
    return False


def _given(step: tuple[object, ...]) -> Iterator[str]:
    """Yield the names of what the request gives."""
    return (str(one.attributes["name"]) for one in walk_all(step) if is_given(one))  # type: ignore[attr-defined]


def _looked_at(checks: tuple[object, ...], access: Access) -> Iterator[str]:
    """Yield the columns of the rows that are looked at before going on."""
    columns = {one.name for one in access.model.columns}
    for one in walk_all(checks):
        if isinstance(one, External) and one.name.rpartition(".")[2] in columns:
            yield one.name.rpartition(".")[2]


def _compared_columns(step: tuple[object, ...], judge: Judge) -> Iterator[str]:
    """Yield the columns that are compared with what neither the request nor the caller says."""
    for one in (part for condition in step for part in walk(condition)):
        if not (isinstance(one, Instance) and is_compared(one)):
            continue
        for side, other in (one.args, one.args[::-1]):
            name = column_name(side)
            if name is None or column_name(other) is not None:
                continue
            said = any(is_given(part) for part in walk(other))
            if not said and not judge.is_callers(other):
                yield name
