"""The chain of a resource: every part of a project that is there for it, by role."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from backwright.project.types import Endpoint, Model
from backwright.source.outline import Statement, first_line
from backwright.spec.names import Names
from backwright.transfer.example.modules import is_migration, is_test
from backwright.transfer.example.ownership import Ownership, is_link, owner_of_url
from backwright.transfer.example.roles import Role, role_of_module
from backwright.values import Note

_CONTAINERS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_ASSIGNMENTS = (ast.Assign, ast.AnnAssign)
_NAMED = (*_CONTAINERS, *_ASSIGNMENTS)


@dataclass(frozen=True, slots=True)
class Part:
    """Code that is a resource's: a whole module, or its definitions in a shared one.

    `inside` is the shared class or function that the definitions stand in, if any.
    """

    path: str
    role: Role
    statements: tuple[Statement, ...]
    whole: bool
    inside: str = ""

    @property
    def key(self) -> str:
        """What tells it from other parts."""
        return f"{self.path}::{self.inside}" if self.inside else self.path

    @property
    def line(self) -> int:
        """Where it begins."""
        return self.statements[0].start if self.statements and not self.whole else 1

    @property
    def defined(self) -> frozenset[str]:
        """The names that it defines."""
        return frozenset(n for s in self.statements for n in s.names)


@dataclass(frozen=True, eq=False)
class Chain:
    """A resource, its parts, and the endpoints by which it is reached.

    `notes` tell what is named after the resource, and is no part of its chain all the same.
    """

    model: Model
    names: Names
    parts: tuple[Part, ...]
    endpoints: tuple[Endpoint, ...]
    notes: tuple[Note, ...] = ()

    @property
    def roles(self) -> frozenset[str]:
        """The roles that its parts play."""
        return frozenset(part.role for part in self.parts)

    @cached_property
    def own_modules(self) -> frozenset[str]:
        """The files that are the resource's alone."""
        return frozenset(part.path for part in self.parts if part.whole)

    @cached_property
    def defined(self) -> frozenset[str]:
        """The names of everything that is the resource's."""
        return frozenset(name for part in self.parts for name in part.defined)

    def parts_of(self, path: str) -> tuple[Part, ...]:
        """Return the parts in a file."""
        return tuple(part for part in self.parts if part.path == path)


def read_chain(owners: Ownership, model: Model) -> Chain:
    """Return the chain of one model's resource."""
    endpoints = tuple(e for e in owners.project.endpoints if _is_of(owners, e, model))
    found = tuple(_parts(owners, model))
    islands = set(_islands(owners, model, found, frozenset(e.file for e in endpoints)))
    parts = tuple(p for p in found if _folder(owners, model, p.path) not in islands)
    notes = tuple(
        Note(
            next(p.path for p in found if p.path.startswith(f"{folder}/")),
            1,
            f"{folder}/ is named after {model.name}, and has nothing to do with it: not repeated",
        )
        for folder in sorted(islands)
    )
    return Chain(model, owners.nouns.names[model.name], parts, endpoints, notes)


def _islands(
    owners: Ownership, model: Model, parts: tuple[Part, ...], routes: frozenset[str]
) -> Iterator[str]:
    """Yield the folders that are only called as the resource is: `tasks/`, of a queue's workers.

    Nothing in them is the model or an endpoint, or imports the rest of the chain or is imported.
    """
    paths = {p.path for p in parts}
    folders = {_folder(owners, model, p) for p in paths if not is_test(p)} - {""}
    for folder in folders:
        inside = {p for p in paths if p.startswith(f"{folder}/")}
        near = {file for p in inside for _, _, file in owners.modules.imports(p)}
        near |= {file for p in inside for file in owners.importers.get(p, ())}
        if not inside & (routes | {model.file}) and not near & (paths - inside):
            yield folder


def _folder(owners: Ownership, model: Model, path: str) -> str:
    """Return the outermost folder of a file that is named after the resource; empty if none is."""
    folders = [p.as_posix() for p in PurePosixPath(path).parents if p.name]
    mine = [f for f in folders if owners.folder_owner(f) == model.name]
    return mine[-1] if mine else ""


def _is_of(owners: Ownership, endpoint: Endpoint, model: Model) -> bool:
    by_file = owners.of_module(endpoint.file) if not is_test(endpoint.file) else None
    return (by_file or owner_of_url(owners.nouns, endpoint.path)) == model.name


def _parts(owners: Ownership, model: Model) -> Iterator[Part]:
    for path in owners.modules.paths:
        if is_migration(owners.modules, path):
            continue
        outline = owners.modules.outline(path)
        module_owner = owners.of_module(path)
        if module_owner == model.name:
            kept = tuple(s for s in outline if not _is_others(owners, path, s, model))
            if any(s.names for s in kept) or not outline or path.endswith("__init__.py"):
                yield Part(path, role_of_module(owners.project, path, kept), kept, whole=True)
        elif module_owner is None:
            mine = tuple(s for s in outline if owners.of_statement(path, s) == model.name)
            mine = tuple(s for s in mine if not _is_left_to_fields(owners, s))
            if mine:
                role = role_of_module(owners.project, path, mine)
                yield Part(path, role, mine, whole=False)
            yield from _inner_parts(owners, path, outline, model)


def _inner_parts(
    owners: Ownership, path: str, outline: tuple[Statement, ...], model: Model
) -> Iterator[Part]:
    """Yield the exemplar's methods in classes that are nobody's, and handlers in functions."""
    for statement in outline:
        node = statement.node
        if not isinstance(node, _CONTAINERS) or owners.of_statement(path, statement):
            continue
        inner = tuple(
            Statement(child, (child.name,), first_line(child), child.end_lineno or child.lineno)
            for child in node.body
            if isinstance(child, _CONTAINERS) and not child.name.startswith("__")
        )
        mine = tuple(s for s in inner if owners.of_statement(path, s) == model.name)
        if mine:
            role = role_of_module(owners.project, path, mine)
            yield Part(path, role, mine, whole=False, inside=node.name)


def _is_others(owners: Ownership, path: str, statement: Statement, model: Model) -> bool:
    """In a module named after a resource, only tables of others and what fields need are not its."""
    tables = {m.name for m in owners.project.models if m.file == path and m.name != model.name}
    return bool(tables & set(statement.names)) or _is_left_to_fields(owners, statement)


def _is_left_to_fields(owners: Ownership, statement: Statement) -> bool:
    """Link tables and enums of columns belong to fields: the new fields bring their own."""
    links = {m.name for m in owners.project.models if is_link(m)}
    links |= {r.secondary or "" for m in owners.project.models for r in m.relationships}
    if links & set(statement.names):
        return True
    node = statement.node
    if not isinstance(node, ast.ClassDef) or not any("Enum" in ast.unparse(b) for b in node.bases):
        return False
    word = re.compile(rf"\b{node.name}\b")
    return any(word.search(c.type) for m in owners.project.models for c in m.columns)
