"""Walking syntax trees: as `ast.walk` does, in half the time."""

from __future__ import annotations

import ast
from collections.abc import Sequence

_CONTEXTS = frozenset({ast.Load, ast.Store, ast.Del})
_LEAVES = _CONTEXTS | {ast.Name, ast.Constant, ast.alias, ast.Pass, ast.Break, ast.Continue}


def nodes(*roots: ast.AST) -> list[ast.AST]:
    """Return `roots` and every node below them, outer ones first; no `Load`, `Store` and `Del`."""
    found = list(roots)
    for node in found:  # it grows meanwhile
        found += children(node)
    return found


def children(node: ast.AST) -> Sequence[ast.AST]:
    """Return the nodes that a node is directly made of; no `Load`, `Store` and `Del`."""
    if type(node) in _LEAVES:
        return ()
    found: list[ast.AST] = []
    for value in node.__dict__.values():
        kind = type(value)
        if kind is list:
            found += [one for one in value if isinstance(one, ast.AST)]
        elif kind is not int and isinstance(value, ast.AST) and kind not in _CONTEXTS:
            found.append(value)
    return found
