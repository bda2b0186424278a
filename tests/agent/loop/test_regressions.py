"""Faults that a model may plant, each of them found by what proves a change before any report.

Judged as the loop does it: everything but the probe first, and the probe where nothing was found.
"""

import os
import shutil
import sys
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backwright.agent.loop.evidence import Baseline, Evidence
from backwright.agent.loop.judge import Case, judge
from backwright.workshop import ChangeSet, FileEdit

DESK = Path(__file__).parent / "desk"
REGRESSIONS: list[dict[str, Any]] = tomllib.loads((DESK / "regressions.toml").read_text())[
    "regression"
]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project, outside of every repository."""
    folder = tmp_path_factory.mktemp("regressions") / "desk"
    return Path(shutil.copytree(DESK / "before", folder))


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the project in our own environment, which has all that it needs."""
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    monkeypatch.setenv("PATH", os.pathsep.join([f"{sys.prefix}/bin", os.environ["PATH"]]))


@pytest.fixture(scope="module")
def known() -> dict[str, Baseline]:
    """What was seen of the project as it was: looked at once."""
    return {}


def planted(root: Path, regression: dict[str, Any]) -> ChangeSet:
    """Return a regression as a change."""
    edits: dict[str, tuple[bytes | None, bytes | None]] = {}
    wanted = [(regression["file"], regression.get("old"), regression["new"])]
    for path, old, new in (*wanted, *regression.get("also", [])):
        file = root / path
        there = file.read_bytes() if file.exists() else None
        before, now = edits.get(path, (there, there))
        if old is None:
            edits[path] = before, new.encode() or None
            continue
        assert now is not None
        assert now.count(old.encode()) == 1, f"{path}: {old!r}"
        edits[path] = before, now.replace(old.encode(), new.encode())
    return ChangeSet(tuple(FileEdit(path, *sides) for path, sides in edits.items()))


def seen(root: Path, changes: ChangeSet, known: dict[str, Baseline]) -> Evidence:
    """Judge a change, quickly first."""
    case = Case(root, changes, known.get("baseline", Baseline()), "quick")
    evidence = judge(case)
    known["baseline"] = evidence.baseline
    if not evidence.failures:
        evidence = judge(replace(case, baseline=evidence.baseline, scope="probe"))
        known["baseline"] = evidence.baseline
    return evidence


def test_there_are_fifty_and_each_can_be_planted(root: Path) -> None:
    assert len(REGRESSIONS) >= 50
    assert len({one["name"] for one in REGRESSIONS}) == len(REGRESSIONS)
    for one in REGRESSIONS:
        assert planted(root, one), one["name"]


@pytest.mark.slow
@pytest.mark.parametrize("regression", REGRESSIONS, ids=lambda one: one["name"])
def test_it_is_found(root: Path, known: dict[str, Baseline], regression: dict[str, Any]) -> None:
    evidence = seen(root, planted(root, regression), known)
    assert evidence.failures, [(one.check, one.verdict, one.detail) for one in evidence.checks]


@pytest.mark.slow
def test_what_is_no_fault_is_none(root: Path, known: dict[str, Baseline]) -> None:
    """The control of all above: a harmless change holds."""
    harmless = {"file": "app/main.py", "old": 'title="Desk"', "new": 'title="The desk"'}
    evidence = seen(root, planted(root, harmless), known)
    assert not evidence.failures, evidence.failures
    assert evidence.whole
