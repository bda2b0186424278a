"""Whose each module and each definition of a project is, by its name, its URLs, its types."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

from backwright.project.types import Model, Project
from backwright.source.outline import Statement, first_line
from backwright.transfer.example.modules import Modules
from backwright.transfer.example.nouns import Nouns

_FOUNDATIONS = frozenset(
    {
        "create_engine",
        "create_async_engine",
        "sessionmaker",
        "async_sessionmaker",
        "declarative_base",
        "DeclarativeBase",
    }
)
_PATH = re.compile(r"^/[\w\-{}/.]*(\?|$)")


@dataclass(frozen=True, eq=False)
class Ownership:
    """Which resource each module and each definition of a project belongs to."""

    project: Project
    modules: Modules
    nouns: Nouns
    _modules: dict[str, str | None] = field(default_factory=dict)
    _statements: dict[tuple[str, int], str | None] = field(default_factory=dict)
    _folders: dict[str, str | None] = field(default_factory=dict)

    @cached_property
    def imported(self) -> frozenset[str]:
        """The files that any module imports."""
        return frozenset(self.importers)

    @cached_property
    def importers(self) -> Mapping[str, frozenset[str]]:
        """Which files import a file."""
        found: dict[str, set[str]] = {}
        for path in self.modules.paths:
            for _, _, file in self.modules.imports(path):
                if file != path:
                    found.setdefault(file, set()).add(path)
        return {file: frozenset(paths) for file, paths in found.items()}

    def of_module(self, path: str) -> str | None:
        """Return the resource that a file is named after: by its stem, else its folder.

        A folder that holds the application or other resources' tables is no resource's; nor is
        a file that others share, or that makes the database's engine or base.
        """
        if path not in self._modules:
            self._modules[path] = self._of_module(path)
        return self._modules[path]

    def _of_module(self, path: str) -> str | None:
        pure = PurePosixPath(path)
        stem = pure.stem
        if stem not in {"__init__", "conftest"} and (owner := self.nouns.owner(stem)):
            return None if self._is_shared(path, owner) else owner
        for folder in pure.parents:
            if not folder.name:
                return None
            if owner := self.folder_owner(folder.as_posix()):
                return owner
        return None

    def _is_shared(self, path: str, owner: str) -> bool:
        """Tell whether a file that is named after a resource is there for others as well."""
        names = {name for statement in self.modules.outline(path) for name in statement.names}
        if any(self.nouns.owner(name) in self._peers.get(owner, ()) for name in names):
            return True
        return is_of_database(self.modules.tree(path)) and not any(map(self.nouns.owner, names))

    @cached_property
    def _peers(self) -> dict[str, set[str]]:
        """The resources whose rows are made and read by URLs of their own in another's file."""
        done: dict[tuple[str, str], set[str]] = {}
        for endpoint in self.project.endpoints:
            named = self.nouns.owner(PurePosixPath(endpoint.file).stem)
            peer = owner_of_url(self.nouns, endpoint.path)
            if not named or not peer or named in self.nouns.mentioned(endpoint.path):
                continue
            if not is_account(self.project, peer):
                done.setdefault((named, peer), set()).add(endpoint.method)
        peers: dict[str, set[str]] = {}
        for (named, peer), methods in done.items():
            if {"GET", "POST"} <= methods:
                peers.setdefault(named, set()).add(peer)
        return peers

    def of_statement(self, path: str, statement: Statement) -> str | None:
        """Return the resource that a definition of a shared module belongs to."""
        key = (path, statement.start)
        if key not in self._statements:
            self._statements[key] = self._of_statement(path, statement)
        return self._statements[key]

    def _of_statement(self, path: str, statement: Statement) -> str | None:
        node = statement.node
        if not statement.names or isinstance(node, ast.Import | ast.ImportFrom):
            return None
        by_model = {m.name for m in self.project.models if m.file == path}
        for name in statement.names:
            if name in by_model:
                return name
        for name in statement.names:
            if owner := self.nouns.owner(name):
                return owner
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            return self._the_one(self._spoken_of(node.value)) if _is_alias(node.value) else None
        return self._of_endpoint(path, node) or self._by_mentions(node)

    def _of_endpoint(self, path: str, node: ast.stmt) -> str | None:
        end = (node.end_lineno or node.lineno) + 1
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            end = node.body[0].lineno  # an endpoint inside is not the function itself
        lines = range(first_line(node), end)
        for endpoint in self.project.endpoints:
            if endpoint.file == path and endpoint.line in lines:
                return owner_of_url(self.nouns, endpoint.path)
        return None

    def _by_mentions(self, node: ast.stmt) -> str | None:
        """A function that takes or gives one resource's classes is that one's; so is its test."""
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            return None
        if node.name.startswith("test"):
            return self._the_one(self._spoken_of(node) | self._urls(node))
        arguments = ast.walk(node.args)
        annotations = [a.annotation for a in arguments if isinstance(a, ast.arg) and a.annotation]
        annotations += [node.returns] if node.returns else []
        return self._the_one({one for part in annotations for one in self._spoken_of(part)})

    def _spoken_of(self, tree: ast.AST) -> set[str]:
        models = {m.name for m in self.project.models}
        found: set[str] = set()
        for child in ast.walk(tree):
            word = getattr(child, "id", None) or getattr(child, "attr", None)
            if word in models:
                found.add(str(word))
            elif word in self._classes:
                found |= set(self.nouns.mentioned(str(word)))
        return found

    @cached_property
    def _classes(self) -> frozenset[str]:
        """The names of the project's own classes."""
        outlines = (self.modules.outline(path) for path in self.modules.paths)
        return frozenset(
            s.node.name for found in outlines for s in found if isinstance(s.node, ast.ClassDef)
        )

    def _urls(self, tree: ast.AST) -> set[str]:
        texts = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)]
        paths = [t for t in texts if isinstance(t, str) and _PATH.match(t)]
        return {owner for p in paths if (owner := owner_of_url(self.nouns, p))}

    def _the_one(self, found: set[str]) -> str | None:
        """Return the only resource spoken of; whoever is signed in does not count."""
        found = {f for f in found if not is_account(self.project, f)} or found
        return next(iter(found)) if len(found) == 1 else None

    def folder_owner(self, folder: str) -> str | None:
        """Return the resource whose a folder is, by its name and by what stands in it."""
        if folder not in self._folders:
            owner = self.nouns.owner(PurePosixPath(folder).name)
            self._folders[folder] = owner if owner and self._is_alone(folder, owner) else None
        return self._folders[folder]

    def _is_alone(self, folder: str, owner: str) -> bool:
        inside = f"{folder}/"
        if any(app.file.startswith(inside) for app in self.project.apps):
            return False
        models = [m for m in self.project.models if m.file.startswith(inside)]
        return all(owner in self.nouns.mentioned(m.name) or m.name == owner for m in models)


