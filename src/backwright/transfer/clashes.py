"""Names that a change would give two meanings in one module, found before anything is proved."""

from __future__ import annotations

import ast
from collections import defaultdict

from backwright.errors import UsageError
from backwright.transfer.draft import Draft


def check_meanings(draft: Draft) -> None:
    """Do nothing if every name of the changed modules means one thing, or meant two before.

    Raises:
        UsageError: one does not: a class is called as something that the module imports, or as
            another class.
    """
    for path, (before, after) in draft.changes().items():
        if after is None or not path.endswith(".py"):
            continue
        known = _ambiguous(before or b"")
        for name, meanings in _ambiguous(after).items():
            if name not in known:
                raise UsageError(
                    f"{name} would mean two things in {path}: {' and '.join(sorted(meanings))}",
                    remedy="use another name for the resource or the field that brings it",
                )


def _ambiguous(code: bytes) -> dict[str, set[str]]:
    """Return the names of a module that it imports and defines, or defines twice."""
    meanings: dict[str, set[str]] = defaultdict(set)
    for node in ast.parse(code).body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                meanings[alias.asname or alias.name].add(f"{node.module}.{alias.name}")
        elif isinstance(node, ast.ClassDef):
            number = 1 + sum(one.startswith("a class") for one in meanings[node.name])
            meanings[node.name].add("a class" if number == 1 else f"a class, number {number}")
    return {name: found for name, found in meanings.items() if len(found) > 1}
