"""Telling code that registers routes: a doubt about it is worth a note."""

from __future__ import annotations

import ast

from backwright.source.syntax import nodes

REGISTERING = frozenset(
    {"include_router", "mount", "add_api_route", "add_route", "add_websocket_route"}
)
VERBS = frozenset({"get", "post", "put", "patch", "delete", "websocket", "api_route"})


def registers(body: list[ast.stmt]) -> bool:
    """Tell whether a block may register routes: then a doubtful condition is worth a note."""
    return any(_registers(statement) for statement in body)


def _registers(statement: ast.stmt) -> bool:
    known = getattr(statement, "_backwright_registers", None)
    if known is None:
        known = statement._backwright_registers = _looks_so(statement)  # type: ignore[attr-defined]
    return bool(known)


def _looks_so(statement: ast.stmt) -> bool:
    within = nodes(statement)
    if any(isinstance(node, ast.Attribute) and node.attr in REGISTERING for node in within):
        return True
    decorators = [
        one.func
        for node in within
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        for one in node.decorator_list
        if isinstance(one, ast.Call)
    ]
    return any(isinstance(one, ast.Attribute) and one.attr in VERBS for one in decorators)
