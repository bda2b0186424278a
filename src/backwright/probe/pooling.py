"""Several wrong values in one request: what its refusal names was refused, the rest is sent alone.

A validator complains of every place that it refuses, so one request proves as much as one for each
place would. Nothing is taken for refused that the answer does not name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from backwright.probe.client import Call, Exchange
from backwright.probe.repair import complaints
from backwright.probe.schemas import Value

_POOLED = ("body", "query")
_LONGEST_TARGET = 60_000  # more than that no client sends


@dataclass(frozen=True, slots=True, eq=False)
class Fault:
    """A request with something wrong in it.

    Attributes:
        name: What is wrong, such as `negative number`.
        place: Where, such as `query limit`.
        call: The request.
        like: The fault of the same place that a validator refuses for the same reason; nothing
            where there is none.
        idle: Whether the place is one that a handler most likely never reads.
    """

    name: str
    place: str
    call: Call
    like: str = ""
    idle: bool = False

    @property
    def field(self) -> str:
        """Return the field of the body or query that is wrong; nothing for other places."""
        kind, _, name = self.place.partition(" ")
        return name if kind in _POOLED else ""


@dataclass(frozen=True, slots=True)
class Pool:
    """Faults of several places that one request carries."""

    faults: tuple[Fault, ...]
    call: Call

    def refused(self, exchange: Exchange) -> tuple[Fault, ...]:
        """Return the faults that an answer refuses by naming their places."""
        if not 400 <= exchange.status < 500:
            return ()
        named = {
            (str(one.place[0]), str(one.place[1]))
            for one in complaints(exchange.answer)
            if len(one.place) > 1
        }
        return tuple(one for one in self.faults if _place(one) in named or self._is_idle(one))

    def _is_idle(self, one: Fault) -> bool:
        """Tell whether a fault says nothing by itself: all of the pool lie where nobody reads."""
        return one.idle and all(other.idle for other in self.faults)


def pools(good: Call, faults: Iterable[Fault]) -> list[Pool]:
    """Return requests that carry one fault of each place, until every fault is in one."""
    found: list[Pool] = []
    for idle in (False, True):
        by_place: dict[str, list[Fault]] = {}
        for one in faults:
            if one.field and one.idle == idle:
                by_place.setdefault(one.place, []).append(one)
        for number in range(max(map(len, by_place.values()), default=0)):
            mine = tuple(group[number] for group in by_place.values() if len(group) > number)
            pool = Pool(mine, _together(good, mine))
            if len(mine) > 1 and len(pool.call.target) < _LONGEST_TARGET:
                found.append(pool)
    return found


def first_of_kind(faults: Iterable[Fault]) -> list[Fault]:
    """Return the faults that others of their place are refused like."""
    listed = list(faults)
    likened = {(one.place, one.like) for one in listed if one.like}
    return [one for one in listed if (one.place, one.name) in likened]


def refused_alike(first: Fault, exchange: Exchange, faults: Sequence[Fault]) -> tuple[Fault, ...]:
    """Return the faults that are refused for the same reason as one that an answer names."""
    if first not in Pool((first,), first.call).refused(exchange):
        return ()
    return tuple(one for one in faults if one.place == first.place and one.like == first.name)


def _place(fault: Fault) -> tuple[str, str]:
    kind, _, name = fault.place.partition(" ")
    return kind, name


def _together(good: Call, faults: Sequence[Fault]) -> Call:
    """Return one call with the wrong values of several."""
    body: Value = dict(good.body) if isinstance(good.body, dict) else good.body
    query = dict(good.query)
    for one in faults:
        kind, name = _place(one)
        if kind == "query":
            query[name] = one.call.query[name]
        elif name in one.call.body:
            body[name] = one.call.body[name]
        else:
            body.pop(name, None)
    return replace(good, body=body, query=query)
