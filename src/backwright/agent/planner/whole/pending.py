"""A field that was announced, and what is said of it then."""

from __future__ import annotations

import re

from backwright.agent.planner.attributes import Attribute
from backwright.agent.planner.clauses import Clause
from backwright.agent.planner.drafts import Draft
from backwright.agent.planner.fieldlist import FieldList, read_list
from backwright.agent.planner.frames.opening import body_of, give_fields
from backwright.agent.planner.state import is_plural
from backwright.agent.planner.whole.hosts import gives_to, model_in, without_model
from backwright.agent.planner.whole.told import Reading


def describe_pending(text: str, clause: Clause, reading: Reading) -> bool:
    """Give what a statement says to the field that was announced before it: `Add X to Task. It should be an enum …`."""
    assert reading.pending is not None  # noqa: S101 - the caller looked
    name, host, source = reading.pending
    state = reading.state
    if gives_to(text, host, state):  # `Tasks need locks. Add is_locked (bool) to Task`
        text = without_model(text, host)
    body = re.sub(
        r"(?i)^(?:it|this|that|which)\s+(?=(?:is|should|must|can|may|has|shall|will)\b)",
        "",
        body_of(text),
    )
    if (other := model_in(text, state)) is not None and other.name != host.name:
        return False
    state.speak_of(host)
    host.asked = True
    reading.pending = None
    fields = read_list(
        body, state.forms(), [*host.drafts, Draft(name, words=source.raw)], named=reading.named
    )
    join_whole(fields, len(host.drafts) + 1)
    draft = next(d for d in fields.drafts if d.name == name)
    if not draft.said and len(fields.drafts) > len(host.drafts) + 1:
        fields.drafts.remove(draft)
        state.aside.append(source.raw)
    state.described.append(body)
    give_fields(host, fields, clause, state)
    return True


def announce_pending(reading: Reading) -> None:
    """Leave aside that a model `needs attachments`, where a resource is described then."""
    if reading.pending is not None and is_plural(reading.pending[0]):
        reading.state.aside.append(reading.pending[2].raw)
        reading.pending = None


def place_pending(reading: Reading) -> None:
    """Make a field of what was announced and never described: its type is asked."""
    if reading.pending is None:
        return
    name, host, source = reading.pending
    reading.state.speak_of(host)
    host.asked = True
    host.drafts.append(Draft(name, words=source.raw))
    reading.state.described.append(source.text)


def join_whole(fields: FieldList, given: int) -> None:
    """Give the one new field what was said before its name: `a nullable datetime, snoozed_until`."""
    fresh = fields.drafts[given:]
    if fields.whole and len(fresh) == 1:
        rest: list[Attribute] = fields.whole
        for one in rest:
            fresh[0].take(one)
        fields.whole = []
