"""A project's own tests, as they were: where what they say of a new field fails, it is taken back.

A new field is said beside the others in the tests that are there, too. A test may send or expect
what the exemplar's fields alone allow; then it stays as its people wrote it, and that is noted. What
the change breaks fails without our words as well, and is no less refused for it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence

from backwright.errors import VerificationError
from backwright.project.apps import is_test
from backwright.source.fallback import tree_of
from backwright.source.text import Splice, decode, encode, lines_between, splice
from backwright.tasks.change import Workplace, changes_of
from backwright.values import Check, Note
from backwright.workshop import ChangeSet
from backwright.workshop.checks.tests import Case, failed_cases

Function = ast.FunctionDef | ast.AsyncFunctionDef
Prove = Callable[[ChangeSet], tuple[Check, ...]]


def proved_with_own_tests(
    place: Workplace, changes: ChangeSet, prove: Prove
) -> tuple[ChangeSet, tuple[Check, ...], list[Note]]:
    """Verify a change; where edited tests fail, first each of them and then all are as they were.

    Raises:
        VerificationError: the change did not verify with the tests as they were, either.
        QuestionError: something could not be proved, and the user has not agreed to that.
        MissingError: something that a check needs is not there.
    """
    notes: list[Note] = []
    for restore in (_restore_failed, _restore_all):
        try:
            return changes, prove(changes), notes
        except VerificationError as error:
            bad = [one.check for one in error.checks if one.verdict == "fail"]
            more = restore(place, changes) if bad == ["tests"] else []
            if not more:
                raise
            notes += more
            changes = changes_of(place, changes.paths, {e.path: e.reason for e in changes.edits})
            changes = ChangeSet(tuple(e for e in changes.edits if e.before != e.after))
    return changes, prove(changes), notes


def _edited_tests(place: Workplace, changes: ChangeSet) -> list[str]:
    return [p for p in changes.paths if is_test(p) and (place.root / p).is_file()]


def _restore_failed(place: Workplace, changes: ChangeSet) -> list[Note]:
    """Put back each test that failed and was edited; return a note for each."""
    notes: list[Note] = []
    failed = failed_cases(place.staging, place.facts.test_run_folder)
    for path in _edited_tests(place, changes):
        cases = {_name(case): case for case in failed if case.file == path}
        old, new = decode((place.root / path).read_bytes()), place.folder / path
        code, names = _with_old(decode(new.read_bytes()), old, cases)
        if names:
            new.write_bytes(encode(code))
            notes += [_note(path, name, cases[name]) for name in names]
    return notes


def _restore_all(place: Workplace, changes: ChangeSet) -> list[Note]:
    """Put back every edited file of tests; what they share may be what fails."""
    notes = []
    for path in _edited_tests(place, changes):
        before = (place.root / path).read_bytes()
        if (place.folder / path).read_bytes() != before:
            (place.folder / path).write_bytes(before)
            notes.append(
                Note(path, 1, "these tests do without the new fields: with them, they fail")
            )
    return notes


def _with_old(code: str, old: str, cases: Mapping[str, Case]) -> tuple[str, list[str]]:
    """Return a module with some functions as they were, and which of them were otherwise."""
    there = {(owner, node.name): node for owner, node in _functions(old)}
    splices, names = [], []
    for owner, node in _functions(code):
        before = there.get((owner, node.name))
        if node.name not in cases or before is None:
            continue
        text = lines_between(old, _first(before), before.end_lineno or before.lineno)
        if lines_between(code, _first(node), node.end_lineno or node.lineno) != text:
            splices.append(Splice(_first(node), (node.end_lineno or node.lineno) + 1, text))
            names.append(node.name)
    return (splice(code, splices) if splices else code), names


def _functions(code: str) -> Sequence[tuple[str, Function]]:
    tree = tree_of(code)
    found = [("", node) for node in tree.body if isinstance(node, Function)]
    for cls in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        found += [(cls.name, node) for node in cls.body if isinstance(node, Function)]
    return found


def _first(node: Function) -> int:
    return min([node.lineno, *(one.lineno for one in node.decorator_list)])


def _name(case: Case) -> str:
    return case.name.partition("[")[0]


def _note(path: str, name: str, case: Case) -> Note:
    said = case.message.strip().splitlines()
    why = next((line for line in said if line.startswith("E ")), said[-1] if said else "")
    return Note(path, 0, f"`{name}` stays as it was: with the new fields, {why[1:].strip()}")
