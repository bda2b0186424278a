"""Chains of calls that make one statement: what stands in them, and what of it is scoped where."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.transfer.grow.sources import last_name
from backwright.transfer.guarding.owned import Owned

_OVERWRITING = ("on_conflict_do_update", "on_duplicate_key_update")


def root_of(node: ast.expr) -> ast.AST:
    """Return the call that a chain of calls begins with."""
    while isinstance(node, ast.Call):
        callee = node.func
        if not isinstance(callee, ast.Attribute) or callee.attr in ("select", "query"):
            break
        node = callee.value
    return node


def is_query(node: ast.expr) -> bool:
    """Tell whether a chain of calls begins with `session.query(…)`."""
    root = root_of(node)
    return isinstance(root, ast.Call) and last_name(root.func) == "query"


def chain_of(within: ast.AST, root: ast.Call) -> Iterator[ast.Call]:
    """Yield the calls of the chain that begins with one."""
    for node in ast.walk(within):
        if isinstance(node, ast.Call) and node is not root and root_of(node) is root:
            yield node


def values_of(within: ast.AST, insert: ast.Call) -> ast.Call | None:
    """Return the `.values(…)` of an insert that a column can be added to, if it only adds rows."""
    chain = {last_name(call.func): call for call in chain_of(within, insert)}
    found = chain.get("values")
    if found is None or any(name in chain for name in _OVERWRITING):
        return None
    is_named = not found.args and all(one.arg for one in found.keywords)
    return found if is_named else None


def are_related(one: Owned, other: Owned) -> bool:
    """Tell whether rows of two tables that belong together belong to the same account."""
    pairs = ((one, other), (other, one))
    return any(a.through is not None and a.through[1].model is b.model for a, b in pairs)
