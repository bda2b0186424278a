"""Whether a module, when it is imported, brings another one of the host with it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.source.imports import add_imports
from backwright.transfer.declaration import Import, wanted_imports
from backwright.transfer.grow.sources import Sources


def brings(sources: Sources, path: str, wanted: str) -> bool:
    """Tell whether importing one file of a host runs another one, too.

    Args:
        sources: the host's modules.
        path: the file that is imported.
        wanted: the file that should run.
    """
    waiting, seen = [path], {path}
    while waiting:
        here = waiting.pop()
        if here == wanted:
            return True
        fresh = {one for one in _imported(sources, here) if one not in seen}
        seen |= fresh
        waiting += fresh
    return False


def with_import(code: str, pair: Import) -> str:
    """Return a module that imports a name only so that its table is known."""
    made = add_imports(code, wanted_imports([pair]))
    line = rf"^(from {re.escape(pair[0])} import {pair[1]})$"
    return re.sub(line, r"\1  # noqa: F401", made, count=1, flags=re.MULTILINE)


def _imported(sources: Sources, path: str) -> Iterator[str]:
    """Yield the host's files that run when a file is imported: packages around it, its imports."""
    names = _with_packages(sources.module(path))
    for node in sources.trees[path].body if path in sources.trees else ():
        if isinstance(node, ast.Import):
            names += [part for alias in node.names for part in _with_packages(alias.name)]
        elif isinstance(node, ast.ImportFrom):
            module = sources.absolute(path, node)
            inner = [f"{module}.{alias.name}" if module else alias.name for alias in node.names]
            names += [*_with_packages(module), *inner]
    yield from (file for name in names if name and (file := sources.file(name)))


def _with_packages(module: str) -> list[str]:
    parts = module.split(".")
    return [".".join(parts[: count + 1]) for count in range(len(parts))]
