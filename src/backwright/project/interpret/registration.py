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
    within = nodes(*body)
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
