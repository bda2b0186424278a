"""Repairs that take by Depends what is called by hand."""

from __future__ import annotations

import ast
import re

from backwright.doctor.edits import finished, rewritten
from backwright.doctor.evidence import Evidence
from backwright.doctor.sources import FunctionNode, called
from backwright.project.types import Endpoint
from backwright.report.doctor_types import Repair
from backwright.source.syntax import nodes
from backwright.values import Place

_YIELDS = re.compile(r"(?:Async)?(?:Iterator|Generator|Iterable)\[(?P<type>[\w.]+)")


def taken_by_depends(evidence: Evidence, place: Place) -> tuple[Repair, ...]:
    """Return the repair that gives a handler as a parameter what it calls by hand."""
    handler, known = _handler(evidence, place)
    if handler is None:
        return ()
    file = handler[0]
    for call in nodes(*handler[1].body):
        if not isinstance(call, ast.Call) or call.args or call.keywords:
            continue
        name = called(call)
        function = _function(evidence, name)
        if function is None or not (name == known or _is_dependency(function)):
            continue
        return _with_parameter(evidence, file, handler[1], call, name, function)
    return ()


def _handler(evidence: Evidence, place: Place) -> tuple[tuple[str, FunctionNode] | None, str]:
    """Return the handler around a place, or the one that calls the function around it by hand."""
    around = evidence.sources.function_at(place)
    if around is None:
        return None, ""
    for one in evidence.project.endpoints:
        function = _of_endpoint(evidence, one)
        if function is around:
            return (one.file, function), ""
    for one in evidence.project.endpoints:
        function = _of_endpoint(evidence, one)
        if function is not None and any(
            isinstance(n, ast.Call) and called(n) == around.name for n in nodes(*function.body)
        ):
            return (one.file, function), around.name
    return None, ""


def _of_endpoint(evidence: Evidence, one: Endpoint) -> FunctionNode | None:
    for node in evidence.sources.nodes(one.file):
        if isinstance(node, FunctionNode):
            first = min([node.lineno, *(mark.lineno for mark in node.decorator_list)])
            if first <= one.line <= node.lineno:
                return node
    return None


def _function(evidence: Evidence, name: str) -> FunctionNode | None:
    for file in evidence.sources.own:
        if f"def {name}(" in evidence.sources.text(file):
            for node in evidence.sources.nodes(file):
                if isinstance(node, FunctionNode) and node.name == name:
                    return node
    return None


def _is_dependency(function: FunctionNode) -> bool:
    """Tell whether a function yields, or has parameters that Depends resolves."""
    has_yield = any(isinstance(one, ast.Yield) for one in nodes(*function.body))
    return has_yield or "Depends(" in ast.unparse(function.args)


def _with_parameter(
    evidence: Evidence, file: str, handler: FunctionNode, call: ast.Call, name: str, function: FunctionNode
) -> tuple[Repair, ...]:  # fmt: skip
    text = evidence.sources.text(file)
    returns = ast.unparse(function.returns) if function.returns else ""
    kind = (
        found["type"]
        if (found := _YIELDS.search(returns))
        else returns
        if returns.isidentifier()
        else ""
    )
    statement = next((one for one in nodes(*handler.body) if isinstance(one, ast.Assign)
                      and call in ast.walk(one.value) and len(one.targets) == 1
                      and isinstance(one.targets[0], ast.Name)), None)  # fmt: skip
    known = (
        statement.targets[0].id if statement and isinstance(statement.targets[0], ast.Name) else ""
    )
    parameter = known or (
        name.removeprefix("get_") if name.startswith("get_") else f"{name}_result"
    )
    if parameter == name:
        parameter = f"{name}_"
    declared = (
        f"{parameter}: Annotated[{kind}, Depends({name})]"
        if kind
        else f"{parameter}=Depends({name})"
    )
    lines = text.splitlines(keepends=True)
    if statement is not None and _is_call_itself(statement.value, call):
        del lines[statement.lineno - 1 : statement.end_lineno]
    else:
        made = rewritten(evidence, file, [(call, parameter)])
        lines = made[0].after.splitlines(keepends=True) if made else lines
    at = handler.lineno - 1
    if handler.args.args and not kind:
        return ()
    gap = ", " if handler.args.args or handler.args.kwonlyargs else ""
    lines[at] = re.sub(
        rf"(def {handler.name}\()", lambda m: f"{m[1]}{declared}{gap}", lines[at], count=1
    )
    imports = {"fastapi": {"Depends"}, **({"typing": {"Annotated"}} if kind else {})}
    if kind and not re.search(rf"\b{kind}\b", text):  # the type is not imported there
        kind_from = {"Session": "sqlmodel" if "sqlmodel" in text else "sqlalchemy.orm",
                     "AsyncSession": "sqlalchemy.ext.asyncio"}.get(kind)  # fmt: skip
        if kind_from is None:
            return ()
        imports[kind_from] = {kind}
    return finished(file, text, "".join(lines), imports)


def _is_call_itself(value: ast.expr, call: ast.Call) -> bool:
    """Tell whether a value is the call, or `next(…)`, `await anext(…)` of it."""
    while isinstance(value, ast.Await) or (
        isinstance(value, ast.Call)
        and value is not call
        and called(value) in ("next", "anext", "__anext__")
    ):
        if isinstance(value, ast.Await):
            value = value.value
        elif value.args:
            value = value.args[0]
        else:
            return False
    return value is call
