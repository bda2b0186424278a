"""The edits of a new version: routers included once more, imports beside the old one's."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from backwright.errors import UsageError
from backwright.transfer.grow.sources import Sources
from backwright.transfer.guarding.edits import Edits
from backwright.transfer.versioning.copies import in_next, next_name
from backwright.transfer.versioning.sites import Include
from backwright.values import Place


@dataclass(frozen=True, slots=True)
class Versions:
    """The old version and the new one, and whether the new one's paths are kept out of the document.

    `old` is empty where the paths of the old one have no version.
    """

    old: str
    new: str
    hidden: bool = False


@dataclass
class Included:
    """What was written: the files, those of them that are copies, notes as (file, line, text)."""

    files: list[str] = field(default_factory=list)
    copies: list[str] = field(default_factory=list)
    notes: list[tuple[str, int, str]] = field(default_factory=list)


class Writer:
    """The edits of a new version, file by file."""

    def __init__(self, sources: Sources, versions: Versions) -> None:
        """Write nothing yet."""
        self.sources = sources
        self.versions = versions
        self.edits: dict[str, Edits] = {}
        self.done = Included()
        self._imported: set[tuple[str, str]] = set()

    def of(self, path: str) -> Edits:
        """Return the edits of a file."""
        if path not in self.edits:
            self.edits[path] = Edits(self.sources.draft.text(path))
        return self.edits[path]

    def finish(self) -> Included:
        """Write every file."""
        self.done.files += self.done.copies
        for path, edits in self.edits.items():
            if edits.any:
                self.sources.draft.write(path, edits.made())
                self.done.files += [path] if path not in self.done.files else []
        return self.done

    def again(self, one: Include, router: str, prefix: str | None) -> None:
        """Include a router once more, behind the first time."""
        edits = self.of(one.path)
        text = edits.text(edits.start(one.statement), edits.end(one.statement))
        inner = Edits(text)
        call = call_of(text)
        node = Include(one.path, one.statement, call, "")
        if node.router is not None and ast.unparse(node.router) != router:
            inner.replace(inner.start(node.router), inner.end(node.router), router)
        if prefix is not None and node.prefix_node is not None:
            start, end = inner.start(node.prefix_node), inner.end(node.prefix_node)
            inner.replace(start, end, prefix)
        elif prefix is not None:
            place, follows = inner.end_of_arguments(call)
            inner.insert(place, f", prefix={prefix}" if follows else f"prefix={prefix}")
        if self.versions.hidden and not any(k.arg == "include_in_schema" for k in call.keywords):
            inner.add_argument(call, "include_in_schema=False")
        margin = " " * one.statement.col_offset
        edits.insert(edits.end(one.statement), f"\n{margin}{inner.made()}")

    def imported(self, path: str, router: ast.expr) -> str:
        """Import the next version's router beside the old one's; return how it is said."""
        old, new = self.versions.old, self.versions.new
        root = router
        while isinstance(root, ast.Attribute):
            root = root.value
        local = root.id if isinstance(root, ast.Name) else ""
        node, alias = import_of(self.sources.trees[path], local)
        if node is None or alias is None:
            place = Place(path, router.lineno)
            raise UsageError(f"{local} is imported in a way that cannot be repeated", place=place)
        name = in_next(alias.name, old, new)
        said = next_name(local, old, new)
        module = in_next("." * node.level + (node.module or ""), old, new)
        told = f"{name} as {said}" if said != name else name
        if (path, said) not in self._imported:
            self._imported.add((path, said))
            edits = self.of(path)
            margin = " " * node.col_offset
            edits.insert(edits.end(node), f"\n{margin}from {module} import {told}")
        return ast.unparse(router).replace(local, said, 1)


def import_of(tree: ast.Module, local: str) -> tuple[ast.ImportFrom | None, ast.alias | None]:
    """Return the import of a name, and the part of it that brings the name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if (alias.asname or alias.name) == local:
                    return node, alias
    return None, None


def call_of(text: str) -> ast.Call:
    """Return the call that a statement cut out of a module is."""
    node = ast.parse(text).body[0]
    assert isinstance(node, ast.Expr)  # noqa: S101 - it was cut out of one
    assert isinstance(node.value, ast.Call)  # noqa: S101
    return node.value
