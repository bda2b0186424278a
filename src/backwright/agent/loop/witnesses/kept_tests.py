"""The tests that passed before pass now: as they are, and as they were before they were edited."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from backwright.agent.loop.evidence import Baseline
from backwright.agent.loop.witnesses.reading import is_test
from backwright.tasks.change import Workplace
from backwright.values import Check
from backwright.workshop import ChangeSet, prepare, verify
from backwright.workshop.checks.tests import Report, last_report

_SETTINGS = (
    *("pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "tox.ini", "setup.cfg"),
    *("pyproject.toml", "conftest.py", "sitecustomize.py", "usercustomize.py"),
)
_SHOWN = 5


def passing_before(place: Workplace) -> tuple[str, ...]:
    """Run the tests of the project as it was; return those that pass."""
    return tuple(sorted(_passing(place, ChangeSet())))


def _passing(place: Workplace, changes: ChangeSet) -> set[str]:
    """Run the tests in a copy of their own, with a change or without; return those that pass."""
    with prepare(place.root) as staging:
        staging.apply(changes)
        bench = replace(place, staging=staging).bench(changes)
        verify(bench, only=("imports", "migrations", "tests"))
        return set(last_report(bench).with_verdict("passed"))


def kept(place: Workplace, changes: ChangeSet, baseline: Baseline) -> tuple[Check, tuple[str, ...]]:
    """Tell whether what passed before still passes.

    Returns:
        The check, and the tests that the change edits so that they do not hold any more.
    """
    started = time.monotonic()
    before = set(baseline.tests or ())
    if not before:
        return Check("kept-tests", "skipped", 0.0, "no test passed before"), ()
    after = last_report(place.bench(changes))
    lost = before - set(after.with_verdict("passed"))
    edited = _edited(changes)
    gone = sorted(key for key in lost if _file(key) not in edited)
    changed = sorted(lost - set(gone))
    if edited and not gone:
        changed = sorted({*changed, *_as_they_were(place, changes, edited, before)})
    seconds = round(time.monotonic() - started, 3)
    if gone:
        why = f"passed before, and now {_fate(after, gone)}: {_named(gone)}"
        return Check("kept-tests", "fail", seconds, why), ()
    if changed:
        why = f"no longer hold as they were written, and were edited: {_named(changed)}"
        return Check("kept-tests", "fail", seconds, why), tuple(changed)
    told = f"{len(before)} tests that passed before pass now"
    return Check("kept-tests", "pass", seconds, told), ()


def _edited(changes: ChangeSet) -> set[str]:
    """Return the files of a change that decide over tests that were there before.

    Those are the tests, and what pytest reads before any test, be it new.
    """
    return {
        edit.path
        for edit in changes.edits
        if (edit.before is not None and is_test(edit.path))
        or PurePosixPath(edit.path).name in _SETTINGS
    }


def _as_they_were(
    place: Workplace, changes: ChangeSet, edited: set[str], before: set[str]
) -> set[str]:
    """Return what fails where the tests are as they were before they were edited."""
    rest = ChangeSet(tuple(edit for edit in changes.edits if edit.path not in edited))
    return before - _passing(place, rest)


def _fate(after: Report, keys: Sequence[str]) -> str:
    """Say what became of the first test."""
    case = after.cases.get(keys[0])
    return "not run" if case is None else case.verdict


def _file(key: str) -> str:
    return key.partition("::")[0]


def _named(keys: Sequence[str]) -> str:
    more = f" and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else ""
    return ", ".join(f"{_file(key)}::{key.rpartition('::')[2]}" for key in keys[:_SHOWN]) + more
