"""Without a database, what its owner reads back tells whether an object was changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from backwright.probe.answers import items_of
from backwright.probe.client import Call, Exchange
from backwright.probe.learner import Learner
from backwright.probe.operations import Operation
from backwright.probe.ownership import is_incidental
from backwright.probe.people import Person
from backwright.probe.repair import marks_in
from backwright.probe.schemas import Value
from backwright.probe.sights import Sight


@dataclass
class ReadBack:
    """Reads an object as its owner before somebody else's call, and after it.

    Attributes:
        learner: Knows how to call the operations.
        owner: Whose the object is.
        operation: What somebody else calls.
        call: The call, whose path names the object.
    """

    learner: Learner
    owner: Person
    operation: Operation
    call: Call
    _before: list[tuple[Call, Exchange]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Read it before."""
        session = self.learner.session
        for call in self._readers():
            exchange = session.send(call, self.owner)
            if exchange.ok and (call.path or marks_in(exchange.answer.text)):
                self._before.append((call, exchange))
            if self._before and call.path:
                return

    def _readers(self) -> Iterator[Call]:
        """Yield calls that show the object: by its id first, then as an item of a list."""
        api = self.learner.session.api
        path = self.operation.path.rstrip("/")
        if self._adds:  # what is listed there changes by what is added
            path = path.rpartition("/")[0]
        while path.count("/") > 1 or "{" in path:
            reader = (
                api.find("GET", path) if path.endswith("}") or path == self.operation.path else None
            )
            if reader is not None and set(reader.path_names) <= set(self.call.path):
                yield Call(reader, path={k: self.call.path[k] for k in reader.path_names})
            path = path.rpartition("/")[0]
        if self._adds:
            return
        kind = self.learner.resource(self.operation)
        for one in api.operations:
            mine = one.method == "GET" and self.learner.resource(one) == kind
            if mine and not one.path_names and not any(p.required for p in one.parameters):
                yield Call(one)

    @property
    def _adds(self) -> bool:
        """Tell whether the call may add something below the object."""
        return self.operation.method == "POST" and bool(self.call.path)

    def judged(self, sight: Sight) -> Sight:
        """Return what was seen in the light of what the owner reads now."""
        if self._adds and not self._before:
            return sight
        if not self._before:
            why = f"{sight.why}, and nothing shows its owner whether it was changed"
            return replace(sight, open=None, why=why)
        for call, before in self._before:
            after = self.learner.session.send(call, self.owner)
            if after.status in (401, 429) or after.status >= 500:
                return replace(sight, open=None, why=f"its owner then reads {after.status}")
            if _shown(call, before) != _shown(call, after):
                why = f"{sight.why}; {call.operation.key} then shows its owner something else"
                return replace(sight, why=why, detail={**sight.detail, "write": True})
        return replace(
            sight, open=False, why=f"{sight.why}, but its owner reads what was there before"
        )


def _shown(call: Call, exchange: Exchange) -> object:
    """Return what an answer shows, without counters; of a list only the items that have a mark."""
    value = exchange.answer.json
    if value is None or call.path:
        return exchange.status, _lasting(value) if value is not None else exchange.answer.text
    items = [one for one in items_of(value) or () if marks_in(str(one))]
    return exchange.status, sorted(str(_lasting(one)) for one in items)


def _lasting(value: Value) -> Value:
    """Return a value without what changes by itself: counters and times."""
    if isinstance(value, dict):
        return {k: _lasting(v) for k, v in value.items() if not is_incidental(k)}
    return [_lasting(one) for one in value] if isinstance(value, list) else value
