"""Carried tests that do not fit: they fail although the endpoints work, and are left out, noted."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence

from backwright.host.process import run
from backwright.source.fallback import tree_of
from backwright.source.text import Splice, decode, encode, lines_between, splice
from backwright.tasks.change import Workplace
from backwright.tasks.tidy import ruff_program
from backwright.values import Check, Note
from backwright.workshop.checks.tests import Case, failed_cases, is_added

Function = ast.FunctionDef | ast.AsyncFunctionDef


def only_new_tests_fail(checks: Sequence[Check], cases: Sequence[Case]) -> bool:
    """Tell whether all that is wrong with a change is that new tests fail."""
    return [one.check for one in checks if one.verdict == "fail"] == ["tests"] and bool(cases)


def unfit_cases(place: Workplace, new_tests: Collection[str]) -> list[Case]:
    """Return the tests that the change has added and that failed in the last run of the tests."""
    found = failed_cases(place.staging, place.facts.test_run_folder)
    return [one for one in found if one.file in new_tests and is_added(place.root, one)]


def leave_out(place: Workplace, cases: Sequence[Case]) -> list[Note]:
    """Take tests out of the staged files; return a note for each, with what it had to say."""
    notes = []
    for path in sorted({case.file for case in cases}):
        file = place.folder / path
        names = {_function(case): case for case in cases if case.file == path}
        code = decode(file.read_bytes())
        doomed = [n for n in _tests(tree_of(code)) if n.name in names]
        for node in doomed:
            said = names[node.name].message.strip().splitlines()
            why = next((line for line in said if line.startswith("E ")), said[-1] if said else "")
            notes.append(Note(path, 0, f"`{node.name}` was not carried: {why[1:].strip()}"))
        file.write_bytes(encode(_without(code, doomed)))
        _drop_unused_imports(place, path)
    return notes


def remove_hollow(place: Workplace, paths: Collection[str]) -> set[str]:
    """Return the modules in which no test is left; those that the change brought are removed."""
    hollow = set()
    for path in paths:
        file = place.folder / path
        if any(n.name.startswith("test") for n in _tests(tree_of(decode(file.read_bytes())))):
            continue
        hollow.add(path)
        if not (place.root / path).is_file():
            file.unlink()
    return hollow


def _function(case: Case) -> str:
    return case.name.partition("[")[0]


def _tests(tree: ast.Module) -> list[Function]:
    classes = [n for n in tree.body if isinstance(n, ast.ClassDef)]
    bodies = [tree.body, *(one.body for one in classes)]
    return [n for body in bodies for n in body if isinstance(n, Function)]


def _without(code: str, doomed: Sequence[Function]) -> str:
    """Return a module without some functions, and without classes that held nothing else."""
    gone = set(doomed)
    nodes: list[ast.stmt] = []
    for node in tree_of(code).body:
        if isinstance(node, ast.ClassDef):
            inside = [n for n in _tests(ast.Module([node], [])) if _same(n, gone)]
            rest = [n for n in node.body if n not in inside and not isinstance(n, ast.Expr)]
            nodes += inside if rest else [node]
        elif _same(node, gone):
            nodes.append(node)
    return splice(code, [_cut(code, node) for node in nodes])


def _same(node: ast.stmt, gone: Collection[Function]) -> bool:
    return any(node.lineno == one.lineno for one in gone)


def _cut(code: str, node: ast.stmt) -> Splice:
    """Take a definition with its decorators and the blank lines before it."""
    decorators = getattr(node, "decorator_list", [])
    start = min([node.lineno, *(one.lineno for one in decorators)])
    while start > 1 and not lines_between(code, start - 1, start - 1).strip():
        start -= 1
    return Splice(start, (node.end_lineno or node.lineno) + 1, "")


def _drop_unused_imports(place: Workplace, path: str) -> None:
    """Take out the imports that nothing in a new file uses any more; an older file keeps its own."""
    if (place.root / path).is_file():
        return
    words = ["check", "--isolated", "--quiet", "--no-cache", "--fix", "--select=F401", path]
    run([str(ruff_program()), *words], cwd=place.folder)
