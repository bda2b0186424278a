"""Importing what new code needs, from where the module imports its like."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from backwright.source.imports import add_imports
from backwright.source.outline import imported_names, outline
from backwright.transfer.declaration import wanted_imports
from backwright.transfer.dialect.bound import relative_module, share_a_package
from backwright.transfer.draft import Draft
from backwright.transfer.example.modules import Modules, is_test

Import = tuple[str, str]


def add_needs(
    draft: Draft, modules: Modules, path: str, like: str, wanted: Iterable[Import], *, width: int
) -> None:
    """Import into a module of the draft what it needs and has not got.

    Where the module imports from a package already that exports the name, it is taken from there.

    Args:
        draft: the host; it is changed.
        modules: the host as it was.
        path: the module.
        like: the module's place in the host as it was, or the one that it was learnt from.
        wanted: `(module, name)` pairs.
        width: the longest line.
    """
    code = draft.text(path)
    have = set(imported_names(code)) | {n for s in outline(code) for n in s.names}
    lacking = [(m, n) for m, n in wanted if n.rpartition(" ")[2] not in have or not n]
    if not lacking:
        return
    sources = list(_sources(draft, modules, code, path, like))
    taken = [(next((m for m, names in sources if n in names), ""), m, n) for m, n in lacking]
    pairs = [(known or seen_from(draft, modules, path, like, m), n) for known, m, n in taken]
    draft.write(path, add_imports(code, wanted_imports(pairs), width=width))


def seen_from(draft: Draft, modules: Modules, path: str, like: str, module: str) -> str:
    """Return one of the project's own modules as a file imports it; any other as it is.

    By dots where the file's like imports its neighbors so, else as the project's others import
    it: `app.models`, not `src.app.models`.

    Args:
        draft: the host, which may hold modules that are new.
        modules: the host as it was.
        path: the file that imports.
        like: the file's place in the host as it was, or the one that it was learnt from.
        module: the dotted name of what is imported.
    """
    file = modules.find(like, 0, module) or _new_file(draft, module)
    if file is None:
        return module
    return (
        relative_module(path, file)
        if _by_dots(modules, path, like, file)
        else modules.name_of(file, like)
    )


def _new_file(draft: Draft, module: str) -> str | None:
    """Return the file of a module that the draft has got."""
    stem = module.replace(".", "/")
    made = [p for p, (before, _) in draft.changes().items() if before is None]
    fitting = [p for p in made if f"/{p}".endswith((f"/{stem}.py", f"/{stem}/__init__.py"))]
    return min(fitting, key=len, default=None)


def _by_dots(modules: Modules, path: str, like: str, file: str) -> bool:
    """Tell whether a module imports its neighbors by dots, and the file is in the same package."""
    levels = list(_levels(modules, like)) or [
        level for other in modules.paths if not is_test(other) for level in _levels(modules, other)
    ]
    return share_a_package(path, file) and 2 * sum(level > 0 for level in levels) > len(levels)


def _levels(modules: Modules, path: str) -> Iterator[int]:
    """Yield the dots of each import of the project's own modules."""
    for node in ast.walk(modules.tree(path)):
        if isinstance(node, ast.ImportFrom) and modules.find(path, node.level, node.module or ""):
            yield node.level


def _sources(
    draft: Draft, modules: Modules, code: str, path: str, like: str
) -> Iterable[tuple[str, frozenset[str]]]:
    """Yield the host's own modules that a module imports from, and what each exports."""
    for statement in outline(code):
        node = statement.node
        if not isinstance(node, ast.ImportFrom):
            continue
        file = (
            _beside(draft, path, node) if node.level else modules.find(like, 0, node.module or "")
        )
        if file and draft.exists(file):
            yield "." * node.level + (node.module or ""), _exports(draft.text(file), file)


def _beside(draft: Draft, path: str, node: ast.ImportFrom) -> str | None:
    """Return the file that a module, which may be new, imports from by dots."""
    folder = PurePosixPath(path).parents[node.level - 1]
    stem = (folder / (node.module or "").replace(".", "/")).as_posix().removeprefix("./")
    names = (f"{stem}.py", f"{stem}/__init__.py" if stem != "." else "__init__.py")
    return next((name for name in names if draft.exists(name)), None)


def _exports(code: str, file: str) -> frozenset[str]:
    try:
        defined = {n for s in outline(code) for n in s.names}
        imported = set(imported_names(code)) if file.endswith("__init__.py") else set()
    except SyntaxError:
        return frozenset()
    return frozenset(defined | imported)
