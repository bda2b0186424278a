"""How one module of a host imports from another: by the whole name, or by dots."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from backwright.transfer.declaration import Import
from backwright.transfer.dialect.bound import relative_module, share_a_package
from backwright.transfer.grow.sources import Sources

Imports = Mapping[str, set[str]]


def seen_from(sources: Sources, path: str, pair: Import) -> Import:
    """Return an import of one of the host's own modules as a file of it writes such."""
    file = sources.file(pair[0])
    if file is None or not share_a_package(path, file, sources.root):
        return pair
    if not _is_relative(sources, path):
        return pair
    return relative_module(path, file), pair[1]


def _is_relative(sources: Sources, path: str) -> bool:
    """Tell whether a module imports its neighbors by dots; a new one does as most others do."""
    if path in sources.trees:
        own = _levels(sources, path)
        if own:
            return sum(map(bool, own)) * 2 > len(own)
    levels = [level for one in sources.trees for level in _levels(sources, one)]
    return bool(levels) and sum(map(bool, levels)) * 2 > len(levels)


def _levels(sources: Sources, path: str) -> list[int]:
    """Return how many dots each import of the host's own modules begins with."""
    return [
        node.level
        for node in ast.walk(sources.trees[path])
        if isinstance(node, ast.ImportFrom)
        and (node.level or sources.file(node.module or "") is not None)
    ]
