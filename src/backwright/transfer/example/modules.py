"""The modules of a host: their text, their outline, and which file an import leads to."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import takewhile
from pathlib import PurePosixPath

from backwright.project.files import read_tree
from backwright.source.outline import Statement, outline
from backwright.transfer.draft import Draft

Imported = tuple[ast.ImportFrom | ast.Import, ast.alias, str]


@dataclass(frozen=True, eq=False)
class Modules:
    """The Python files of a draft that this interpreter can read, as trees and outlines."""

    draft: Draft
    paths: tuple[str, ...]
    _trees: dict[str, ast.Module] = field(default_factory=dict)
    _outlines: dict[str, tuple[Statement, ...]] = field(default_factory=dict)
    _imports: dict[str, tuple[Imported, ...]] = field(default_factory=dict)

    def text(self, path: str) -> str:
        """Return a module's text."""
        return self.draft.text(path)

    def tree(self, path: str) -> ast.Module:
        """Return a module's tree."""
        if path not in self._trees:
            body = [statement.node for statement in self.outline(path)]
            self._trees[path] = ast.Module(body=body, type_ignores=[])
        return self._trees[path]

    def outline(self, path: str) -> tuple[Statement, ...]:
        """Return a module's top-level statements."""
        if path not in self._outlines:
            self._outlines[path] = outline(self.text(path))
        return self._outlines[path]

    def imports(self, path: str) -> tuple[Imported, ...]:
        """Return every import of a module: the statement, the alias, the file it leads to.

        The file is that of the imported module where the alias is one, else that of the module
        it is imported from; imports of libraries are left out.
        """
        if path not in self._imports:
            self._imports[path] = tuple(self._imported(path))
        return self._imports[path]

    def _imported(self, path: str) -> Iterator[Imported]:
        for node in ast.walk(self.tree(path)):
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    file = self.find(path, node.level, f"{node.module or ''}.{alias.name}")
                    file = file or self.find(path, node.level, node.module or "")
                    if file:
                        yield node, alias, file
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    if file := self.find(path, 0, alias.name):
                        yield node, alias, file

    @cached_property
    def names(self) -> dict[str, str]:
        """How the project's modules import each other: file → the dotted name that most use."""
        votes: dict[str, Counter[str]] = {}
        for path in self.paths:
            for node in ast.walk(self.tree(path)):
                if not isinstance(node, ast.ImportFrom) or node.level or not node.module:
                    continue
                if file := self.find(path, 0, node.module):
                    votes.setdefault(file, Counter())[node.module] += 1
        return {file: found.most_common(1)[0][0] for file, found in votes.items()}

    def name_of(self, file: str, importer: str | None = None) -> str:
        """Return what a module is imported by, also one that is not there yet: as its neighbors.

        Where the `importer` has other modules from one root, this one comes from there, too: a
        module that has two names is loaded twice.
        """
        whole = dotted(file)
        root = self._root_of(importer) if importer else None
        if root is not None and whole.startswith(root):
            return whole.removeprefix(root)
        if file in self.names:
            return self.names[file]
        near = sorted(self.names, key=lambda known: -_shared(known, file))
        for known in near:
            root = dotted(known).removesuffix(self.names[known])
            if root != dotted(known):
                return whole.removeprefix(root)
        return whole

    def _root_of(self, path: str) -> str | None:
        """Return what a module leaves out of the names of those that it imports.

        Where it imports none, what its neighbors leave out, the nearest first; None if unseen.
        """
        if path not in self._known:
            return None
        if self._roots_left[path]:
            return self._roots_left[path].most_common(1)[0][0]
        for folder in PurePosixPath(path).parents[:-1]:
            near = (c for p, c in self._roots_left.items() if p.startswith(f"{folder}/"))
            if found := sum(near, Counter[str]()):
                return found.most_common(1)[0][0]
        return None

    @cached_property
    def _roots_left(self) -> dict[str, Counter[str]]:
        found: dict[str, Counter[str]] = {path: Counter() for path in self.paths}
        for path in self.paths:
            for node in ast.walk(self.tree(path)):
                if not isinstance(node, ast.ImportFrom) or node.level or not node.module:
                    continue
                file = self.find(path, 0, node.module)
                if file and dotted(file).endswith(node.module):
                    found[path][dotted(file).removesuffix(node.module)] += 1
        return found

    def find(self, path: str, level: int, module: str) -> str | None:
        """Return the file of a module that `path` imports, or None if it is none of the host's."""
        parts = [p for p in module.split(".") if p]
        if level:
            folder = PurePosixPath(path).parent
            for _ in range(level - 1):
                folder = folder.parent
            return self._file(PurePosixPath(folder, *parts).as_posix())
        if not parts:
            return None
        for base in self._roots(path):
            if found := self._file(PurePosixPath(base, *parts).as_posix()):
                return found
        return None

    def _roots(self, path: str) -> Iterator[str]:
        """Yield the folders that an absolute import may start from, the nearest above first."""
        folder = PurePosixPath(path).parent
        yield from (p.as_posix() for p in (folder, *folder.parents))
        yield from ("src", "backend", "backend/src", "app")

    def _file(self, stem: str) -> str | None:
        stem = stem.removeprefix("./")
        for candidate in (f"{stem}.py", f"{stem}/__init__.py"):
            if candidate in self._known:
                return candidate
        return None

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.paths)


def _shared(one: str, other: str) -> int:
    """Return how many folders two paths have in common."""
    pairs = zip(PurePosixPath(one).parts[:-1], PurePosixPath(other).parts[:-1], strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def read_modules(draft: Draft) -> Modules:
    """Return the modules of a draft; those that cannot be parsed are left out."""
    modules = Modules(draft, read_tree(draft.root).python)
    return Modules(draft, tuple(p for p in modules.paths if _is_readable(modules, p)))


def _is_readable(modules: Modules, path: str) -> bool:
    try:
        modules.tree(path)
    except (SyntaxError, ValueError, UnicodeDecodeError, OSError):
        return False
    return True


def is_test(path: str) -> bool:
    """Tell whether a file belongs to the tests."""
    parts = PurePosixPath(path).parts
    stem = PurePosixPath(path).stem
    inside = any(p in {"tests", "test", "testing"} for p in parts[:-1])
    return inside or stem.startswith("test_") or stem.endswith("_test") or stem == "conftest"


def is_migration(modules: Modules, path: str) -> bool:
    """Tell whether a file is a revision of a migration tool, and not of a version of an API."""
    return "versions" in PurePosixPath(path).parts[:-1] and "down_revision" in modules.text(path)


def dotted(path: str) -> str:
    """Return the dotted name of a file, from the project's folder."""
    parts = PurePosixPath(path).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