def _is_alias(node: ast.expr) -> bool:
    """Tell whether a value only says another thing by a shorter name, as `Annotated[…]` does."""
    return isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name | ast.Attribute)


def is_of_database(module: ast.Module) -> bool:
    """Tell whether a module makes what every table or session stands on."""
    words = {
        getattr(node, "id", None) or getattr(node, "attr", None)
        for statement in module.body
        if not isinstance(statement, ast.Import | ast.ImportFrom)
        for node in ast.walk(statement)
    }
    return bool(_FOUNDATIONS & words)


def owner_of_url(nouns: Nouns, url: str) -> str | None:
    """Return the resource that a URL is about: that of its last segment with a noun."""
    for segment in reversed(url.split("?")[0].split("/")):
        if segment and not segment.startswith("{") and (owner := nouns.owner(segment)):
            return owner
    return None


def is_account(project: Project, name: str) -> bool:
    """Tell whether a model is what one signs in with."""
    return name == project.auth.user_model or bool(
        {"user", "account", "member"} & set(re.findall(r"[A-Z]?[a-z]+", name.lower()))
    )


def is_link(model: Model) -> bool:
    """Tell whether a table only links others: its key is made of references, or it has no other."""
    references = [c for c in model.columns if c.foreign_key]
    keys = [c for c in model.columns if c.primary_key]
    if len(references) < 2:
        return False
    plain = [c for c in model.columns if not c.foreign_key and not c.primary_key]
    return all(c.foreign_key for c in keys) or (not plain and len(keys) <= 1)
