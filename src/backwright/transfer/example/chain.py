"""The chain of a resource: every part of a project that is there for it, by role."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from backwright.project.types import Endpoint, Model
from backwright.source.outline import Statement, first_line
from backwright.source.text import lines_between
from backwright.spec.names import Names
from backwright.transfer.example.modules import dotted, is_migration, is_test
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
    parts = tuple(_parts(owners, model))
    return Chain(model, owners.nouns.names[model.name], parts, endpoints)


def cleared(owners: Ownership, chain: Chain) -> Chain:
    """Return a chain without what nobody uses for the resource, and notes of it."""
    notes = []
    parts = []
    for part in chain.parts:
        if part.whole and _is_dead(owners, part):
            text = "nothing uses this module: it has no like for the new resource"
            notes.append(Note(part.path, 1, text))
        else:
            parts.append(part)
    loose = _loose(owners, chain, parts)
    used = [_without(part, loose) for part in parts]
    kept = [_with_used(owners, part, used, chain.model.name) for part in parts]
    gone = {n for p in parts for n in p.defined} - {n for p in kept for n in p.defined}
    kept = [_without(p, [s for s in loose if _mentions(owners, p, s, gone)]) for p in kept]
    return replace(
        chain, parts=tuple(p for p in kept if p.statements or p.whole), notes=tuple(notes)
    )


def _loose(owners: Ownership, chain: Chain, parts: list[Part]) -> list[Statement]:
    """Return what stands in functions or classes of others and nothing of the resource's names.

    Such as a handler of errors: what it needs is not needed for the resource's sake.
    """
    found = []
    for part in (p for p in parts if p.inside):
        for statement in part.statements:
            lines = range(statement.start, statement.end + 1)
            is_endpoint = any(e.file == part.path and e.line in lines for e in chain.endpoints)
            word = re.compile(rf"\b{re.escape(statement.names[0])}\b")
            is_named = any(word.search(_text(owners, p, statement)) for p in parts)
            if not (is_endpoint or is_named or statement.names[0].startswith("test")):
                found.append(statement)
    return found


def _without(part: Part, statements: list[Statement]) -> Part:
    kept = tuple(s for s in part.statements if s not in statements)
    return part if len(kept) == len(part.statements) else replace(part, statements=kept)


def _mentions(owners: Ownership, part: Part, statement: Statement, names: set[str]) -> bool:
    if statement not in part.statements:
        return False
    code = lines_between(owners.modules.text(part.path), statement.start, statement.end)
    return bool(names & set(re.findall(r"\w+", code)))


def _is_dead(owners: Ownership, part: Part) -> bool:
    """A module that nobody imports, and that is no test, model, package or route."""
    is_package = part.path.endswith(("__init__.py", "conftest.py"))
    if part.role in ("test", "routes", "model") or is_package or is_test(part.path):
        return False
    name = dotted(part.path)
    return part.path not in owners.imported and not any(
        name in owners.modules.text(path) for path in owners.modules.paths if path != part.path
    )


def _with_used(owners: Ownership, part: Part, parts: list[Part], model: str) -> Part:
    """Leave out of a shared module what only other resources use: it is theirs."""
    if part.whole:
        return part
    kinds = _ASSIGNMENTS if part.role in ("test", "fixture", "routes") else _NAMED
    kept = tuple(
        s
        for s in part.statements
        if not isinstance(s.node, kinds) or not _is_for_others(owners, s, parts, model)
    )
    return replace(part, statements=kept)


def _is_for_others(owners: Ownership, statement: Statement, parts: list[Part], model: str) -> bool:
    if not statement.names or statement.names[0] in {m.name for m in owners.project.models}:
        return False
    word = re.compile(rf"\b{re.escape(statement.names[0])}\b")
    by_us = any(word.search(_text(owners, p, statement)) for p in parts)
    if by_us:
        return False
    return any(word.search(_of_others(owners, path, model)) for path in owners.modules.paths)


def _of_others(owners: Ownership, path: str, model: str) -> str:
    """Return the code of a module that is another resource's; what is nobody's only wires it."""
    owner = owners.of_module(path)
    if owner is not None:
        return "" if owner == model else owners.modules.text(path)
    lines = owners.modules.text(path).splitlines()
    theirs = (
        s for s in owners.modules.outline(path) if owners.of_statement(path, s) not in (None, model)
    )
    return "\n".join("\n".join(lines[s.start - 1 : s.end]) for s in theirs)


def _text(owners: Ownership, part: Part, without: Statement) -> str:
    """Return the code of a part without one of its statements."""
    lines = owners.modules.text(part.path).splitlines()
    kept = [s for s in part.statements if s is not without]
    return "\n".join("\n".join(lines[s.start - 1 : s.end]) for s in kept)


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
