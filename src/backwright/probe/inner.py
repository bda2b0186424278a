"""References deep in a body: `{"lines": [{"product_id": …}]}` names objects as its outside does."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from backwright.probe.client import Call
from backwright.probe.objects import Made, Slot, identifier
from backwright.probe.people import Person
from backwright.probe.schemas import Schemas, Value, is_array

if TYPE_CHECKING:
    from backwright.probe.learner import Learner

_DEEPEST = 5


def with_inner_objects(learner: Learner, call: Call, who: Person, *, depth: int) -> Call:
    """Return a call whose body names objects of the caller's below its outermost fields, too.

    What cannot be made stays as it is.

    Args:
        learner: Makes the objects.
        call: What is to be sent.
        who: The caller, whose the objects are.
        depth: How many objects wait for this call.
    """
    operation = call.operation
    if operation.body is None or not isinstance(call.body, dict | list):
        return call
    body = copy.deepcopy(call.body)
    for holder, name, schema in _inner(learner.session.api.schemas, operation.body, body, 0):
        kind = learner.references.referred(name, schema)
        one = learner.make(kind, who, under=operation, depth=depth) if kind else None
        if not isinstance(one, Made):
            continue
        slot = Slot("body", name, one.noun, is_array(schema))
        value = identifier(slot, one, operation)
        if value is not None:
            holder[name] = [value] if slot.many else value
    return replace(call, body=body)


def _inner(
    schemas: Schemas, schema: Mapping[str, Any], value: Value, level: int
) -> Iterator[tuple[dict[str, Any], str, Mapping[str, Any]]]:
    """Yield the fields of objects that lie in a body: what holds them, their name and schema."""
    if level > _DEEPEST:
        return
    schema = schemas.whole(schema)
    if isinstance(value, list):
        for one in value:
            yield from _inner(schemas, schema.get("items", {}), one, level + 1)
    if not isinstance(value, dict):
        return
    for name, inner in schemas.properties(schema).items():
        if name not in value:
            continue
        if level and not isinstance(value[name], dict):
            yield value, name, inner
        yield from _inner(schemas, inner, value[name], level + 1)
