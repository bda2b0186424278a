"""Following statements. A condition that cannot be known has both its branches followed."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from backwright.project.interpret import (
    ancestry,
    calls,
    classes,
    core,
    imports,
    knowing,
    lookup,
    loops,
    operators,
)
from backwright.project.interpret.branching import branches
from backwright.project.interpret.core import run
from backwright.project.interpret.flow import Flow, Raised
from backwright.project.interpret.matching import matches
from backwright.project.interpret.registration import registers
from backwright.project.interpret.values import (
    Annotation,
    Call,
    Class,
    External,
    Frame,
    Instance,
    Unknown,
    is_external,
)


def _expression(node: ast.Expr, frame: Frame) -> None:
    if not isinstance(node.value, ast.Constant):
        core.evaluate(node.value, frame)


def _assign(node: ast.Assign, frame: Frame) -> None:
    value = core.evaluate(node.value, frame)
    for target in node.targets:
        lookup.assign(target, value, frame)


def _annotated(node: ast.AnnAssign, frame: Frame) -> None:
    if frame.kind == "class" and frame.owner is not None and isinstance(node.target, ast.Name):
        noted = Annotation(node.target.id, node.annotation, node.lineno, node.value is not None)
        frame.owner.annotations.append(noted)
    if node.value is not None:
        value = core.evaluate(node.value, frame)
        lookup.assign(node.target, _as_declared(node, value, frame), frame)


def _as_declared(node: ast.AnnAssign, value: object, frame: Frame) -> object:
    """Take what a library gave for what it is declared to be: `app: FastAPI = build()`."""
    declared = getattr(node.annotation, "attr", getattr(node.annotation, "id", ""))
    if declared not in {"FastAPI", "APIRouter"} or not isinstance(value, Instance):
        return value
    if not isinstance(value.cls, External) or "routes" in value.attributes:
        return value
    make = frame.world.calls[f".{declared}"]
    return make(Call(frame, node, [], {}), External(f"fastapi.{declared}"))


def _augmented(node: ast.AugAssign, frame: Frame) -> None:
    old = core.evaluate(_loaded(node.target), frame)
    new = core.evaluate(node.value, frame)
    if isinstance(old, list) and isinstance(node.op, ast.Add):
        old.extend(knowing.elements(new) or [])
        return
    lookup.assign(node.target, operators.combine(old, node.op, new), frame)


def _loaded(target: ast.Name | ast.Attribute | ast.Subscript) -> ast.expr:
    if isinstance(target, ast.Name):
        return ast.Name(target.id, ast.Load())
    return target


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef, frame: Frame) -> None:
    value = calls.decorated(node, calls.make_function(node, node.name, frame), frame)
    if frame.kind == "module" and node.name in frame.names:
        taken = (node.lineno, frame.names[node.name])
        frame.module.rebound.setdefault(node.name, []).append(taken)
    core.bind(frame, node.name, value)


def _class(node: ast.ClassDef, frame: Frame) -> None:
    core.bind(frame, node.name, classes.define(node, frame))


def _import(node: ast.Import, frame: Frame) -> None:
    imports.import_statement(node, frame)


def _import_from(node: ast.ImportFrom, frame: Frame) -> None:
    imports.import_from(node, frame)


def _return(node: ast.Return, frame: Frame) -> Flow:
    frame.returned.append(core.evaluate(node.value, frame))
    return Flow.STOPPED


def _raise(node: ast.Raise, frame: Frame) -> Flow:
    raise Raised(core.evaluate(node.exc, frame), node.lineno)


def _stop(node: ast.stmt, frame: Frame) -> Flow:  # noqa: ARG001
    return Flow.BROKEN if isinstance(node, ast.Break) else Flow.CONTINUED


def _scope(node: ast.Global | ast.Nonlocal, frame: Frame) -> None:
    kind = "global" if isinstance(node, ast.Global) else "nonlocal"
    for name in node.names:
        frame.outer_names[name] = kind


def _if(node: ast.If, frame: Frame) -> Flow:
    condition = core.evaluate(node.test, frame)
    if _for_type_checkers(condition):
        _lazy_imports(node.body, frame)
        return run(node.orelse, frame)
    verdict = knowing.truth(condition)
    if frame.world.witness is not None:
        frame.world.witness.tested(condition, node)
    if not frame.world.anonymous and any(isinstance(one, ast.Raise) for one in node.body):
        verdict = False  # a program is read as one that starts
    if verdict is None:
        return branches([node.body, node.orelse], frame, node, condition)
    unset = condition if isinstance(condition, Unknown) and condition.unset else None
    if unset is not None and frame.world.notes and registers(node.body):
        frame.world.note(frame.module, node.lineno, f"taken as not so: {unset.why}")
    return run(node.body if verdict else node.orelse, frame)


def _for_type_checkers(condition: object) -> bool:
    return is_external(condition, "TYPE_CHECKING")


def _lazy_imports(body: list[ast.stmt], frame: Frame) -> None:
    for statement in body:
        if isinstance(statement, ast.Import):
            imports.import_statement(statement, frame, lazily=True)
        elif isinstance(statement, ast.ImportFrom):
            try:
                imports.import_from(statement, frame, lazily=True)
            except Raised:
                continue


def _with(node: ast.With | ast.AsyncWith, frame: Frame) -> Flow:
    for one in node.items:
        value = core.evaluate(one.context_expr, frame)
        if one.optional_vars is not None:
            if isinstance(value, Instance) and isinstance(value.cls, Class):
                enter = ancestry.find(value.cls, "__enter__") or ancestry.find(
                    value.cls, "__aenter__"
                )
                if enter is not None:
                    value = core.call_value(enter, [value], {}, frame, node)
            elif isinstance(value, list) and len(value) == 1:
                value = value[0]
            lookup.assign(one.optional_vars, value, frame)
    return run(node.body, frame)


def _try(node: ast.Try, frame: Frame) -> Flow:
    maybe = len(frame.raised)
    missing = any(_speaks_of(one, "KeyError") for one in node.handlers)
    absent = any(_speaks_of(one, "ImportError", "ModuleNotFoundError") for one in node.handlers)
    try:
        frame.expects_missing += missing
        frame.expects_absent += absent
        try:
            flow = run(node.body, frame)
        finally:
            frame.expects_missing -= missing
            frame.expects_absent -= absent
        if flow is Flow.NEXT:
            flow = run(node.orelse, frame)
    except Raised as raised:
        handler = _handler(node, raised.value, frame)
        if handler is None:
            run(node.finalbody, frame)
            raise
        if handler.name:
            core.bind(frame, handler.name, raised.value)
        flow = run(handler.body, frame)
    else:
        flow = _maybe_handled(node, frame, maybe, flow)
    ended = run(node.finalbody, frame)
    return flow if ended is Flow.NEXT else ended


def _speaks_of(handler: ast.ExceptHandler, *names: str) -> bool:
    nodes = ast.walk(handler.type) if handler.type is not None else ()
    return any(isinstance(one, ast.Name) and one.id in names for one in nodes)


def _maybe_handled(node: ast.Try, frame: Frame, before: int, flow: Flow) -> Flow:
    """Follow the handlers for errors that some path of the body raised (only if asked for)."""
    pending, frame.raised[before:] = frame.raised[before:], []
    if not frame.world.anonymous:
        return flow
    for value in pending:
        handler = _handler(node, value, frame)
        if handler is None:
            frame.raised.append(value)
            continue
        try:
            if handler.name:
                core.bind(frame, handler.name, value)
            if run(handler.body, frame) is Flow.NEXT:
                flow = Flow.NEXT
        except Raised as raised:
            frame.raised.append(raised.value)
    return flow


def _handler(node: ast.Try, value: object, frame: Frame) -> ast.ExceptHandler | None:
    for handler in node.handlers:
        if handler.type is None:
            return handler
        caught = core.evaluate(handler.type, frame)
        names = knowing.elements(caught) if isinstance(caught, (tuple, list)) else [caught]
        if any(_catches(one, value) for one in names or []):
            return handler
    return None


def _catches(caught: object, value: object) -> bool:
    """Tell whether `except caught` takes an error; one that is not known is taken by any."""
    if is_external(caught, "Exception", "BaseException"):
        return True
    cls = value.cls if isinstance(value, Instance) else value
    if isinstance(cls, Unknown):
        return True
    if isinstance(cls, External):
        if isinstance(caught, External) and cls.last == "ImportError":
            return caught.last in {"ImportError", "ModuleNotFoundError"}
        return isinstance(caught, External) and (caught.last == cls.last)
    if isinstance(cls, Class):
        line = ancestry.ancestors(cls)
        return any(one is caught or _named_same(one, caught) for one in line)
    return False


def _named_same(left: object, right: object) -> bool:
    both = isinstance(left, External) and isinstance(right, External)
    return both and left.last == right.last  # type: ignore[attr-defined]


def _match(node: ast.Match, frame: Frame) -> Flow:
    subject = core.evaluate(node.subject, frame)
    possible: list[list[ast.stmt]] = []
    for case in node.cases:
        verdict = matches(case, subject, frame)
        if verdict is False:
            continue
        possible.append(case.body)
        if verdict:
            break
    else:
        possible.append([])
    if len(possible) == 1:
        return run(possible[0], frame)
    return branches(possible, frame, node, subject)


def _delete(node: ast.Delete, frame: Frame) -> None:
    for target in node.targets:
        if isinstance(target, ast.Name):
            frame.names.pop(target.id, None)


def _assert(node: ast.Assert, frame: Frame) -> None:
    condition = core.evaluate(node.test, frame)
    if frame.world.witness is not None:
        frame.world.witness.tested(condition, node)


STATEMENTS: dict[type[ast.stmt], Callable[[Any, Frame], Flow | None]] = {
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.Break: _stop,
    ast.Continue: _stop,
    ast.Global: _scope,
    ast.Nonlocal: _scope,
    ast.If: _if,
    ast.For: loops.run_for,
    ast.AsyncFor: loops.run_for,
    ast.While: loops.run_while,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.Match: _match,
    ast.Delete: _delete,
    ast.Assert: _assert,
}
