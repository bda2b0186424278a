"""Code for Python 3.8: generics of `typing` for `list[int]`, and dictionaries joined by their items."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

from backwright.source.imports import add_imports
from backwright.source.text import without_bom

GENERICS = (3, 9)  # since then, `list[int]` is no error
_BUILTINS = {
    "dict": "Dict",
    "frozenset": "FrozenSet",
    "list": "List",
    "set": "Set",
    "tuple": "Tuple",
    "type": "Type",
}
_ABSTRACT = re.compile(r"^from collections\.abc import ", re.MULTILINE)
_ANNOTATED = re.compile(r"^(from typing import .*?)\bAnnotated\b(?:, )?", re.MULTILINE)


def for_python_38(code: str) -> str:
    """Return a module that Python 3.8 runs, too: every other character stays.

    A module whose annotations are not evaluated is left alone.
    """
    if "from __future__ import annotations" in code:
        return code
    try:
        tree = ast.parse(without_bom(code))
    except SyntaxError:
        return code
    edits = sorted(_edits(tree, code), reverse=True)
    wanted: dict[str, set[str]] = defaultdict(set)
    lines = code.splitlines(keepends=True)
    for line, start, end, text, name in edits:
        old = lines[line - 1].encode()
        lines[line - 1] = (old[:start] + text.encode() + old[end:]).decode()
        wanted["typing"] |= {name} if name else set()
    made = _ABSTRACT.sub("from typing import ", "".join(lines))
    if _ANNOTATED.search(made):
        made = _ANNOTATED.sub(r"\1", made)
        made = re.sub(r"^from typing import[ \t]*\n", "", made, flags=re.MULTILINE)
        made = re.sub(r"(^from typing import .*), $", r"\1", made, flags=re.MULTILINE)
        wanted["typing_extensions"] = {"Annotated"}
    return add_imports(made, dict(wanted)) if wanted else made


def _edits(tree: ast.Module, code: str) -> Iterator[tuple[int, int, int, str, str]]:
    """Yield what is written anew: line, bytes from and to, the text, and its name of `typing`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            name = _BUILTINS.get(node.value.id)
            end = node.value.end_col_offset
            if name and end is not None:
                yield node.value.lineno, node.value.col_offset, end, name, name
        elif isinstance(node, ast.BinOp) and _joins(node.op, node.right):
            yield from _joined(node, code)
        elif isinstance(node, ast.AugAssign) and _joins(node.op, node.value):
            text = f"{ast.unparse(node.target)}.update({ast.get_source_segment(code, node.value)})"
            if node.end_lineno == node.lineno and node.end_col_offset is not None:
                yield node.lineno, node.col_offset, node.end_col_offset, text, ""


def _joins(operator: ast.operator, right: ast.expr) -> bool:
    return isinstance(operator, ast.BitOr) and isinstance(right, ast.Dict | ast.Name)


def _joined(node: ast.BinOp, code: str) -> Iterator[tuple[int, int, int, str, str]]:
    """Yield `{**a, "b": 1}` for `a | {"b": 1}`, and `{**a, **b}` for `a | b`, in one line."""
    left, right = (ast.get_source_segment(code, one) for one in (node.left, node.right))
    if node.end_lineno != node.lineno or node.end_col_offset is None or not left or not right:
        return
    if isinstance(node.right, ast.Name) and not isinstance(node.left, ast.Await | ast.Call):
        return  # a type, or a set
    entries = right.strip("{}") if isinstance(node.right, ast.Dict) else f"**{right}"
    yield node.lineno, node.col_offset, node.end_col_offset, f"{{**{left}, {entries}}}", ""
