"""The modules of a host: their trees, their dotted names, and what a name in them stands for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from pathlib import PurePosixPath

from backwright.project.apps import is_test
from backwright.project.types import Project
from backwright.source.fallback import parse_text
from backwright.transfer.declaration import Import
from backwright.transfer.draft import Draft


class Sources:
    """The readable modules of a draft, as trees."""

    def __init__(self, draft: Draft, project: Project) -> None:
        """Keep the draft; nothing is read yet."""
        self.draft = draft
        self.project = project
        self._imports: dict[str, dict[str, Import]] = {}

    @cached_property
    def trees(self) -> dict[str, ast.Module]:
        """The trees of the modules that can be read, tests left out."""
        found = {}
        for path in self.draft.modules():
            tree = None if is_test(path) else _tree(self.draft, path)
            if tree is not None:
                found[path] = tree
        return found

    @cached_property
    def root(self) -> str:
        """The folder that absolute imports start from, with `/`; empty for the project's own."""
        for app in self.project.apps:
            module = app.object.partition(":")[0].replace(".", "/")
            for end in (f"{module}.py", f"{module}/__init__.py"):
                if app.file.endswith(end):
                    return app.file.removesuffix(end)
        return self._root_of_modules()

    def _root_of_modules(self) -> str:
        """Return the root by where an application's module lies: another one has made it."""
        for app in self.project.apps:
            end = f"{app.object.partition(':')[0].replace('.', '/')}.py"
            found = [path for path in self.draft.modules() if f"/{path}".endswith(f"/{end}")]
            if found:
                return min(found, key=len).removesuffix(end)
        return ""

    def module(self, path: str) -> str:
        """Return the dotted name by which others import a file."""
        stem = path.removeprefix(self.root).removesuffix(".py").removesuffix("/__init__")
        return stem.replace("/", ".")

    def file(self, module: str) -> str | None:
        """Return the file of a module of the host, None for a library's."""
        stem = f"{self.root}{module.replace('.', '/')}"
        known = (path for path in (f"{stem}.py", f"{stem}/__init__.py") if self.draft.exists(path))
        return next(known, None)

    def resolve(self, path: str, node: ast.expr | str) -> Import:
        """Return where the thing that an expression of a module names is defined or imported from.

        Imports are followed through the host's own modules, as far as they lead.
        """
        if isinstance(node, ast.Attribute):
            module, name = self.resolve(path, node.value)
            inner = f"{module}.{name}" if name else module
            file = self.file(inner)
            return self.resolve(file, node.attr) if file else (inner, node.attr)
        name = node if isinstance(node, str) else getattr(node, "id", "")
        return self._followed(path, name, 0)

    def member(self, path: str, node: ast.expr) -> Import:
        """Return what `resolve` does, a method by the class or object that it is called on."""
        owner = self.resolve(path, node.value) if isinstance(node, ast.Attribute) else None
        if not isinstance(node, ast.Attribute) or owner is None or not owner[1]:
            return self.resolve(path, node)  # a function by itself, or one of a module
        return owner[0], f"{owner[1]}.{node.attr}"

    def _followed(self, path: str, name: str, depth: int) -> Import:
        module, original = self._imported(path, name)
        file = self.file(module)
        inner = self.file(f"{module}.{original}" if module else original)
        if inner is not None and original and not self._rebinds(file, original):
            return (f"{module}.{original}" if module else original), ""
        if file not in self.trees or file == path or depth > 5 or not original:
            return module, original  # a library's, or one that is not read, such as of tests
        defines = any(original in names_of_statement(s) for s in self.trees[file].body)
        has_import = self._imported(file, original)[0] != self.module(file)
        return (
            self._followed(file, original, depth + 1)
            if has_import and not defines
            else (
                module,
                original,
            )
        )

    def _rebinds(self, file: str | None, name: str) -> bool:
        """Tell whether a package names something else by the name of a module in it."""
        if file not in self.trees or not file.endswith("__init__.py"):
            return False
        module, original = self._imported(file, name)
        inside = self.module(file)
        return (module, original) not in ((inside, name), (f"{inside}.{name}", ""))

    def _imported(self, path: str, name: str) -> Import:
        if path not in self._imports:
            self._imports[path] = self._imports_of(path)
        found = self._imports[path].get(name)
        return found or self._starred(path, name, ()) or (self.module(path), name)

    def _imports_of(self, path: str) -> dict[str, Import]:
        """Return what a module imports, by its name there; what stands first counts."""
        found: dict[str, Import] = {}
        for node in ast.walk(self.trees[path]) if path in self.trees else ():
            if not isinstance(node, ast.Import | ast.ImportFrom):
                continue
            module = self.absolute(path, node) if isinstance(node, ast.ImportFrom) else ""
            for alias in node.names:
                origin = (
                    (module, alias.name) if isinstance(node, ast.ImportFrom) else (alias.name, "")
                )
                found.setdefault(alias.asname or alias.name, origin)
        return found

    def _starred(self, path: str, name: str, seen: tuple[str, ...]) -> Import | None:
        """Return the module of the host that `from MODULE import *` has a name from."""
        body = self.trees[path].body if path in self.trees else []
        if any(name in names_of_statement(one) for one in body):
            return None
        for node in body:
            if not isinstance(node, ast.ImportFrom) or node.names[0].name != "*":
                continue
            module = self.absolute(path, node)
            file = self.file(module)
            if file and file not in (path, *seen) and self._gives(file, name, (path, *seen)):
                return module, name
        return None

    def _gives(self, path: str, name: str, seen: tuple[str, ...]) -> bool:
        """Tell whether who imports everything of a module has a name by that."""
        body = self.trees[path].body if path in self.trees else []
        brought = (n for n in body if isinstance(n, ast.Import | ast.ImportFrom))
        return (
            any(name in names_of_statement(one) for one in body)
            or any((a.asname or a.name) == name for node in brought for a in node.names)
            or self._starred(path, name, seen) is not None
        )

    def absolute(self, path: str, node: ast.ImportFrom) -> str:
        """Return the dotted name of what an import is from."""
        if not node.level:
            return node.module or ""
        folder = PurePosixPath(path).parent
        for _ in range(node.level - 1):
            folder = folder.parent
        base = self.module(f"{folder.as_posix()}/__init__.py") if folder.name else ""
        return ".".join(part for part in (base, node.module or "") if part)

    def is_imported(self, path: str) -> bool:
        """Tell whether other modules can import one: Alembic alone runs what migrates."""
        migrations = self.project.migrations
        return migrations is None or not path.startswith(f"{migrations.folder}/")

    def calls(self, *names: str) -> Iterator[tuple[str, ast.Call]]:
        """Yield every call of a function with one of these names, with its file."""
        for path, tree in self.trees.items():
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and last_name(node.func) in names:
                    yield path, node

    def classes(self) -> Iterator[tuple[str, ast.ClassDef]]:
        """Yield every top-level class, with its file."""
        for path, tree in self.trees.items():
            for node in tree.body:
                if isinstance(node, ast.ClassDef):
                    yield path, node


