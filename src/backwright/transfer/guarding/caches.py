"""Answers that a decorator keeps for whoever asks next: of owned rows, they would be somebody else's."""

from __future__ import annotations

import ast

from backwright.transfer.guarding.edits import Edits
from backwright.transfer.guarding.program import Function, Program
from backwright.values import Note

_LIBRARIES = (
    "aiocache", "async_lru", "cachetools", "cashews", "fastapi_cache", "fastapi_redis_cache",
)  # fmt: skip
_STANDARD = ("cache", "lru_cache")


def uncached(program: Program, function: Function, edits: Edits) -> list[Note]:
    """Take the decorators away that keep what a function returns; return what was done.

    Their keys are made of what a function is given, and an account may be told from another there
    by nothing but its place in memory, or not at all.
    """
    notes = []
    for decorator in function.node.decorator_list:
        if not _keeps(program, function, decorator):
            continue
        said = ast.unparse(decorator)
        edits.drop_lines(decorator.lineno, decorator.end_lineno or decorator.lineno)
        text = f"{function.name} shows rows of one account, and is not kept any more by @{said}"
        notes.append(Note(function.path, decorator.lineno, text))
    return notes


def _keeps(program: Program, function: Function, decorator: ast.expr) -> bool:
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    module, name = program.sources.resolve(function.path, target)
    top = module.partition(".")[0]
    return top in _LIBRARIES or (top == "functools" and name in _STANDARD)


def words_of(function: Function) -> set[str]:
    """Return the names that the decorators of a function use."""
    nodes = (n for one in function.node.decorator_list for n in ast.walk(one))
    return {n.id for n in nodes if isinstance(n, ast.Name)}


def without_import(code: str, names: set[str]) -> str:
    """Return a module without the imports of names that nothing uses any more.

    Args:
        code: the module.
        names: what the decorators used that functions had.
    """
    tree = ast.parse(code)
    used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    edits = Edits(code)
    for node in tree.body:
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        left = [a for a in node.names if (a.asname or a.name) not in names - used]
        if not left:
            edits.drop_lines(node.lineno, node.end_lineno or node.lineno)
        elif len(left) < len(node.names):
            edits.replace(
                edits.start(node.names[0]), edits.end(node.names[-1]),
                ", ".join(ast.unparse(one) for one in left),
            )  # fmt: skip
    return edits.made()
