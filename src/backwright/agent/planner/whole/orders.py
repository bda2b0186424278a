"""Statements that describe no field: capabilities, judges, relations, wishes."""

from __future__ import annotations

import re

from backwright.agent.planner.attributes import spot
from backwright.agent.planner.clauses import Clause
from backwright.agent.planner.foreign import outside
from backwright.agent.planner.frames import relations
from backwright.agent.planner.frames.table import ORDERS, likeliest_first
from backwright.agent.planner.lexicon import first
from backwright.agent.planner.state import Entity, State
from backwright.agent.planner.whole.hosts import model_in
from backwright.agent.planner.whole.pending import place_pending
from backwright.agent.planner.whole.titles import (
    announced_field,
    begins,
    is_called,
    names_resource,
    opens_below,
)
from backwright.agent.planner.whole.told import Reading, made_names
from backwright.agent.planner.whole.typed import is_typed


def relates(clause: Clause, state: State) -> bool:
    """Read a statement of two resources that says of no field what it is: `every snippet sits in a folder`."""
    found = spot(clause.text, state.forms())
    kinds = {one.kind for one in found if not one.weak}
    if (
        not kinds
        or not kinds <= {"ref", "many"}
        or re.search(r"(?i)\b(?:fields?|columns?|foreign key|fk)\b|[a-z]_[a-z]|[(:]", clause.text)
    ):
        return False
    if relations.read_relation(clause, state):
        state.capable.append(("relation", clause.text))
        return True
    return False


def _deletes(clause: Clause, state: State) -> bool:
    """Read what becomes of rows when another is deleted, said of two resources."""
    found = [one for one in spot(clause.text, state.forms()) if one.kind in ("cascade", "restrict")]
    if not found or is_typed(clause.text, state):
        return False

    def names(entity: Entity | None) -> bool:
        return entity is not None and any(
            re.search(rf"(?i)(?<![\w-]){re.escape(form)}(?![\w-])", clause.text)
            for form in entity.called
        )

    refs = [
        d
        for e in state.entities
        if names(e)
        for d in e.drafts
        if d.said.get("type") == "ref" and names(state.find(str(d.said["thing"])))
    ]
    for draft in refs[:1]:
        draft.take(found[0])
    return len(refs) == 1


def read_order(clause: Clause, reading: Reading) -> None:
    """Read a statement that describes no field: a capability, a judge, a relation, a wish or a story."""
    state = reading.state
    if _deletes(clause, state):
        return
    host = model_in(clause.text, state)
    if names_resource(clause, host, reading) or _begins_project(clause, reading):
        return
    if _by_frame(clause, reading) or is_called(clause, reading) or begins(clause, reading):
        return
    if host is not None and (field := announced_field(clause.text, host)):
        place_pending(reading)
        reading.pending, reading.host = (field, host, clause), host
        return
    _announce(clause, host, reading)


def _begins_project(clause: Clause, reading: Reading) -> bool:
    if reading.state.project is None or clause.asks:
        return False
    return bool(first(clause.text, "whole", "project", "begins")) and begins(clause, reading)


def _by_frame(clause: Clause, reading: Reading) -> bool:
    """Give a statement to the frame that knows its kind of order; tell whether one did."""
    for name, frame in likeliest_first(clause.text, ORDERS):
        if reading.mode == "criteria" and name in ("probe", "audit", "inspect"):
            continue
        if frame(clause, reading.state):
            reading.state.capable.append((name, clause.text))
            _gate(clause, name, reading)
            return True
    return False


def _announce(clause: Clause, host: Entity | None, reading: Reading) -> None:
    """Keep what a statement speaks of: fields may follow."""
    state = reading.state
    noun = reading.manner.noun(clause.text, state)
    if noun and state.ahead and not clause.asks and opens_below(noun, clause, reading):
        return
    known = state.find(noun) if noun else None
    if noun and "_" not in noun and known is None and not outside(clause, None, (noun,)):
        reading.title, reading.title_source = noun, clause.raw
    elif known is not None and host is None:
        state.current = known
    reading.host = host or reading.host
    reading.stories.append(clause)


def _gate(clause: Clause, frame: str, reading: Reading) -> None:
    names = made_names(reading.state)
    if about := outside(clause, frame, names):
        reading.state.refused.append((clause.raw, about))
