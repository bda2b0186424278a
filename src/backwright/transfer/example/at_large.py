"""What a module of the exemplar's defines for anybody: it is imported from there, not written twice.

A guard that is declared beside the exemplar's endpoints is one for the project: a copy would be a
second door, which tests that override the first do not open, and which nobody mends with it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.source.outline import Statement
from backwright.source.text import lines_between
from backwright.transfer.example.chain import Part
from backwright.transfer.example.facts import Learning

_ROLES = ("routes", "service", "other")


def at_large(learning: Learning, part: Part) -> tuple[Statement, ...]:
    """Return the dependencies that a whole module of the exemplar's defines and that are not about it.

    What only they name, such as the scheme that a guard asks for its token, is among them.
    """
    if not part.whole or part.role not in _ROLES:
        return ()
    asked = set(_asked(learning.owners.modules.tree(part.path)))
    found = [s for s in part.statements if _is_at_large(learning, part, s, asked)]
    theirs = {name for s in found for name in _used(s)}
    others = {name for s in part.statements if s not in found for name in _used(s)}
    found += [
        s
        for s in part.statements
        if isinstance(s.node, ast.Assign) and s.names and set(s.names) <= theirs - others
    ]
    return tuple(found)


def _used(statement: Statement) -> set[str]:
    """Return the names that a statement reads."""
    names = (n for n in ast.walk(statement.node) if isinstance(n, ast.Name))
    return {n.id for n in names if isinstance(n.ctx, ast.Load)}


def _asked(tree: ast.Module) -> Iterator[str]:
    """Yield the functions that `Depends` names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Depends", "Security"):
            yield from (a.id for a in node.args if isinstance(a, ast.Name))


def _is_at_large(learning: Learning, part: Part, statement: Statement, asked: set[str]) -> bool:
    node, modules = statement.node, learning.owners.modules
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or node.decorator_list:
        return False
    if node.name not in asked or node.name.startswith("_"):
        return False
    code = lines_between(modules.text(part.path), statement.start, statement.end)
    if learning.naming.plain.finds(code):
        return False
    own = {p.path for p in learning.chain.parts}
    brought = {a.asname or a.name for _, a, file in modules.imports(part.path) if file in own}
    beside = {
        name
        for other in part.statements
        if other is not statement and isinstance(other.node, ast.ClassDef)
        for name in other.names
    }
    used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    return not used & (brought | beside)
