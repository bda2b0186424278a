"""The outline of a module: its top-level statements and where each begins and ends."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from backwright.source.fallback import tree_of


@dataclass(frozen=True, slots=True)
class Statement:
    """A top-level statement; `start` takes decorators and the comments right above with it.

    `names` are what it defines or assigns. Lines count from 1, both ends inclusive.
    """

    node: ast.stmt
    names: tuple[str, ...]
    start: int
    end: int


def outline(code: str) -> tuple[Statement, ...]:
    """Return a module's top-level statements in order.

    Raises:
        SyntaxError: nothing reads the module.
    """
    lines = code.splitlines()
    tree = tree_of(code)
    return tuple(
        Statement(node, tuple(_names(node)), _start(node, lines), node.end_lineno or node.lineno)
        for node in tree.body
    )


def imported_names(code: str) -> dict[str, str]:
    """Return what the top level imports: local name → `module.name` or module."""
    names: dict[str, str] = {}
    for statement in outline(code):
        node = statement.node
        if isinstance(node, ast.Import):
            names |= {(a.asname or a.name.partition(".")[0]): a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            names |= {(a.asname or a.name): f"{module}.{a.name}" for a in node.names}
    return names


def used_names(node: ast.AST) -> set[str]:
    """Return every name that is read in a tree, also within string annotations."""
    names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    for child in ast.walk(node):
        if isinstance(child, ast.Constant) and isinstance(child.value, str):
            names |= _names_in_annotation(child.value)
    return names


def names_in_code(tree: ast.AST) -> set[str]:
    """Return every name that is read in a tree, and those of annotations in quotes, of no other texts."""
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    for node in ast.walk(tree):
        annotations = (getattr(node, "annotation", None), getattr(node, "returns", None))
        for one in annotations:
            names |= used_names(one) if isinstance(one, ast.AST) else set()
    return names


def _names_in_annotation(text: str) -> set[str]:
    if not text.replace("_", "").replace(".", "").replace("[", "").replace("]", "").isalnum():
        return set()
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError:
        return set()
    return {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}


def _names(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        yield node.name
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            yield from (n.id for n in ast.walk(target) if isinstance(n, ast.Name))
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        yield node.target.id


def first_line(node: ast.stmt) -> int:
    """Return the line on which a statement begins, with its decorators."""
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return min([node.lineno, *(d.lineno for d in node.decorator_list)])
    return node.lineno


def _start(node: ast.stmt, lines: list[str]) -> int:
    start = first_line(node)
    while start > 1 and lines[start - 2].startswith("#") and not _is_heading(lines[start - 2]):
        start -= 1
    return start


def _is_heading(line: str) -> bool:
    """A comment such as `# --- Resources` heads a section and belongs to no statement."""
    return line.startswith(("# ---", "# ===", "#!", "# -*-", "####"))
