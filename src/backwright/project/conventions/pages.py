"""How lists are cut into pages."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.project.conventions.evidence import (
    Evidence,
    Handler,
    Vote,
    last_name,
    parameters,
)
from backwright.project.conventions.registry import convention

_PAIRS = (
    ("skip and limit", {"skip", "limit"}),
    ("offset and limit", {"offset", "limit"}),
    ("page and size", {"page", "size"}),
    ("page and per_page", {"page", "per_page"}),
    ("page and page_size", {"page", "page_size"}),
    ("page and items_per_page", {"page", "items_per_page"}),
    ("page and limit", {"page", "limit"}),
    ("cursor and limit", {"cursor", "limit"}),
    ("after and limit", {"after", "limit"}),
    ("cursor", {"cursor"}),
)
_PAGES = ("Page", "LimitOffsetPage", "CursorPage", "PaginatedListResponse", "PaginatedResponse")


@convention("pages")
def pages(evidence: Evidence) -> Iterator[Vote]:
    """Give a vote for each handler that lists: its two parameters, or what they come from."""
    for one in evidence.handlers:
        if one.endpoint.method == "GET" and not one.endpoint.path.rstrip("/").endswith("}"):
            value = _pages(one)
            if value:
                yield Vote(value, one.source.file, one.node.lineno)


def _pages(handler: Handler) -> str:
    """Return the way of paging; empty where nothing shows that a list is answered."""
    names = {argument.arg for argument, _ in parameters(handler.node)}
    for value, wanted in _PAIRS:
        if wanted <= names:
            return value
    for argument, default in parameters(handler.node):
        shown = f"{ast.unparse(argument.annotation) if argument.annotation else ''} "
        shown += ast.unparse(default) if default else ""
        if any(word in shown for word in ("Pagination", "pagination", "Params", "CommonParam")):
            return f"parameters shared as {_shared(argument, default)}"
    answered = handler.endpoint.response_model or ""
    if any(answered.startswith(f"{name}[") for name in _PAGES):
        return f"{answered.partition('[')[0]}[…] of a library"
    if answered.lower().startswith(("list[", "sequence[")):
        return "not cut into pages"
    return ""


def _shared(argument: ast.arg, default: ast.expr | None) -> str:
    """Name what a shared set of parameters is declared as."""
    annotation = argument.annotation
    if isinstance(annotation, ast.Subscript) and isinstance(annotation.slice, ast.Tuple):
        annotation = annotation.slice.elts[0]
    named = last_name(annotation)
    return named if named not in {"", "dict", "Dict"} else last_name(default) or argument.arg