def _tree(draft: Draft, path: str) -> ast.Module | None:
    """Return a module's tree, also where its syntax is newer than ours; None if unreadable."""
    try:
        return parse_text(draft.text(path))
    except UnicodeDecodeError:
        return None


FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


def statements_of(tree: ast.Module) -> Iterator[ast.stmt]:
    """Yield what a module runs as it is imported, also under `if`, `try` and `with`."""
    waiting = list(reversed(tree.body))
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.If | ast.Try | ast.With):
            waiting += reversed(node.body + getattr(node, "orelse", []))


def names_of_statement(node: ast.stmt) -> tuple[str, ...]:
    """Return what a statement defines or assigns."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return (node.name,)
    if isinstance(node, ast.Assign):
        return tuple(target.id for target in node.targets if isinstance(target, ast.Name))
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return (node.target.id,)
    return ()


def depended(call: ast.Call) -> ast.expr:
    """Return what a `Depends(…)` that has an argument is given, by its place or its name."""
    named = (k.value for k in call.keywords if k.arg == "dependency")
    return call.args[0] if call.args else next(named, call)


def last_name(node: ast.expr | None) -> str:
    """Return the last word of a dotted name, the name of a generic, empty for anything else."""
    if isinstance(node, ast.Subscript):
        return last_name(node.value)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
