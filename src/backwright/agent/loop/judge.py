"""The judge: a program that runs inside a boundary of its own, and says what holds of a change.

It is given the project as it was, where nobody can write, and the change as data. What a model left
running is not there; what it wrote is run here and nowhere else. One JSON document goes each way.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from backwright.agent.loop.evidence import NEEDED, Baseline, Evidence
from backwright.agent.loop.witnesses import checklist, kept_tests, live, reading
from backwright.errors import BackwrightError
from backwright.project import read_project
from backwright.project.types import Project
from backwright.report.events import silence
from backwright.report.jsonable import jsonable
from backwright.tasks.change import Workplace, workplace
from backwright.values import Check, Note
from backwright.workshop import ChangeSet, verify
from backwright.workshop.checks.tests import is_added, last_report
from backwright.workshop.staging import copy_project

Scope = Literal["all", "quick", "probe"]


@dataclass(frozen=True, slots=True)
class Case:
    """What is to be judged.

    Attributes:
        root: The project as it was.
        changes: The change.
        baseline: What is known of the project as it was.
        scope: `all`; `quick` leaves out the probe; `probe` is the probe alone, after a quick one.
    """

    root: Path
    changes: ChangeSet
    baseline: Baseline = field(default_factory=Baseline)
    scope: Scope = "all"


def judge(case: Case) -> Evidence:
    """Judge a change: by reading first, then by running it, unless reading found it wrong.

    Raises:
        BackwrightError: the project as it was cannot be run at all.
    """
    with workplace(case.root, "judge", silence) as place:
        if case.scope == "probe":
            return _probed(place, case)
        read = _read(place, case)
        if read.evidence.refuted:
            return replace(read.evidence, checks=(*read.evidence.checks, *_not_run(read.evidence)))
        return _run(place, case, read)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What reading tells: the project before and after, and what follows from that."""

    before: Project
    after: Project
    evidence: Evidence


def _read(place: Workplace, case: Case) -> _Reading:
    """Put the change into the copy, and read what it has become."""
    original = copy_project(place.root, place.staging.scratch / "as-it-was", place.staging.scratch)
    before = read_project(original.folder)
    place.staging.apply(case.changes)
    after = read_project(place.folder)
    files = tuple(edit.path for edit in case.changes.edits if edit.after is not None)
    found, notes = checklist.checklist(
        checklist.audited(before, before), checklist.audited(after, before), before
    )
    lost = reading.lost(before, after)
    guards, wired = reading.guarded(before, after), reading.wired(before, after, files)
    evidence = Evidence(
        checks=(lost, guards, wired, found),
        endpoints=_endpoints(before, after),
        files=_files(original.folder, place.folder),
        notes=(*reading.places(before, after), *notes),
        baseline=case.baseline,
        may_be_overruled=("nothing-lost",) if lost.verdict == "fail" else (),
    )
    return _Reading(before, after, evidence)


def _not_run(evidence: Evidence) -> Iterator[Check]:
    """Say of what is needed why it was not tried."""
    name = evidence.failures[-1].check
    for check in NEEDED:
        yield Check(check, "skipped", 0.0, f"not made, because `{name}` failed")


def _run(place: Workplace, case: Case, read: _Reading) -> Evidence:
    """Run the changed project, and hold it against the project as it was."""
    tests = case.baseline.tests
    baseline = replace(
        case.baseline, tests=kept_tests.passing_before(place) if tests is None else tests
    )
    changed = place.reread()
    checks = list(_verified(changed, case.changes, read.before, read.after))
    overruled = read.evidence.may_be_overruled
    if not any(one.verdict == "fail" for one in checks):
        kept, edited = kept_tests.kept(changed, case.changes, baseline)
        checks.append(kept)
        overruled += ("kept-tests",) if edited else ()
    passed, added = _counted(changed, case.changes, read.before.root)
    evidence = replace(
        read.evidence,
        checks=(*read.evidence.checks, *checks),
        passed=passed,
        added=added,
        baseline=baseline,
        may_be_overruled=overruled,
    )
    if case.scope == "quick" or evidence.refuted:
        return evidence
    check, known = _live(place, changed, baseline)
    return replace(evidence, checks=(*evidence.checks, check), baseline=known, whole=True)


def _probed(place: Workplace, case: Case) -> Evidence:
    """Make the probe alone."""
    place.staging.apply(case.changes)
    check, known = _live(place, place.reread(), case.baseline)
    return Evidence(checks=(check,), baseline=known, whole=True)


def _live(place: Workplace, changed: Workplace, baseline: Baseline) -> tuple[Check, Baseline]:
    """Probe the changed project; the project as it was too, unless that is known."""
    if baseline.probe is None:
        baseline = replace(baseline, probe=live.probed_before(place))
    return live.live(changed, baseline.probe), baseline


def _verified(
    place: Workplace, changes: ChangeSet, before: Project, after: Project
) -> tuple[Check, ...]:
    """Make the engine's own checks, with what is new."""
    tests = tuple(
        edit.path
        for edit in changes.edits
        if edit.after is not None and reading.is_test(edit.path) and _holds_tests(edit.path)
    )
    endpoints = tuple((one.method, one.path) for one in reading.added(before, after))
    bench = place.bench(changes, new_tests=tests, expected_endpoints=endpoints)
    return verify(bench)


def _holds_tests(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.endswith(".py") and (name.startswith("test_") or name.endswith("_test.py"))


def _counted(place: Workplace, changes: ChangeSet, original: Path) -> tuple[int, int]:
    """Return how many tests passed, and how many of them are new."""
    report = last_report(place.bench(changes))
    passed = report.with_verdict("passed")
    return len(passed), sum(is_added(original, report.cases[key]) for key in passed)


def _endpoints(before: Project, after: Project) -> tuple[tuple[str, str], ...]:
    pairs = (*before.endpoints, *after.endpoints)
    return tuple(sorted({(one.method, one.path) for one in pairs}))


def _files(*folders: Path) -> tuple[str, ...]:
    found = {
        path.relative_to(folder).as_posix() for folder in folders for path in folder.rglob("*.py")
    }
    return tuple(sorted(found))


def read_case(order: Mapping[str, Any]) -> Case:
    """Read what is to be judged."""
    baseline = order["baseline"]
    return Case(
        root=Path(order["root"]),
        changes=ChangeSet.from_json(order["changes"]),
        baseline=Baseline(*(None if one is None else tuple(one) for one in baseline)),
        scope=order["scope"],
    )


def main() -> None:
    """Judge what stdin says, and print the evidence as the last line of stdout."""
    try:
        evidence = judge(read_case(json.load(sys.stdin)))
    except BackwrightError as error:
        checks = (Check("project", "fail", 0.0, error.message),)
        evidence = Evidence(checks=checks, notes=(Note("", 0, error.remedy),))
    sys.stdout.write(f"{json.dumps(jsonable(evidence))}\n")


if __name__ == "__main__":
    main()
