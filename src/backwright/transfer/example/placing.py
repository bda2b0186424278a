"""Placing new definitions in a module that already stands."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable, Collection, Sequence
from itertools import pairwise

from backwright.source.fallback import tree_of
from backwright.source.outline import Statement, outline
from backwright.source.text import Splice, lines_between, splice

_ASSIGNMENTS = (ast.Assign, ast.AnnAssign)
_CONTAINERS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def place(code: str, new: str, after: Collection[str]) -> str:
    """Return a module with new definitions behind those named, and behind all that they need.

    What a class or a default speaks of must be defined above it; what stands inside of a function
    need not.

    Args:
        code: the module.
        new: the definitions, as they are to stand.
        after: names of the module's definitions that the new ones follow.
    """
    statements = outline(code)
    needed = _needed(tree_of(new))
    spots = [s for s in statements if set(s.names) & (set(after) | needed)]
    last = spots[-1] if spots else (statements[-1] if statements else None)
    if last is None:
        return new.strip("\n") + "\n"
    following = next((s for s in statements if s.start > last.end), None)
    gap = _gap(statements, after)
    if isinstance(last.node, _CONTAINERS) or isinstance(tree_of(new).body[0], _CONTAINERS):
        gap = max(gap, _between_definitions(statements))
    text = "\n" * gap + new.strip("\n") + "\n"
    line = last.end + 1
    if following is None:
        lines = code.splitlines()
        while line <= len(lines) and not lines[line - 1].strip():
            line += 1
        kept = splice(code, [Splice(last.end + 1, line, "")]) if line > last.end + 1 else code
        return splice(kept, [Splice(last.end + 1, last.end + 1, text)])
    return splice(code, [Splice(line, line, text)])


def place_inside(code: str, container: str, new: str, after: Collection[str]) -> str:
    """Return a module with new methods in a class (or functions in one), behind those named."""
    for statement in outline(code):
        node = statement.node
        if container not in statement.names or not isinstance(node, _CONTAINERS):
            continue
        kin = [m for m in node.body if getattr(m, "name", None) in after]
        last = kin[-1] if kin else node.body[-1]
        line = (last.end_lineno or last.lineno) + 1
        text = textwrap.indent(new.strip("\n"), " " * node.body[0].col_offset)
        return splice(code, [Splice(line, line, f"\n{text}\n")])
    return code


def _gap(statements: Sequence[Statement], after: Collection[str]) -> int:
    """Return how many blank lines stand before what is like the new: else between definitions."""
    for left, right in pairwise(statements):
        is_listed = isinstance(left.node, _ASSIGNMENTS) and isinstance(right.node, _ASSIGNMENTS)
        if set(left.names) & set(after) and is_listed:
            return right.start - left.end - 1
    for left, right in pairwise(statements):
        if set(right.names) & set(after) and not _is_import(left.node):
            return right.start - left.end - 1
    return _between_definitions(statements)


def _between_definitions(statements: Sequence[Statement]) -> int:
    """Return how many blank lines mostly stand between a module's definitions."""
    gaps = [
        right.start - left.end - 1
        for left, right in pairwise(statements)
        if isinstance(right.node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and isinstance(left.node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return max(set(gaps), key=gaps.count) if gaps else 2


def _is_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


def _needed(tree: ast.Module) -> set[str]:
    """Return the names that definitions need when the module is run."""
    found: set[str] = set()
    for node in tree.body:
        found |= _needed_by(node)
    return found


def _needed_by(node: ast.AST) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        arguments = node.args
        eager: list[ast.AST] = [*node.decorator_list, *arguments.defaults]
        eager += [d for d in arguments.kw_defaults if d is not None]
        eager += [
            a.annotation for a in ast.walk(arguments) if isinstance(a, ast.arg) and a.annotation
        ]
        eager += [node.returns] if node.returns else []
        return {n for part in eager for n in _names(part)}
    if isinstance(node, ast.ClassDef):
        eager = [*node.decorator_list, *node.bases, *(k.value for k in node.keywords)]
        found = {n for part in eager for n in _names(part)}
        return found.union(*(_needed_by(member) for member in node.body))
    return set(_names(node))


def _names(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def add_members(code: str, owner: str, members: Sequence[str], like: str) -> str:
    """Return a module with members added to a class, behind the last one that is alike.

    Args:
        code: the module.
        owner: the class.
        members: statements, not indented.
        like: a word that marks the members to stand with (`relationship`), in any case.
    """
    for statement in outline(code):
        node = statement.node
        if not isinstance(node, ast.ClassDef) or node.name != owner:
            continue
        body = node.body
        kin = [m for m in body if like in ast.unparse(m).lower() and not _is_function(m)]
        plain = [m for m in body if not _is_function(m)]
        last = kin[-1] if kin else (plain[-1] if plain else body[-1])
        margin = " " * body[0].col_offset
        text = "".join(f"{margin}{line}\n" if line else "\n" for line in _lines(members))
        if not kin and _is_spaced(code, body):
            text = "\n" + text
        line = (last.end_lineno or last.lineno) + 1
        start = line
        if isinstance(last, ast.Pass) and len(body) == 1 and last.lineno > node.lineno:
            start = last.lineno  # there is something in the class now
        return splice(code, [Splice(start, line, text)])
    return code


def members_of(code: str, owner: str) -> frozenset[str]:
    """Return the names of a class's attributes."""
    for statement in outline(code):
        if isinstance(statement.node, ast.ClassDef) and statement.node.name == owner:
            return frozenset(
                name
                for member in statement.node.body
                for target in _targets(member)
                for name in _names(target)
            )
    return frozenset()


def _targets(member: ast.stmt) -> list[ast.expr]:
    if isinstance(member, ast.Assign):
        return list(member.targets)
    return [member.target] if isinstance(member, ast.AnnAssign) else []


def add_method(code: str, owner: str, method: str) -> str:
    """Return a module with a method, indented already, at the end of a class."""
    for statement in outline(code):
        if isinstance(statement.node, ast.ClassDef) and statement.node.name == owner:
            line = statement.end + 1
            return splice(code, [Splice(line, line, f"\n{method.rstrip()}\n")])
    return code


def repeat_members(
    code: str, owner: str, names: Collection[str], rename: Callable[[str], str]
) -> str:
    """Return a module where a class has its attributes of these names once more, renamed."""
    splices = []
    for statement in outline(code):
        node = statement.node
        if not isinstance(node, ast.ClassDef) or node.name != owner:
            continue
        for member in node.body:
            if not any(isinstance(t, ast.Name) and t.id in names for t in _targets(member)):
                continue
            end = member.end_lineno or member.lineno
            text = textwrap.dedent(lines_between(code, member.lineno, end))
            indented = textwrap.indent(rename(text), " " * member.col_offset)
            splices.append(Splice(end + 1, end + 1, indented))
    return splice(code, splices)


def _lines(members: Sequence[str]) -> list[str]:
    return [line for member in members for line in member.strip("\n").split("\n")]


def _is_function(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)


def _is_spaced(code: str, body: Sequence[ast.stmt]) -> bool:
    """Tell whether the class sets its groups of members apart by blank lines."""
    lines = code.splitlines()
    first, last = body[0].lineno, body[-1].end_lineno or body[-1].lineno
    return any(not lines[i - 1].strip() for i in range(first, last))
