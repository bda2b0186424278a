"""A folder of a version's own: its module that puts routers together, once more for the next one."""

from __future__ import annotations

import ast
import re
from pathlib import PurePosixPath

from backwright.transfer.grow.sources import Sources, last_name, names_of_statement
from backwright.transfer.guarding.edits import Edits
from backwright.transfer.guarding.program import METHODS


def own_module(sources: Sources, path: str, old: str, new: str) -> str | None:
    """Return where the module of the next version stands, if that of the old one has such a place.

    That is a module of a folder (or a file) named for the version that only puts routers together.
    """
    place = PurePosixPath(path)
    if place.parent.name == old:
        other = place.parent.with_name(new) / place.name
    elif place.stem == old:
        other = place.with_name(f"{new}.py")
    else:
        return None
    tree = sources.trees.get(path)
    if tree is None or not _only_assembles(tree):
        return None
    return other.as_posix()


def _only_assembles(tree: ast.Module) -> bool:
    """Tell whether a module imports routers and includes them, and does nothing else."""
    included = False
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom | ast.Assign | ast.AnnAssign):
            continue
        if not isinstance(node, ast.Expr):
            return False
        if isinstance(node.value, ast.Call):
            included |= last_name(node.value.func) == "include_router"
        elif not isinstance(node.value, ast.Constant):
            return False
    has_handlers = any(
        isinstance(one, ast.Call) and last_name(one.func) in METHODS
        for node in ast.walk(tree)
        for one in getattr(node, "decorator_list", ())
    )
    return included and not has_handlers


def write_copy(
    sources: Sources,
    path: str,
    other: str,
    old: str,
    new: str,
    prefix: tuple[ast.expr, str] | None = None,
) -> list[str]:
    """Write the module of the next version; it takes the routers of the old one's folder.

    Args:
        sources: the host.
        path: the module of the old version.
        other: that of the next one.
        old: the old version.
        new: the next one.
        prefix: the expression of the prefix in the old module, and what stands for it in the new one.

    Returns:
        The files that are new.
    """
    code = sources.draft.text(path)
    tree = ast.parse(code.removeprefix("\ufeff"))
    edits = Edits(code)
    in_folder = PurePosixPath(path).parent.name == old
    renamed = {
        name: _next(name, old, new)
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for name in names_of_statement(node)
        if _next(name, old, new) != name
    }
    if prefix is not None:
        edits.replace(edits.start(prefix[0]), edits.end(prefix[0]), prefix[1])
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == 1 and in_folder:
            start = edits.start(node) + len("from ")
            told = f".{node.module}" if node.module else ""
            edits.replace(start, start + 1 + len(node.module or ""), f"..{old}{told}")
        elif isinstance(node, ast.Name) and node.id in renamed:
            edits.replace(edits.start(node), edits.end(node), renamed[node.id])
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = edits.text(edits.start(node), edits.end(node))
            is_name = node.value in renamed
            changed = renamed[node.value] if is_name else _next(node.value, old, new)
            if changed != node.value and not _is_import_path(node.value):
                edits.replace(edits.start(node), edits.end(node), text.replace(node.value, changed))
    lines = edits.made().splitlines(keepends=True)
    shown = (_next(one, old, new) if one.lstrip().startswith("#") else one for one in lines)
    sources.draft.write(other, "".join(shown))
    files = [other]
    package = f"{PurePosixPath(other).parent.as_posix()}/__init__.py"
    beside = f"{PurePosixPath(path).parent.as_posix()}/__init__.py"
    if sources.draft.exists(beside) and not sources.draft.exists(package):
        sources.draft.write(package, "")
        files.append(package)
    return files


def _is_import_path(text: str) -> bool:
    return re.fullmatch(r"\w+(\.\w+)+", text) is not None


def _next(text: str, old: str, new: str) -> str:
    """Return a text that speaks of the next version where it spoke of the old one."""
    if not old:
        return text
    found = re.sub(rf"(?<![A-Za-z0-9]){old}(?![0-9])", new, text)
    return re.sub(rf"(?<![A-Za-z0-9]){old.upper()}(?![0-9])", new.upper(), found)


def next_name(name: str, old: str, new: str) -> str:
    """Return the name of the next version's thing beside the old one's."""
    changed = _next(name, old, new)
    return changed if changed != name else f"{name}_{new}"


def in_next(text: str, old: str, new: str) -> str:
    """Return a text that speaks of the next version where it spoke of the old one."""
    return _next(text, old, new)
