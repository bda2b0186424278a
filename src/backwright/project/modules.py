"""Which file an import means: packages, namespace folders, `src` layouts, monorepos."""

from __future__ import annotations

import ast
import re
import sys
import warnings
from collections import Counter
from pathlib import Path

from backwright.project.files import Tree
from backwright.project.interpret.values import Module, Namespace
from backwright.project.types import Unresolved
from backwright.source.fallback import parse_newer
from backwright.source.syntax import nodes

FRAMEWORKS = frozenset(
    {"alembic", "fastapi", "pydantic", "redis", "sqlalchemy", "sqlmodel", "starlette", "celery"}
)


class Modules:
    """All modules of a project; each file is parsed once, when it is first needed."""

    def __init__(self, tree: Tree, libraries: frozenset[str] = frozenset()) -> None:
        """Index the Python files of `tree`; nothing is read yet.

        `libraries` are the installed packages' names: a folder of that name somewhere inside
        the project (`core/fastapi/`, `alembic/`) is not what an import means.
        """
        self.tree = tree
        self.root = tree.root
        self.libraries = libraries | FRAMEWORKS
        self.projects = _projects(tree)
        self.files = frozenset(tree.python)
        self.folders = _folders(tree.python)
        self.unresolved: list[Unresolved] = []
        self.roots: Counter[str] = Counter()
        self._modules: dict[str, Module] = {}
        self._starts = _starts(tree.python)
        self._imported: dict[str, bool] = {}
        self._resolved: dict[tuple[str, str], Module | Namespace | None] = {}

    def module(self, file: str) -> Module:
        """Return the module of a file of the project."""
        if file not in self._modules:
            package = file.endswith("/__init__.py") or file == "__init__.py"
            self._modules[file] = Module("", self.root / file, file, package)
        return self._modules[file]

    def known(self) -> list[Module]:
        """Return the modules looked at so far, by file."""
        return [self._modules[file] for file in sorted(self._modules)]

    def first(self) -> Module:
        """Return the first module looked at so far, by file."""
        return self._modules[min(self._modules)]

    def parse(self, module: Module) -> ast.Module | None:
        """Return the syntax tree of a module, `None` (and a note) if it cannot be read."""
        if module.tree is None and module.state == "new":
            module.tree = self._parse(module)
        return module.tree

    def nodes(self, module: Module) -> list[ast.AST]:
        """Return everything in a module's syntax tree, outer nodes first; it is walked once."""
        if module.nodes is None:
            module.nodes = nodes(module.tree) if module.tree is not None else []
        return module.nodes

    def _parse(self, module: Module) -> ast.Module | None:
        content = self.tree.content(module.file)
        if content is None:
            self._note(module, 0, "cannot be read")
            return None
        if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
            self._note(module, 1, "is UTF-16, which Python does not read as source")
            return None
        tree, line, why = parse_source(content, module.file)
        if tree is None:
            self._note(module, line, why)
        return tree

    def _note(self, module: Module, line: int, why: str) -> None:
        self.unresolved.append(Unresolved(module.file, line, why))

    def child(self, package: Module | Namespace, name: str) -> Module | Namespace | None:
        """Return the module or folder `name` inside a package."""
        if isinstance(package, Namespace):
            return self._in_folder(_relative(package.path, self.root), name)
        return self._in_folder(package.folder, name) if package.package else None

    def _in_folder(self, folder: str, name: str) -> Module | Namespace | None:
        path = f"{folder}/{name}" if folder else name
        if f"{path}/__init__.py" in self.files:
            return self.module(f"{path}/__init__.py")
        if f"{path}.py" in self.files:
            return self.module(f"{path}.py")
        return Namespace(self.root / path) if path in self.folders else None

    def relative(self, importer: Module, level: int, name: str) -> Module | Namespace | None:
        """Resolve `from ..name import`: `level` dots up from the importing module."""
        folder = importer.folder
        for _ in range(level - 1):
            if not folder:
                return None
            folder = folder.rpartition("/")[0]
        if name:
            return self._walk(folder, name)
        init = f"{folder}/__init__.py" if folder else "__init__.py"
        return self.module(init) if init in self.files else Namespace(self.root / folder)

    def _walk(self, folder: str, dotted: str) -> Module | Namespace | None:
        found: Module | Namespace | None = None
        for part in dotted.split("."):
            found = self._in_folder(folder, part)
            if found is None or (isinstance(found, Module) and not found.package):
                return found if dotted.endswith(part) and found else None
            folder = f"{folder}/{part}" if folder else part
        return found

    def absolute(self, importer: Module, dotted: str) -> Module | Namespace | None:
        """Resolve `import dotted` as the importing file would see it, `None` for a library."""
        folder = importer.folder
        key = (folder, dotted)
        if key not in self._resolved:
            self._resolved[key] = self._absolute(folder, dotted)
        found = self._resolved[key]
        if found is importer and not importer.package:
            return self._absolute(folder, dotted, importer)  # in jwt.py, `import jwt` is a library
        return found

    def _absolute(
        self, folder: str, dotted: str, importer: Module | None = None
    ) -> Module | Namespace | None:
        first = dotted.partition(".")[0]
        if first not in self._starts or first in sys.stdlib_module_names:
            return None
        best: Namespace | None = None
        for start in self._candidates(folder, first):
            if first in self.libraries and start not in self.projects:
                continue
            found = self._walk(start, dotted)
            if isinstance(found, Module) and found is not importer:
                self.roots[start] += 1
                return found
            if isinstance(found, Namespace):
                best = best or found
        return best

    def _candidates(self, folder: str, first: str) -> list[str]:
        """Return where `first` may be found: this file's ancestors first, packages last."""
        starts = self._starts[first]
        parts = folder.split("/") if folder else []
        ancestors = ["/".join(parts[:end]) for end in range(len(parts), -1, -1)]
        plain = [one for one in ancestors if one in starts and not self._is_package(one)]
        if (
            len(plain) > 1
        ):  # what others import as a package is no start, without __init__.py either
            plain.sort(key=self._is_imported)
        inside = [one for one in ancestors if one in starts and self._is_package(one)]
        others = [one for one in sorted(starts) if one not in ancestors]
        others.sort(key=lambda one: (-_shared(one, folder), one.count("/"), one))
        return plain + [one for one in others if not self._is_package(one)] + inside

    def _is_package(self, folder: str) -> bool:
        return f"{folder}/__init__.py" in self.files if folder else "__init__.py" in self.files

    def _is_imported(self, folder: str) -> bool:
        """Tell whether a module outside of a folder imports it by its name."""
        if folder not in self._imported:
            name = re.escape(folder.rpartition("/")[2]).encode()
            said = re.compile(rb"(?m)^[ \t]*(?:from|import)[ \t]+(?:[\w.]+\.)?" + name + rb"\b")
            others = (one for one in self.tree.python if not one.startswith(f"{folder}/"))
            self._imported[folder] = bool(folder) and any(
                said.search(self.tree.content(one) or b"") for one in others
            )
        return self._imported[folder]

    def name(self, module: Module) -> str:
        """Return the dotted name that the project itself imports this module by."""
        if module.name:
            return module.name
        path = module.file[: -len("/__init__.py")] if module.package else module.file[:-3]
        fits = [one for one in self.roots if one and path.startswith(one + "/")]
        start = max(fits, key=lambda one: (self.roots[one], -len(one)), default="")
        if not start or self.roots[""] > self.roots[start]:
            start = "" if self.roots[""] else start or self._package_root(module.file)
        start = self._above_relatives(module, start)
        module.name = path[len(start) :].strip("/").replace("/", ".")
        return module.name

    def _above_relatives(self, module: Module, start: str) -> str:
        """Return a folder to import from that is above what the module imports by dots."""
        tree = self.parse(module)
        nodes = tree.body if tree else []
        levels = (node.level for node in nodes if isinstance(node, ast.ImportFrom))
        folders = module.file[len(start) :].strip("/").count("/")
        for _ in range(max(levels, default=0) - folders):
            start = start.rpartition("/")[0]
        return start

    def _package_root(self, file: str) -> str:
        """Return the folder above the outermost package that a file is in."""
        folder = file.rpartition("/")[0]
        while folder and self._is_package(folder):
            folder = folder.rpartition("/")[0]
        return folder

    def by_name(self, dotted: str, near: Module) -> Module | Namespace | None:
        """Resolve a module name computed by the program (`importlib.import_module`)."""
        return self.absolute(near, dotted)


