"""What an object needs around it before it is called on: what it is joined with, and its children.

`DELETE /animals/{animal_id}/labels/{label_id}` takes a label off an animal that has it, so it must be
put on first. What removes an animal may remove its visits, so there must be some.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from backwright.probe.client import Call
from backwright.probe.objects import Refusal, Slot, put
from backwright.probe.operations import Operation
from backwright.probe.people import Person
from backwright.probe.schemas import Value

if TYPE_CHECKING:
    from backwright.probe.learner import Learner

_NOT_THERE = (400, 404, 409, 422)
_MOST = 3


def may_be_joined(learner: Learner, call: Call, status: int) -> bool:
    """Tell whether a refusal may say that two objects of a path are not joined yet."""
    asks = call.operation.method in ("GET", "PATCH", "DELETE")
    return asks and status in _NOT_THERE and len(learner.path_slots(call.operation)) > 1


def join(learner: Learner, call: Call, who: Person, *, depth: int = 0) -> bool:
    """Join the objects that a path names, by the operation that does so; False if there is none."""
    named = _named(learner, call)
    return any(_sent(learner, one, who, named, depth) for one in joining(learner, call.operation))


def joining(learner: Learner, asked: Operation) -> Iterator[Operation]:
    """Yield the operations that may join the objects that a path names."""
    nouns = frozenset(one.noun for one in learner.path_slots(asked))
    return _using(learner, asked, nouns) if len(nouns) > 1 else iter(())


def given_children(learner: Learner, call: Call, who: Person) -> bool:
    """Let the object of a path have children of every kind; False if it can have none."""
    noun, value = list(_named(learner, call).items())[-1]
    made = [
        _sent(learner, operation, who, {noun: value}, 0)
        for operation in _using(learner, call.operation, frozenset({noun}))
    ]
    return any(made)


def _named(learner: Learner, call: Call) -> dict[str, Value]:
    """Return what a path names, by kind."""
    return {one.noun: call.path[one.name] for one in learner.path_slots(call.operation)}


def _using(learner: Learner, asked: Operation, nouns: frozenset[str]) -> Iterator[Operation]:
    """Yield operations that add something to objects of all these kinds, which they need."""
    found = 0
    for one in learner.session.api.operations:
        joins = one.method == "PUT" and len(learner.path_slots(one)) > 1
        adds = one is not asked and (joins or one.method == "POST")
        if adds and nouns <= {slot.noun for slot in _needed(learner, one)} and found < _MOST:
            found += 1
            yield one


def _needed(learner: Learner, operation: Operation) -> Iterator[Slot]:
    required = (operation.body or {}).get("required", ())
    for slot in learner.slots(operation):
        if slot.place == "path" or (slot.place == "body" and slot.name in required):
            yield slot


def _sent(
    learner: Learner, operation: Operation, who: Person, named: Mapping[str, Any], depth: int
) -> bool:
    """Call an operation with the objects that are given in their places."""
    call = learner.build(operation, who, depth=depth + 1)
    if isinstance(call, Refusal):
        return False
    for slot in _needed(learner, operation):
        if slot.noun in named:
            call = put(call, slot, named[slot.noun])
    return learner.session.watched(call, who)[0].ok
