"""Links that bodies ask for and no written code sets: what was carried over would drop them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

from backwright.source.fallback import parse_text
from backwright.source.text import decode
from backwright.spec.types import FieldSpec


def unset_links(folder: Path, paths: Sequence[str], fields: Sequence[FieldSpec]) -> list[str]:
    """Return the many-to-many fields that nothing sets, or whose ids nothing reads of a body.

    Args:
        folder: where the changed files lie.
        paths: the files.
        fields: what was asked for.
    """
    trees = [_tree((folder / path).read_bytes()) for path in paths if path.endswith(".py")]
    left_out = {name for tree in trees for name in _excluded(tree)}
    read = {name for tree in trees for name in _read(tree)}
    done = {name for tree in trees for name in _set(tree)}
    many = [field for field in fields if field.kind == "many"]
    return [f.name for f in many if f.column in left_out - read or not {f.name, ""} & done]


def _tree(content: bytes) -> ast.Module:
    """Return a module's tree, also where its syntax is newer than ours; empty if unreadable."""
    return parse_text(decode(content)) or ast.Module(body=[], type_ignores=[])


def _excluded(tree: ast.Module) -> Iterator[str]:
    """Yield the fields of bodies that `Field(…, exclude=True)` leaves out when they are dumped."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.AnnAssign) or not isinstance(node.value, ast.Call):
            continue
        if any(keyword.arg == "exclude" for keyword in node.value.keywords):
            yield ast.unparse(node.target)


def _set(tree: ast.Module) -> Iterator[str]:
    """Yield the attributes that are set or added to, and "" where rows of links are made by hand."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr
        if not isinstance(node, ast.Call):
            continue
        yield from (k.arg for k in node.keywords if k.arg)
        function = node.func
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Attribute):
            yield function.value.attr
        if ast.unparse(function).rpartition(".")[2] == "insert":
            yield ""


def _read(tree: ast.Module) -> Iterator[str]:
    """Yield what is read of something other than the row itself."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute) or not isinstance(node.ctx, ast.Load):
            continue
        if ast.unparse(node.value) != "self":
            yield node.attr
