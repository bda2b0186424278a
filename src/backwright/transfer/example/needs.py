"""Importing what new code needs, from where the module imports its like."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from backwright.source.imports import add_imports
from backwright.source.outline import imported_names, outline
from backwright.transfer.declaration import wanted_imports
from backwright.transfer.draft import Draft
from backwright.transfer.example.modules import Modules

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
    sources = list(_sources(draft, modules, code, like))
    taken = [
        (next((m for m, names in sources if n in names), _usual(modules, like, m)), n)
        for m, n in lacking
    ]
    draft.write(path, add_imports(code, wanted_imports(taken), width=width))


def _usual(modules: Modules, like: str, module: str) -> str:
    """Return a module as the project's others import it: `app.models`, not `src.app.models`."""
    file = modules.find(like, 0, module)
    return modules.names.get(file, module) if file else module


def _sources(
    draft: Draft, modules: Modules, code: str, like: str
) -> Iterable[tuple[str, frozenset[str]]]:
    """Yield the host's own modules that a module imports from, and what each exports."""
    for statement in outline(code):
        node = statement.node
        if not isinstance(node, ast.ImportFrom):
            continue
        file = modules.find(like, node.level, node.module or "")
        if file and draft.exists(file):
            yield "." * node.level + (node.module or ""), _exports(draft.text(file), file)


def _exports(code: str, file: str) -> frozenset[str]:
    try:
        defined = {n for s in outline(code) for n in s.names}
        imported = set(imported_names(code)) if file.endswith("__init__.py") else set()
    except SyntaxError:
        return frozenset()
    return frozenset(defined | imported)
