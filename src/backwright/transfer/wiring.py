"""Wiring: the statements by which a module puts an exemplar to use, once more for the new one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.source.text import Splice, lines_between, splice
from backwright.transfer.exemplar import Exemplar
from backwright.transfer.rename import Renaming


def wire(code: str, exemplar: Exemplar, renaming: Renaming) -> str:
    """Return a module with every one-line statement that names the exemplar's modules repeated.

    The new line stands where the alphabet puts it among its like, if they are in its order, else
    after the last of them.
    """
    splices = []
    tree = ast.parse(code)
    names = _imported(tree, exemplar)
    for body in _bodies(tree):
        for statement in body:
            if not _is_wiring(statement, exemplar, names):
                continue
            text = lines_between(code, statement.lineno, statement.end_lineno or statement.lineno)
            line = _place(code, body, statement, renaming.path(text))
            splices.append(Splice(line, line, renaming.path(text)))
    return splice(code, splices)


def wires(code: str, exemplar: Exemplar) -> bool:
    """Tell whether a module imports the exemplar's modules."""
    return bool(_imported(ast.parse(code), exemplar))


def _imported(tree: ast.Module, exemplar: Exemplar) -> set[str]:
    """Return the names that stand for the exemplar's modules and what they define."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and _is_own_import(node, exemplar)
        for alias in node.names
    }


def _is_own_import(node: ast.ImportFrom, exemplar: Exemplar) -> bool:
    return exemplar.owns((node.module or "").rpartition(".")[2])


def _bodies(tree: ast.Module) -> Iterator[list[ast.stmt]]:
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            yield body


def _is_wiring(node: ast.stmt, exemplar: Exemplar, names: set[str]) -> bool:
    if isinstance(node, ast.ImportFrom):
        return _is_own_import(node, exemplar)
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return False
    return any(isinstance(n, ast.Name) and n.id in names for n in ast.walk(node.value))


def _place(code: str, body: list[ast.stmt], statement: ast.stmt, text: str) -> int:
    kin = [s for s in body if _shape(s) == _shape(statement)]
    lines = [lines_between(code, s.lineno, s.end_lineno or s.lineno) for s in kin]
    if lines == sorted(lines):
        for sibling, line in zip(kin, lines, strict=True):
            if line > text:
                return sibling.lineno
    return (kin[-1].end_lineno or kin[-1].lineno) + 1


def _shape(node: ast.stmt) -> tuple[str, ...]:
    """What makes two wiring statements alike: the function called, or the package imported."""
    if isinstance(node, ast.ImportFrom):
        return ("import", (node.module or "").rpartition(".")[0])
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return ("call", ast.unparse(node.value.func))
    return ("other", str(node.lineno))
