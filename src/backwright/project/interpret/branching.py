"""Branches of which nobody knows which is taken: all are followed, and what they bound is joined."""

from __future__ import annotations

import ast

from backwright.project.interpret.core import run
from backwright.project.interpret.flow import Flow, Raised
from backwright.project.interpret.registration import registers
from backwright.project.interpret.values import Frame, either, same, why_unknown

_UNBOUND = object()


def branches(bodies: list[list[ast.stmt]], frame: Frame, node: ast.stmt, condition: object) -> Flow:
    """Follow every one of several branches and join what they bound."""
    world = frame.world
    if world.notes and any(registers(body) for body in bodies):
        why = f"whether this runs is not known: {why_unknown(condition)}; taken as so"
        world.note(frame.module, node.lineno, why)
    before = dict(frame.names)
    outcomes: list[dict[str, object]] = []
    stopped: Flow = Flow.STOPPED
    for body in bodies:
        frame.names.clear()
        frame.names.update(before)
        if world.witness is not None:
            world.witness.enter(condition)
        try:
            flow = run(body, frame)
        except Raised as raised:
            frame.raised.append(raised.value)
            continue
        finally:
            if world.witness is not None:
                world.witness.leave()
        if flow is Flow.NEXT:
            outcomes.append(dict(frame.names))
        elif flow is not Flow.STOPPED:
            stopped = flow
    frame.names.clear()
    frame.names.update(_joined(outcomes) if outcomes else before)
    if outcomes and len(outcomes) < len(bodies) and world.notes:
        frame.doubt = why_unknown(condition)
    return Flow.NEXT if outcomes else stopped


def _joined(outcomes: list[dict[str, object]]) -> dict[str, object]:
    joined = dict(outcomes[0])
    for other in outcomes[1:]:
        for name, value in other.items():
            known = joined.get(name, _UNBOUND)
            if known is value:
                continue
            if known is _UNBOUND:
                joined[name] = value
            elif not same(known, value):
                joined[name] = either([known, value])
    return joined
