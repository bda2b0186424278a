"""The members of a choice that a column of the host takes: `RoleName.ADMIN`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath

from backwright.source.outline import imported_names
from backwright.transfer.declaration import Import
from backwright.transfer.draft import Draft
from backwright.transfer.grow.sources import last_name

_ENUMS = ("Enum", "IntEnum", "StrEnum")
_DEEPEST = 4


def member_of(
    draft: Draft, file: str, module: str, said: ast.AST, which: int
) -> tuple[str, Import] | None:
    """Return a member of the first choice that a column's declaration names, and its import.

    Args:
        draft: the host's files.
        file: the module of the model.
        module: its dotted name.
        said: the declaration.
        which: different numbers give different members, as far as there are.
    """
    for node in ast.walk(said):
        if isinstance(node, ast.Name) and (found := _members(draft, file, module, node.id, 0)):
            home, members = found
            return f"{node.id}.{members[which % len(members)]}", (home, node.id)
    return None


def _members(
    draft: Draft, file: str, module: str, name: str, depth: int
) -> tuple[str, list[str]] | None:
    """Return the module in which a name is a choice, and its members."""
    if depth > _DEEPEST or not draft.exists(file):
        return None
    code = draft.text(file)
    for node in ast.parse(code).body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            is_choice = any(last_name(base) in _ENUMS for base in node.bases)
            names = [
                target.id
                for one in node.body
                if isinstance(one, ast.Assign)
                for target in one.targets
                if isinstance(target, ast.Name) and not target.id.startswith("_")
            ]
            return (module, names) if is_choice and names else None
    origin = imported_names(code).get(name)
    if origin is None or not origin.endswith(f".{name}"):
        return None
    source = _absolute(file, module, origin.removesuffix(f".{name}"))
    for path in _files(draft, file, source):
        if found := _members(draft, path, source, name, depth + 1):
            return found
    return None


def _absolute(file: str, module: str, origin: str) -> str:
    """Return the dotted name of a module that another imports, also by dots."""
    level = len(origin) - len(origin.lstrip("."))
    if not level:
        return origin
    parts = module.split(".")
    package = parts if file.endswith("/__init__.py") else parts[:-1]
    return ".".join([*package[: len(package) - level + 1], *filter(None, [origin[level:]])])


def _files(draft: Draft, file: str, module: str) -> Iterator[str]:
    """Yield where a module may stand: below the root, or a folder that leads to the file."""
    stem = module.replace(".", "/")
    for folder in PurePosixPath(file).parents:
        lead = "" if str(folder) == "." else f"{folder}/"
        yield from (
            path for path in (f"{lead}{stem}.py", f"{lead}{stem}/__init__.py") if draft.exists(path)
        )
