"""Wiring: the statements by which a module puts an exemplar to use, once more for the new one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from backwright.source.text import Splice, lines_between, splice
from backwright.transfer.exemplar import Exemplar, chain_of
from backwright.transfer.rename import Renaming

Body = list[ast.stmt]


@dataclass(frozen=True)
class _Wire:
    """A statement that wires the exemplar: the function it stands in, those before it."""

    scope: str
    statement: ast.stmt
    text: str
    before: tuple[str, ...]


def wires(code: str, exemplar: Exemplar) -> bool:
    """Tell whether a module imports the exemplar's modules."""
    return bool(_imported(ast.parse(code), exemplar))


def wire(code: str, learnt: str, exemplar: Exemplar, renaming: Renaming) -> str:
    """Return a module with the one-line statements that wire the exemplar, for the new resource.

    A new line stands where the alphabet puts it among its like, if they are in its order, else
    after the last of them; where there is none, after what it follows in the exemplar's module.

    Args:
        code: the host's module.
        learnt: the same module where the exemplar is wired; the host's own, or the house's.
        exemplar: whose wiring to learn from.
        renaming: exemplar to new resource.
    """
    bodies = dict(_bodies(ast.parse(code)))
    splices = []
    for wired in _wired(learnt, exemplar):
        text = renaming.path(wired.text)
        line = _place(code, bodies.get(wired.scope, bodies[""]), wired, text)
        splices.append(Splice(line, line, text))
    return splice(code, splices)


def _wired(code: str, exemplar: Exemplar) -> Iterator[_Wire]:
    tree = ast.parse(code)
    names = _imported(tree, exemplar)
    for scope, body in _bodies(tree):
        for position, statement in enumerate(body):
            if _is_wiring(statement, exemplar, names):
                before = tuple(_text(code, s) for s in body[:position])
                yield _Wire(scope, statement, _text(code, statement), before)


def _imported(tree: ast.Module, exemplar: Exemplar) -> set[str]:
    """Return the names that stand for the exemplar's modules and what they define."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and _is_own_import(node, exemplar)
        for alias in node.names
    }


def _is_own_import(node: ast.ImportFrom, exemplar: Exemplar) -> bool:
    path = f"{(node.module or '').replace('.', '/')}.py"
    return path in chain_of(exemplar.names)


def _is_wiring(node: ast.stmt, exemplar: Exemplar, names: set[str]) -> bool:
    if isinstance(node, ast.ImportFrom):
        return _is_own_import(node, exemplar)
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return False
    return any(isinstance(n, ast.Name) and n.id in names for n in ast.walk(node.value))


def _bodies(tree: ast.Module) -> Iterator[tuple[str, Body]]:
    """Yield the module's body and those of its functions, by name."""
    yield "", tree.body
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.body


def _place(code: str, body: Body, wired: _Wire, text: str) -> int:
    kin = [s for s in body if _shape(s) == _shape(wired.statement)]
    lines = [_text(code, s) for s in kin]
    if kin and lines == sorted(lines):
        for sibling, line in zip(kin, lines, strict=True):
            if line > text:
                return sibling.lineno
    if kin:
        return _after(kin[-1])
    known = [s for s in body if _text(code, s) in wired.before]
    return _after(known[-1] if known else body[-1])


def _after(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) + 1


def _text(code: str, node: ast.stmt) -> str:
    return lines_between(code, node.lineno, node.end_lineno or node.lineno)


def _shape(node: ast.stmt) -> tuple[str, ...]:
    """What makes two wiring statements alike: the call and its keywords, or the package."""
    if isinstance(node, ast.ImportFrom):
        return ("import", (node.module or "").rpartition(".")[0])
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        keywords = (keyword.arg or "" for keyword in node.value.keywords)
        return ("call", ast.unparse(node.value.func), *keywords)
    return ("other", str(node.lineno))
