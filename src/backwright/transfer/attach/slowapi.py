"""A route's limit said with slowapi, where a host has that."""

from __future__ import annotations

import ast

from backwright.project.types import App, Endpoint
from backwright.source.imports import add_imports
from backwright.transfer.attach.seeing import seen_from
from backwright.transfer.declaration import Import
from backwright.transfer.grow.sources import FunctionNode, Sources, last_name, names_of_statement
from backwright.transfer.guarding.edits import Edits


def can_say(sources: Sources, by: str, route: tuple[str, str] | None) -> bool:
    """Tell whether a limit can be said: of one route, by address, with a limiter that has a name."""
    return by == "address" and route is not None and _limiter(sources) is not None


def _limiter(sources: Sources) -> Import | None:
    """Return the host's limiter: a name of a module."""
    for path, tree in sources.trees.items():
        for statement in tree.body:
            value = getattr(statement, "value", None)
            if isinstance(value, ast.Call) and last_name(value.func) == "Limiter":
                for name in names_of_statement(statement):
                    return sources.module(path), name
    return None


def said(sources: Sources, app: App, route: tuple[str, str]) -> str | None:
    """Return the limit that a route has already."""
    found = _handler(sources, app, route)
    for mark in found[1].decorator_list if found else ():
        is_limit = isinstance(mark, ast.Call) and last_name(mark.func) == "limit"
        if is_limit and isinstance(mark, ast.Call) and mark.args:
            text = mark.args[0]
            return str(text.value) if isinstance(text, ast.Constant) else ast.unparse(text)
    return None


def say(sources: Sources, app: App, route: tuple[str, str], rate: str) -> None:
    """Put a limit above a route's handler, below what makes it a route."""
    limiter, found = _limiter(sources), _handler(sources, app, route)
    assert limiter is not None and found is not None  # noqa: S101, PT018 - `can_say`, and a known route
    path, function = found
    module, name = limiter
    edits = Edits(sources.draft.text(path))
    for mark in function.decorator_list:
        if isinstance(mark, ast.Call) and last_name(mark.func) == "limit" and mark.args:
            edits.replace(edits.start(mark.args[0]), edits.end(mark.args[0]), f'"{rate}"')
            sources.draft.write(path, edits.made())
            return
    edits.line_before(function, f'@{name}.limit("{rate}")')
    wanted: dict[str, set[str]] = {}
    if not any(one.arg == "request" for one in function.args.args):
        first = function.args.args[0] if function.args.args else None
        place = edits.start(first) if first else _opening(edits, function)
        edits.insert(place, "request: Request, " if first else "request: Request")
        wanted["fastapi"] = {"Request"}
    if sources.module(path) != module:
        origin, _ = seen_from(sources, path, limiter)
        wanted[origin] = {name}
    sources.draft.write(path, add_imports(edits.made(), wanted))


def _opening(edits: Edits, function: FunctionNode) -> int:
    """Return the place behind the parenthesis of a function without parameters."""
    start = edits.start(function)
    return start + edits.text(start, edits.end(function)).index("(") + 1


def _handler(sources: Sources, app: App, route: tuple[str, str]) -> tuple[str, FunctionNode] | None:
    for one in sources.project.endpoints:
        if (one.app, one.method, one.path) == (app.object, *route):
            return _function(sources, one)
    return None


def _function(sources: Sources, endpoint: Endpoint) -> tuple[str, FunctionNode] | None:
    name = endpoint.handler.rpartition(":")[2].rpartition(".")[2]
    tree = sources.trees.get(endpoint.file)
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, FunctionNode) and node.name == name:
            marks = [mark.lineno for mark in node.decorator_list]
            first = min([node.lineno, *marks])
            if first <= endpoint.line <= node.lineno:
                return endpoint.file, node
    return None
