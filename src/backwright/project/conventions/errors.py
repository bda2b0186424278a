"""Where errors begin and what they look like to the client."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.project.conventions.evidence import Evidence, Vote, keyword, last_name
from backwright.project.conventions.registry import convention


@convention("errors")
def errors(evidence: Evidence) -> Iterator[Vote]:
    """Give a vote for each `raise` of an HTTP error or of an error class of the project."""
    own = _own_errors(evidence)
    for source in evidence.modules:
        in_routes = source.file in evidence.route_files
        for node in evidence.nodes(source, ast.Raise):
            name = last_name(node.exc)
            if name.endswith("HTTPException"):
                where = "handlers" if in_routes else "the code below them"
                yield Vote(f"HTTPException raised in {where}", source.file, node.lineno)
            elif name in own:
                where = "handlers" if in_routes else "services"
                yield Vote(f"errors of its own raised in {where}", source.file, node.lineno)


def _own_errors(evidence: Evidence) -> frozenset[str]:
    """Return the exception classes of the project, also those derived from its own ones."""
    found: set[str] = set()
    for _ in range(3):
        for source in evidence.modules:
            for node in evidence.nodes(source, ast.ClassDef):
                bases = [last_name(base) for base in node.bases]
                if any(one in found or one.endswith(("Exception", "Error")) for one in bases):
                    found.add(node.name)
    return frozenset(found)


@convention("error_detail")
def error_detail(evidence: Evidence) -> Iterator[Vote]:
    """Give a vote for the shape of each `HTTPException(detail=…)`."""
    for source in evidence.modules:
        for call in evidence.calls(source):
            if not last_name(call.func).endswith("HTTPException"):
                continue
            detail = keyword(call, "detail") or (call.args[1] if len(call.args) > 1 else None)
            if detail is not None:
                yield Vote(_shape(detail), source.file, call.lineno)


def _shape(detail: ast.expr) -> str:
    if isinstance(detail, ast.Dict):
        keys = [str(getattr(one, "value", "…")) for one in detail.keys]
        return "{" + ", ".join(f'"{key}": …' for key in keys) + "}"
    if isinstance(detail, ast.List | ast.ListComp):
        return "a list"
    return "text"


@convention("error_handlers")
def error_handlers(evidence: Evidence) -> Iterator[Vote]:
    """Give a vote for each kind of error that the application has a handler for."""
    for source in evidence.modules:
        for call in evidence.calls(source):
            name = last_name(call.func)
            if name in {"exception_handler", "add_exception_handler"} and call.args:
                yield Vote("in one place of the application", source.file, call.lineno)
        for handler in evidence.handlers_of(source):
            for node in ast.walk(handler.node):
                if isinstance(node, ast.ExceptHandler) and _raises_http(node):
                    yield Vote("try and except in each handler", source.file, node.lineno)


def _raises_http(handler: ast.ExceptHandler) -> bool:
    raised = (node.exc for node in ast.walk(handler) if isinstance(node, ast.Raise) and node.exc)
    return any(last_name(one).endswith("HTTPException") for one in raised)
