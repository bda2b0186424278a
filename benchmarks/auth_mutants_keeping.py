"""A change to a host that is no fault by itself: what a refused request did to the database is kept.

A request that is refused after it has deleted rows of another account does no harm where its session is
closed without a commit. Whether that alone makes a fault harmless is seen with this beside it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.transfer.draft import Draft
from backwright.transfer.grow.sources import FunctionNode, Sources, last_name
from backwright.transfer.guarding.edits import Edits

KEPT = "what a refused request did is kept"


def keeping(sources: Sources, draft: Draft) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield, for each dependency that gives a session, its place and the files in which it commits."""
    depended = {
        last_name(call.args[0])
        for tree in sources.trees.values()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and last_name(call.func) == "Depends" and call.args
    }
    for path, tree in sources.trees.items():
        for function in ast.walk(tree):
            if not isinstance(function, FunctionNode) or function.name not in depended:
                continue
            for given in _given(function):
                edits = Edits(draft.text(path))
                edits.replace(edits.start(given), edits.end(given), _committed(function, given))
                yield f"{path}:{given.lineno} {KEPT}", {path: edits.made()}


def _given(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.Expr]:
    """Yield the statements that give a name to who asked for it."""
    for node in ast.walk(function):
        if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Yield):
            continue
        if isinstance(node.value.value, ast.Name):
            yield node


def _committed(function: ast.FunctionDef | ast.AsyncFunctionDef, given: ast.Expr) -> str:
    margin, said = " " * given.col_offset, ast.unparse(given)
    name = said.removeprefix("yield ").strip("()")
    waits = "await " if isinstance(function, ast.AsyncFunctionDef) else ""
    return f"try:\n{margin}    {said}\n{margin}finally:\n{margin}    {waits}{name}.commit()"
