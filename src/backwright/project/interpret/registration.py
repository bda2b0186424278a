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
    """Look into a statement once; where nothing registers, nothing inside of it does either."""
    known = getattr(statement, "_backwright_registers", None)
    if known is None:
        within = nodes(statement)
        known = any(_is_registration(node) for node in within)
        for node in (statement,) if known else within:
            node._backwright_registers = known  # type: ignore[attr-defined]
    return bool(known)


def _is_registration(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in REGISTERING
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    decorators = [one.func for one in node.decorator_list if isinstance(one, ast.Call)]
    return any(isinstance(one, ast.Attribute) and one.attr in VERBS for one in decorators)