def parse_source(content: bytes, file: str) -> tuple[ast.Module | None, int, str]:
    """Parse Python source; newer syntax than the running interpreter's goes through LibCST.

    Returns the tree, or `None` with the line and the reason.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(content, file), 0, ""
    except SyntaxError as error:
        line, why = error.lineno or 1, f"syntax error: {error.msg}"
        if "encoding" in error.msg:
            return None, line, why
    except (ValueError, RecursionError, MemoryError) as error:
        return None, 1, f"cannot be parsed: {error}"
    return parse_newer(content), line, why


def _projects(tree: Tree) -> frozenset[str]:
    """Return the folders whose packages may be installed: beside a project file, or its `src`."""
    found = {""}
    for file in tree.configuration:
        folder, _, name = file.rpartition("/")
        is_setup = name == "setup.py" and b"setup(" in (tree.content(file) or b"")
        if name in {"pyproject.toml", "setup.cfg"} or is_setup:
            found |= {folder, f"{folder}/src".strip("/")}
    return frozenset(found)


def _folders(python: tuple[str, ...]) -> frozenset[str]:
    folders: set[str] = set()
    for file in python:
        folder = file.rpartition("/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    return frozenset(folders)


def _starts(python: tuple[str, ...]) -> dict[str, set[str]]:
    """Return for every first name of an import the folders that have it."""
    starts: dict[str, set[str]] = {}
    for file in python:
        folder, _, name = file.rpartition("/")
        if name != "__init__.py":
            starts.setdefault(name[:-3], set()).add(folder)
    for folder in _folders(python):
        above, _, name = folder.rpartition("/")
        starts.setdefault(name, set()).add(above)
    return starts


def _shared(left: str, right: str) -> int:
    count = 0
    for one, other in zip(left.split("/"), right.split("/"), strict=False):
        if one != other:
            break
        count += 1
    return count


def _relative(path: Path, root: Path) -> str:
    """Return `path` below `root` with forward slashes; an empty string for the root itself."""
    if path == root:
        return ""
    return str(path)[len(str(root)) + 1 :].replace("\\", "/")
