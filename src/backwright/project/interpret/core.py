"""What the interpreter comes back to: an expression, a block, a call, an attribute.

Following one of them leads to the others (an attribute may be a property, whose body is a block).
So here stands only that each kind of thing has a function that follows it. Those functions stand
in the modules above, which import each other downwards; `assembly` enters them in these tables.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from backwright.project.interpret.flow import Flow
from backwright.project.interpret.registration import registers
from backwright.project.interpret.values import Call, Frame, Unknown, settle, why_unknown

EXPRESSIONS: dict[type[ast.AST], Callable[[Any, Frame], object]] = {}
STATEMENTS: dict[type[ast.stmt], Callable[[Any, Frame], Flow | None]] = {}
CALLABLES: dict[type, Callable[[Any, Call], object]] = {}
ATTRIBUTES: dict[type, Callable[[Any, str, Frame], object]] = {}


def evaluate(node: ast.expr | None, frame: Frame) -> object:
    """Return the value of an expression; `Unknown` where it cannot be known."""
    if node is None:
        return None
    handler = EXPRESSIONS.get(type(node))
    return handler(node, frame) if handler else Unknown("it is computed in a way not followed")


def run(body: list[ast.stmt], frame: Frame) -> Flow:
    """Follow the statements of a block."""
    world = frame.world
    for index, statement in enumerate(body):
        world.steps -= 1
        if world.steps <= 0:
            return Flow.STOPPED
        handler = STATEMENTS.get(type(statement))
        if handler is not None:
            flow = handler(statement, frame)
            if flow is not None and flow is not Flow.NEXT:
                return flow
        if frame.doubt:
            if registers(body[index + 1 :]):
                why = f"whether what follows runs is not known: {frame.doubt}; taken as so"
                frame.world.note(frame.module, statement.lineno, why)
            frame.doubt = ""
    return Flow.NEXT


def call_value(
    callee: object,
    args: list[object],
    kwargs: dict[str, object],
    frame: Frame,
    node: ast.AST | None,
) -> object:
    """Return what calling a value gives."""
    callee = settle(callee)
    call = Call(frame, node or _NOWHERE, args, kwargs)
    handler = CALLABLES.get(type(callee))
    if handler is not None:
        return handler(callee, call)
    if frame.world.witness is not None:
        frame.world.witness.lost(call)
    return Unknown(callee.why if isinstance(callee, Unknown) else "it is not called but a value")


def attribute(value: object, attr: str, frame: Frame) -> object:
    """Return `value.attr`."""
    witness = frame.world.witness
    if witness is not None and (told := witness.attribute(value, attr)) is not None:
        return told
    value = settle(value)
    handler = ATTRIBUTES.get(type(value))
    return handler(value, attr, frame) if handler else Unknown(why_unknown(value))


def bind(frame: Frame, identifier: str, value: object) -> None:
    """Bind a name in the scope that it belongs to."""
    scope = frame.outer_names.get(identifier)
    if scope == "global":
        frame.module.names[identifier] = value
        return
    if scope == "nonlocal":
        outer = frame.parent
        while outer is not None:
            if identifier in outer.names:
                outer.names[identifier] = value
                return
            outer = outer.parent
    frame.names[identifier] = value


_NOWHERE = ast.Pass(lineno=0)
