"""How "may be None" is written: `X | None`, `Optional[X]`, `Union[X, None]`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.project.conventions.evidence import Evidence, Vote, last_name
from backwright.project.conventions.registry import convention


@convention("optional")
def optional(evidence: Evidence) -> Iterator[Vote]:
    """Give a vote for each annotation that allows None."""
    for source in evidence.sample:
        for node in evidence.nodes(source, ast.BinOp):
            if isinstance(node.op, ast.BitOr) and _is_none(node.right):
                yield Vote("X | None", source.file, node.lineno)
        for one in evidence.nodes(source, ast.Subscript):
            if last_name(one) == "Optional":
                yield Vote("Optional[X]", source.file, one.lineno)
            elif last_name(one) == "Union" and _allows_none(one.slice):
                yield Vote("Union[X, None]", source.file, one.lineno)


def _allows_none(union: ast.expr) -> bool:
    return isinstance(union, ast.Tuple) and any(_is_none(part) for part in union.elts)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
