"""What a module exports, and what it brings in to be known, with what is added to it."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from backwright.source.fallback import tree_of
from backwright.source.text import lines_between
from backwright.transfer.grow.sources import Sources


def with_exports(code: str, names: Sequence[str]) -> str:
    """Return a module whose `__all__` lists more names; one without it stays as it is."""
    node = next((n for n in tree_of(code).body if _lists_names(n)), None)
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


def import_like(
    sources: Sources, path: str, node: ast.stmt, modules: tuple[str, str], name: str
) -> str:
    """Return an import of a new module like that of an old one; empty if a statement is none.

    A module of the same name in another folder, as `crud/hero.py` is beside `models/hero.py`, is
    another one.

    Args:
        sources: the modules of the host.
        path: the file that the statement stands in.
        node: the statement.
        modules: the dotted names of the old module and of the new one.
        name: what is imported from the new one.
    """
    old, new = modules
    line = lines_between(sources.draft.text(path), node.lineno, node.lineno)
    comment = f"  #{line.partition('#')[2].rstrip()}" if "#" in line else ""
    indent = " " * node.col_offset
    if isinstance(node, ast.Import) and any(alias.name == old for alias in node.names):
        return f"{indent}import {new}{comment}\n"
    if not isinstance(node, ast.ImportFrom):
        return ""
    dots, module = "." * node.level, node.module or ""
    stem, new_stem = old.rpartition(".")[2], new.rpartition(".")[2]
    meant = sources.absolute(path, node)
    if meant == old:
        said = f"{module[: -len(stem)]}{new_stem}" if node.level else new
        exported = all(alias.asname == alias.name for alias in node.names)  # for type checkers
        again = f" as {name}" if exported else ""
        return f"{indent}from {dots}{said} import {name}{again}{comment}\n"
    inner = f"{meant}.{stem}".lstrip(".")
    is_inside = old == inner if node.level else old.endswith(inner)
    if is_inside and any(alias.name == stem for alias in node.names):
        return f"{indent}from {dots}{module} import {new_stem}{comment}\n"
    return ""


def _lists_names(node: ast.stmt) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets)
