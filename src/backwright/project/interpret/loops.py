"""Loops: over what is known turn by turn, over the rest once, as a branch that may be taken."""

from __future__ import annotations

import ast

from backwright.project.interpret import core, expressions, knowing, lookup
from backwright.project.interpret.branching import branches
from backwright.project.interpret.core import run
from backwright.project.interpret.flow import Flow
from backwright.project.interpret.registration import registers
from backwright.project.interpret.values import Frame, why_unknown

TURNS = 60


def run_for(node: ast.For | ast.AsyncFor, frame: Frame) -> Flow:
    """Run `for`."""
    iterated = core.evaluate(node.iter, frame)
    known = knowing.elements(iterated)
    if known is None:
        if frame.world.notes and registers(node.body):
            why = f"a loop over something not known: {why_unknown(iterated)}"
            frame.world.note(frame.module, node.lineno, why)
        lookup.assign(node.target, expressions.one_of(iterated, frame), frame)
        flow = branches([node.body, []], frame, node, iterated)
        return flow if flow is Flow.STOPPED else Flow.NEXT
    for element in known:
        lookup.assign(node.target, element, frame)
        flow = run(node.body, frame)
        if flow is Flow.STOPPED:
            return flow
        if flow is Flow.BROKEN:
            return Flow.NEXT
    return run(node.orelse, frame)


def run_while(node: ast.While, frame: Frame) -> Flow:
    """Run `while`: turn by turn as long as its condition is decided, else as a branch.

    `while True` waits for something, so that one turn says all; so does a request's.
    """
    condition = core.evaluate(node.test, frame)
    turns = TURNS if frame.world.notes and not isinstance(node.test, ast.Constant) else 1
    for _ in range(turns):
        verdict = knowing.truth(condition)
        if verdict is None:
            flow = branches([node.body, []], frame, node, condition)
            return flow if flow is Flow.STOPPED else Flow.NEXT
        if verdict is False:
            return run(node.orelse, frame)
        flow = run(node.body, frame)
        if flow is Flow.STOPPED:
            return flow
        if flow is Flow.BROKEN:
            return Flow.NEXT
        condition = core.evaluate(node.test, frame)
    return Flow.NEXT
