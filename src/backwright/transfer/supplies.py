"""What only some resources need of the house's common modules: brought when used, else left out."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from backwright.source.imports import add_imports
from backwright.source.outline import Statement, imported_names, outline, used_names
from backwright.source.text import Splice, lines_between, splice
from backwright.transfer.declaration import import_of, wanted_imports
from backwright.transfer.draft import Draft
from backwright.transfer.exemplar import chain_of
from backwright.transfer.survey import survey
from backwright.transfer.without import prune_draft

# Modules of single definitions, and modules that are used as a whole or not at all.
_SHARED = ("app/fields.py", "app/columns.py")
_WHOLE = ("app/links.py", "app/trees.py")
WIDTH = 100


def leave_out_supplies(draft: Draft) -> None:
    """Take out of a draft what the application does not use, with the tests of it."""
    gone: set[str] = set()
    for path in _WHOLE:
        if draft.exists(path) and not _imported_from(draft, path):
            draft.remove(path)
            gone.add(_module(path))
    for path in _SHARED:
        while unused := _unused(draft, path, gone):
            gone |= {f"{_module(path)}.{name}" for name in unused}
    prune_draft(draft, (), gone)


def bring_supplies(host: Draft, house: Draft) -> list[str]:
    """Put into a project what its modules use of the house's common ones, and it lacks.

    With it come the house's tests of it. Return the files that this changed.
    """
    made = []
    for path in filter(house.exists, (*_WHOLE, *_SHARED)):
        wanted = _imported_from(host, path)
        if not wanted:
            continue
        before = host.text(path) if host.exists(path) else None
        learnt = house.text(path)
        after = learnt if before is None else _with(before, learnt, wanted)
        if after != before:
            host.write(path, after)
            new = _defined(after) - _defined(before or "")
            made += [path, *_bring_tests(host, house, {f"{_module(path)}.{name}" for name in new})]
    return list(dict.fromkeys(made))


def _defined(code: str) -> set[str]:
    return {name for statement in outline(code) for name in statement.names}


def _bring_tests(host: Draft, house: Draft, brought: Collection[str]) -> Iterator[str]:
    """Put the house's tests of what was brought into a project; those of resources are their own."""
    of_resources = {path for table in survey(house).resources for path in chain_of(table.names)}
    for path in [p for p in house.modules() if p.startswith("tests/test_")]:
        learnt = house.text(path)
        wanted = set() if path in of_resources else _tests_of(learnt, brought)
        if not wanted:
            continue
        before = host.text(path) if host.exists(path) else _heading(learnt)
        after = _with(before, learnt, wanted)
        if after != before:
            host.write(path, after)
            yield path


def _tests_of(code: str, brought: Collection[str]) -> set[str]:
    """Return the tests of a module that use something directly or by the module's constants."""
    reached = {name for name, origin in imported_names(code).items() if origin in brought}
    statements = outline(code)
    while True:
        users = {n for s in statements if used_names(s.node) & reached for n in s.names} - reached
        if not users:
            return {name for name in reached if name.startswith("test_")}
        reached |= users


def _heading(code: str) -> str:
    """Return the docstring of a module."""
    first = ast.parse(code).body[0]
    return lines_between(code, 1, first.end_lineno or 1)


def _module(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".")


def _imported_from(draft: Draft, path: str) -> set[str]:
    """Return the names that an application's modules import from one of them, and use."""
    module = _module(path)
    found: set[str] = set()
    for other in draft.modules():
        if other.startswith("tests/") or module not in draft.text(other):
            continue
        tree = ast.parse(draft.text(other))
        imports = [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
        names = {a.name for n in imports if n.module == module for a in n.names}
        found |= names & used_names(tree)
    return found


def _unused(draft: Draft, path: str, gone: Collection[str]) -> set[str]:
    """Return the names that no module imports and no definition uses, but those that go too."""
    wanted = _imported_from(draft, path)
    statements = [
        s
        for s in outline(draft.text(path))
        if s.names and not any(f"{_module(path)}.{name}" in gone for name in s.names)
    ]
    own = {name for s in statements for name in s.names}
    unused = [s for s in statements if not _subjects(s, None) and wanted.isdisjoint(s.names)]
    unused = [s for s in unused if not any(_uses(o, s, own) for o in statements if o is not s)]
    names = {name for s in unused for name in s.names}
    return names | {n for s in statements if _subjects(s, own) & names for n in s.names}


def _uses(one: Statement, other: Statement, own: set[str]) -> bool:
    names = set(other.names)
    return bool(used_names(one.node) & names) and not _subjects(one, own) & names


def _subjects(statement: Statement, own: set[str] | None) -> set[str]:
    """Return what a function registers itself for: `@compiles(linked_ids, …)`; of `own` ones."""
    decorators = getattr(statement.node, "decorator_list", [])
    calls = [d for d in decorators if isinstance(d, ast.Call) and d.args]
    names = {n for call in calls for n in used_names(call.args[0])}
    return names if own is None else names & own


def _with(code: str, learnt: str, wanted: set[str]) -> str:
    """Return a module with the definitions that are wanted of another, and what those need."""
    there = {name for s in outline(code) for name in s.names} | set(imported_names(code))
    missing = list(_needed(learnt, wanted - there, there))
    for statement in missing:
        code = _placed(code, learnt, statement)
    origins = imported_names(learnt)
    used = {name for s in missing for name in used_names(s.node) if name in origins}
    return add_imports(code, wanted_imports(import_of(n, origins[n]) for n in used), width=WIDTH)


def _needed(learnt: str, names: set[str], there: set[str]) -> Iterator[Statement]:
    """Yield the statements that define names, and those that they need, in order."""
    statements = outline(learnt)
    needed = set(names)
    while True:
        own = {name for s in statements for name in s.names}
        chosen = [s for s in statements if needed & {*s.names, *_subjects(s, own)}]
        more = {n for s in chosen for n in used_names(s.node)} & own - needed - there
        if not more:
            yield from chosen
            return
        needed |= more


def _placed(code: str, learnt: str, statement: Statement) -> str:
    """Put a statement behind the one that it follows where it comes from, or before the next."""
    text = lines_between(learnt, statement.start, statement.end)
    here = {name: s for s in outline(code) for name in s.names}
    known = [s for s in outline(learnt) if set(s.names) & here.keys()]
    before = [s for s in known if s.end < statement.start]
    after = [s for s in known if s.start > statement.end]
    if not before and after:
        line = min(here[name].start for name in after[0].names if name in here)
        return splice(code, [Splice(line, line, f"{text}{_gap(learnt, after[0])}")])
    if not before:
        imports = [s for s in outline(code) if isinstance(s.node, ast.Import | ast.ImportFrom)]
        line = imports[-1].end + 1 if imports else len(code.splitlines()) + 1
        return splice(code, [Splice(line, line, f"\n{text}")])
    anchor = max(here[name].end for name in before[-1].names if name in here)
    return splice(code, [Splice(anchor + 1, anchor + 1, f"{_gap(learnt, statement)}{text}")])


def _gap(code: str, statement: Statement) -> str:
    lines = code.splitlines()
    line = statement.start - 1
    while line and not lines[line - 1].strip():
        line -= 1
    return "\n" * (statement.start - 1 - line)
