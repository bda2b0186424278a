"""What a module says that it exports, with what is added to it."""

from __future__ import annotations

import ast
from collections.abc import Sequence


def with_exports(code: str, names: Sequence[str]) -> str:
    """Return a module whose `__all__` lists more names; one without it stays as it is."""
    node = next((n for n in ast.parse(code).body if _lists_names(n)), None)
    value = getattr(node, "value", None)
    if not isinstance(value, ast.List | ast.Tuple) or not value.elts:
        return code
    there = {e.value for e in value.elts if isinstance(e, ast.Constant)}
    lacking = [name for name in names if name not in there and not name.startswith("_")]
    last = value.elts[-1]
    lines = code.splitlines(keepends=True)
    row = (last.end_lineno or last.lineno) - 1
    raw = lines[row].encode()
    start, end = last.col_offset, last.end_col_offset or 0
    quote = raw[start : start + 1].decode()
    gap = "\n" + " " * start if value.lineno != last.lineno else " "
    added = "".join(f",{gap}{quote}{name}{quote}" for name in lacking)
    lines[row] = (raw[:end] + added.encode() + raw[end:]).decode()
    return "".join(lines)


def _lists_names(node: ast.stmt) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets)
