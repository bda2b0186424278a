"""What of a chain is repeated: neither what nobody uses, nor what goes beyond the five verbs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from backwright.project.types import Endpoint
from backwright.source.outline import Statement
from backwright.source.text import lines_between
from backwright.transfer.example.chain import Chain, Part
from backwright.transfer.example.modules import dotted, is_test
from backwright.transfer.example.ownership import Ownership
from backwright.transfer.paths import verb_of
from backwright.values import Note

VERBS = ("list", "get", "create", "update", "delete")
_CONTAINERS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_ASSIGNMENTS = (ast.Assign, ast.AnnAssign)
_NAMED = (*_CONTAINERS, *_ASSIGNMENTS)
_PAGE = re.compile(r"\bTemplateResponse\(|\brender_template\(")


def verbs(endpoints: Iterable[Endpoint]) -> Mapping[str, Endpoint]:
    """Return which endpoint does which of the five things, the shortest path first."""
    found: dict[str, Endpoint] = {}
    for endpoint in sorted(endpoints, key=lambda e: (len(e.path.split("/")), e.line)):
        name = verb_of(endpoint.method, endpoint.path)
        if name:
            found.setdefault(name, endpoint)
    return found


def cleared(owners: Ownership, chain: Chain) -> Chain:
    """Return a chain without what nobody uses for the resource, and notes of it."""
    beyond = _beyond(owners, chain)
    notes = [_told(part) for part in beyond if part.role == "routes"]
    actions = _actions(owners, chain)
    notes += [_left(owners, path, one) for path, one in actions]
    parts = []
    for part in chain.parts:
        if part in beyond:
            continue
        part = _without(part, [one for path, one in actions if path == part.path])
        if part.whole and _is_dead(owners, part):
            text = "nothing uses this module: it has no like for the new resource"
            notes.append(Note(part.path, 1, text))
        else:
            parts.append(part)
    loose = _loose(owners, chain, parts)
    used = [_without(part, loose) for part in parts]
    kept = [_with_used(owners, part, used, chain.model.name, beyond) for part in parts]
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


def _with_used(
    owners: Ownership, part: Part, parts: list[Part], model: str, beyond: Sequence[Part]
) -> Part:
    """Leave out of a shared module what only other resources use: it is theirs."""
    if part.whole:
        return part
    kinds = _ASSIGNMENTS if part.role in ("test", "fixture", "routes") else _NAMED
    kept = tuple(
        s
        for s in part.statements
        if not isinstance(s.node, kinds) or not _is_for_others(owners, s, parts, model, beyond)
    )
    return replace(part, statements=kept)


def _is_for_others(
    owners: Ownership, statement: Statement, parts: list[Part], model: str, beyond: Sequence[Part]
) -> bool:
    if not statement.names or statement.names[0] in {m.name for m in owners.project.models}:
        return False
    word = re.compile(rf"\b{re.escape(statement.names[0])}\b")
    by_us = any(word.search(_text(owners, p, statement)) for p in parts)
    if by_us:
        return False
    if any(word.search(_text(owners, p, statement)) for p in beyond):
        return True
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


def _beyond(owners: Ownership, chain: Chain) -> list[Part]:
    """Return the parts that are there for other endpoints than the five that are learnt from.

    These are modules of routes with none of the five, where others have them, and what stands in
    modules that only these use.
    """
    chosen = {(e.file, e.line) for e in verbs(chain.endpoints).values()}
    lines = {(e.file, e.line) for e in chain.endpoints}
    routes = [p for p in chain.parts if any(_holds(p, *one) for one in lines)]
    gone = [p for p in routes if not any(_holds(p, *one) for one in chosen)]
    if len(gone) == len(routes):
        return []
    while more := [p for p in chain.parts if p not in gone and _is_only_for(owners, p, gone)]:
        gone += more
    return gone


def _actions(owners: Ownership, chain: Chain) -> list[tuple[str, Statement]]:
    """Return the endpoints beyond the five that need what is another resource's: `deposit` to one.

    So do those that answer with a page: its template is the exemplar's.
    """
    chosen = {(e.file, e.line) for e in verbs(chain.endpoints).values()}
    found = []
    for part in chain.parts:
        theirs = _theirs(owners, part.path, chain.model.name)
        for statement in part.statements:
            lines = range(statement.start, statement.end + 1)
            here = [e for e in chain.endpoints if e.file == part.path and e.line in lines]
            code = lines_between(owners.modules.text(part.path), statement.start, statement.end)
            if not here or part.role == "test":
                continue
            is_extra = not any((e.file, e.line) in chosen for e in here)
            if _PAGE.search(code) or (is_extra and theirs & set(re.findall(r"\w+", code))):
                found.append((part.path, statement))
    return found


def _theirs(owners: Ownership, path: str, model: str) -> set[str]:
    """Return the names that a module imports from modules of other resources, which are no users'."""
    user = owners.project.auth.user_model
    return {
        alias.asname or alias.name
        for _, alias, file in owners.modules.imports(path)
        if owners.of_module(file) not in (None, model, user)
    }


def _left(owners: Ownership, path: str, statement: Statement) -> Note:
    code = lines_between(owners.modules.text(path), statement.start, statement.end)
    why = "answers with a page of its own" if _PAGE.search(code) else "is about others' rows, too"
    name = statement.names[0] if statement.names else "this"
    return Note(path, statement.start, f"`{name}` {why}: it is not repeated")


def _holds(part: Part, file: str, line: int) -> bool:
    return part.path == file and any(s.start <= line <= s.end for s in part.statements)


def _is_only_for(owners: Ownership, part: Part, gone: Sequence[Part]) -> bool:
    """Tell whether only modules that are left out import a whole module of service or schemas."""
    if not part.whole or part.role not in ("service", "schema", "other"):
        return False
    importers = owners.importers.get(part.path, frozenset())
    return bool(importers) and importers <= {p.path for p in gone if p.whole}


def _told(part: Part) -> Note:
    text = "what this does goes beyond making, reading, changing and removing: it is not repeated"
    return Note(part.path, part.line, text)
