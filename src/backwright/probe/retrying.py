"""Another call of an operation, after one that was refused: with more, with new, with other objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from backwright.probe.client import Call
from backwright.probe.nouns import is_user, noun_of_segment
from backwright.probe.objects import Made, Refusal, Slot, identifier, put
from backwright.probe.operations import Operation
from backwright.probe.people import Person
from backwright.probe.purposes import touches_account
from backwright.probe.seeding import Seeder
from backwright.probe.stand_ins import table_of

if TYPE_CHECKING:
    from backwright.probe.learner import Learner


def another(
    learner: Learner, call: Call, who: Person, tried: int, *, depth: int,
    objects: Mapping[Slot, Made] | None,
) -> Call | Refusal | None:  # fmt: skip
    """Build a call of another kind: with all fields, with new objects, with the caller's own data.

    Args:
        learner: Knows how to call the operations.
        call: What was refused.
        who: The caller.
        tried: How many calls were tried since the first.
        depth: How many objects wait for this call.
        objects: Objects to name instead of the caller's own.
    """
    if tried == 1 and (fitted := fitted_to_columns(learner, call, who)) is not None:
        return fitted
    if tried == 1:
        return learner.build(call.operation, who, full=True, depth=depth, objects=objects)
    if tried == 2:
        return learner.build(call.operation, who, renewed=True, depth=depth, objects=objects)
    if tried == 3:
        return _as_oneself(learner, call, who) or _of_another(learner, call, who)
    return None


def other_token(operation: Operation, who: Person) -> dict[str, str]:
    """Return headers for what a login gave besides a token: its cookies, or one to refresh it."""
    if who.crumbs and not who.identity.cookies:
        return who.cookie_header()
    if who.refresh and operation.body is None and "refresh" in operation.path.lower():
        return dict.fromkeys(who.identity.headers, f"Bearer {who.refresh}")
    return {}


def fitted_to_columns(learner: Learner, call: Call, who: Person) -> Call | None:
    """Return the call with what its object's columns cannot hold made to fit; None if all fits.

    A document often says less than the database: how long a text is, which words there are.
    """
    oracle = learner.session.oracle
    table = table_of(oracle, learner.resource(call.operation))
    if oracle is None or table is None or not isinstance(call.body, dict):
        return None
    seeder = Seeder(oracle, learner.session.sampler)
    better = {
        name: seeder.column_value(table, name, who.letter)
        for name, value in call.body.items()
        if isinstance(value, str) and name in table.columns and not seeder.holds(table, name, value)
    }
    return replace(call, body={**call.body, **better}) if better else None


def _as_oneself(learner: Learner, call: Call, who: Person) -> Call | None:
    """Return the call with what the caller's account has under the names of its fields."""
    oracle = learner.session.oracle
    row = oracle.rows().get(who.row) if oracle and who.row else None
    known = {**who.known, **{k: v for k, v in (row or {}).items() if isinstance(v, str)}}
    if not isinstance(call.body, dict):
        return None
    own = {k: known[k] for k in call.body if known.get(k) and "pass" not in k.lower()}
    return replace(call, body={**call.body, **own}) if own else None


def _of_another(learner: Learner, call: Call, who: Person) -> Call | None:
    """Return the call with somebody else's account in its path: nobody follows themselves."""
    operation = call.operation
    people = learner.session.people.values()
    other = next((one for one in people if one.name != who.name and not one.privileged), None)
    slots = [one for one in learner.path_slots(operation) if is_user(one.noun)]
    if other is None or not slots or not operation.writes or touches_account(operation):
        return None
    if _ends_with_account(operation, slots[0]):
        return None
    value = identifier(slots[0], Made(slots[0].noun, other.name, (other.known,)), operation)
    return put(call, slots[0], value) if value is not None else None


def _ends_with_account(operation: Operation, slot: Slot) -> bool:
    """Tell whether a path ends with an account itself: `/users/{user_id}`."""
    parts = operation.segments
    if not parts[-1].startswith(f"{{{slot.name}"):
        return False
    before = noun_of_segment(parts[-2]) if len(parts) > 1 else None
    return before is None or is_user(before)
