"""The project's own Python files as syntax trees, each parsed when first asked for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path, PurePosixPath

from backwright.project.conventions.evidence import FunctionNode, keyword, last_name
from backwright.project.files import Tree, decoded, read_tree
from backwright.source.syntax import nodes
from backwright.values import Place

__all__ = ["FunctionNode", "Sources", "called", "keyword", "last_name", "literal"]
_ASIDE = frozenset({"tests", "test", "migrations", "alembic", "versions"})


class Sources:
    """The files of a project. What cannot be parsed has no tree."""

    def __init__(self, root: Path) -> None:
        """List the files; read none yet."""
        self._tree: Tree = read_tree(root)
        self._parsed: dict[str, ast.Module | None] = {}

    @property
    def python(self) -> tuple[str, ...]:
        """Return the Python files, relative to the root."""
        return self._tree.python

    @property
    def configuration(self) -> tuple[str, ...]:
        """Return the files of settings and dependencies, relative to the root."""
        return self._tree.configuration

    @cached_property
    def own(self) -> tuple[str, ...]:
        """Return the Python files of the application itself: no tests, no migrations."""
        return tuple(one for one in self.python if not _ASIDE & set(PurePosixPath(one).parts[:-1]))

    def text(self, file: str) -> str:
        """Return what a file says; nothing where it cannot be read."""
        content = self._tree.content(file)
        return decoded(content) if content is not None else ""

    def syntax(self, file: str) -> ast.Module | None:
        """Return a file's syntax tree; None where it is no Python that can be read."""
        if file not in self._parsed:
            try:
                self._parsed[file] = ast.parse(self.text(file))
            except (SyntaxError, ValueError):
                self._parsed[file] = None
        return self._parsed[file]

    def nodes(self, file: str) -> list[ast.AST]:
        """Return all nodes of a file."""
        tree = self.syntax(file)
        return nodes(tree) if tree is not None else []

    def calls(self, *names: str) -> Iterator[tuple[str, ast.Call]]:
        """Yield the calls of functions and methods with one of these names, and their files."""
        for file in self.own:
            if not any(name in self.text(file) for name in names):
                continue
            for node in self.nodes(file):
                if isinstance(node, ast.Call) and called(node) in names:
                    yield file, node

    def call_at(self, place: Place | None, *names: str) -> ast.Call | None:
        """Return the first call of one of these names whose text reaches over a line."""
        found = [
            one for one in (self.nodes(place.file) if place else ())
            if isinstance(one, ast.Call) and called(one) in names
            and place is not None and one.lineno <= place.line <= (one.end_lineno or 0)
        ]  # fmt: skip
        return max(found, key=lambda one: (one.lineno, -one.col_offset), default=None)

    def line(self, place: Place) -> str:
        """Return the line at a place."""
        lines = self.text(place.file).splitlines()
        return lines[place.line - 1] if 0 < place.line <= len(lines) else ""

    def locate(self, path: str) -> str | None:
        """Return which file of the project a path in a log means, wherever the program ran.

        It is the file whose whole path stands at the end; one of an environment is none of ours.
        """
        plain = path.replace("\\", "/")
        if "site-packages/" in plain or "dist-packages/" in plain or "/lib/python3" in plain:
            return None
        parts = PurePosixPath(plain).parts
        found = [
            one for one in self.python if PurePosixPath(one).parts == parts[-one.count("/") - 1 :]
        ]
        return max(found, key=len, default=None) or self._within(parts)

    def _within(self, parts: tuple[str, ...]) -> str | None:
        """Return the one file that ends like a path, where the program ran in a folder below."""
        for start in range(1, len(parts)):
            end = "/" + "/".join(parts[start:])
            found = [one for one in self.python if f"/{one}".endswith(end)]
            if found:
                return found[0] if len(found) == 1 else None
        return None

    def function_at(self, place: Place) -> FunctionNode | None:
        """Return the innermost function around a place."""
        around = [
            one
            for one in self.nodes(place.file)
            if isinstance(one, FunctionNode) and one.lineno <= place.line <= (one.end_lineno or 0)
        ]
        return max(around, key=lambda one: one.lineno, default=None)

    def classes(self, name: str) -> Iterator[tuple[str, ast.ClassDef]]:
        """Yield the classes of a name."""
        for file in self.own:
            if f"class {name}" in self.text(file):
                for node in self.nodes(file):
                    if isinstance(node, ast.ClassDef) and node.name == name:
                        yield file, node


def called(node: ast.Call) -> str:
    """Return the last name of what is called."""
    return last_name(node.func)


def literal(node: ast.AST | None) -> object:
    """Return the value of a literal; None for anything else."""
    try:
        return ast.literal_eval(node) if isinstance(node, ast.expr) else None
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
