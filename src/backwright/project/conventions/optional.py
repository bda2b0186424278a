"""How "may be None" is written: `X | None`, `Optional[X]`, `Union[X, None]`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.project.conventions.evidence import Evidence, Vote, last_name
from backwright.project.conventions.registry import convention


@convention("optional")
def optional(evidence: Evidence) -> Iterator[Vote]:
    """Give a vote for each annotation that allows None."""
    for source in evidence.modules:
        for node in evidence.nodes(source):
            value = _way(node)
            if value:
                yield Vote(value, source.file, getattr(node, "lineno", 1))


def _way(node: ast.AST) -> str:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr) and _is_none(node.right):
        return "X | None"
    if isinstance(node, ast.Subscript) and last_name(node) == "Optional":
        return "Optional[X]"
    if isinstance(node, ast.Subscript) and last_name(node) == "Union":
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else []
        return "Union[X, None]" if any(_is_none(one) for one in parts) else ""
    return ""


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
