"""Every case of the matrix gives a project that starts, passes its tests, type-checks and lints."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.matrix.cases import ADDED_TO_EXEMPLARS, CASES, Case

EVERYDAY = {"sqlite-no-auth"}  # the quickest case; the others run with `make test-all`
PROOFS = {"imports", "lint", "migrations", "starts", "tests", "types"}


def backwright(*words: str, folder: Path) -> dict[str, object]:
    command = [sys.executable, "-m", "backwright", *words, "--json", "--quiet"]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=1800, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    document: dict[str, object] = json.loads(done.stdout)
    return document


def assert_proved(document: dict[str, object]) -> None:
    checks = document["verified"]
    assert isinstance(checks, list)
    verdicts = {check["check"]: check["verdict"] for check in checks}
    assert {name for name, verdict in verdicts.items() if verdict == "pass"} >= PROOFS, checks


def add(spec: str, *options: str, folder: Path) -> dict[str, object]:
    done = backwright("add", "resource", *spec.split(), *options, folder=folder)
    assert_starts(folder)
    return done


def assert_starts(project: Path) -> None:
    """What was proved in a copy holds of the project, too: it has all that the copy had."""
    command = [project / ".venv" / "bin" / "python", "-c", "import app.main"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(c, id=c.name, marks=[] if c.name in EVERYDAY else pytest.mark.slow)
        for c in CASES
    ],
)
def test_new(case: Case, tmp_path: Path) -> None:
    specs = [word for spec in case.resources for word in ("--resource", spec)]
    assert_proved(backwright("new", case.name, *specs, *case.options, folder=tmp_path))
    project = tmp_path / case.name
    for spec in case.added:
        assert_proved(add(spec, folder=project))
        again = add(spec, folder=project)
        assert again["files"] == []
    for python in project.rglob("*.py"):
        if ".venv" not in python.parts:
            assert "backwright" not in python.read_text().lower()


@pytest.mark.slow
def test_add_to_the_exemplars(tmp_path: Path) -> None:
    backwright("new", "house", folder=tmp_path)
    for spec, options in ADDED_TO_EXEMPLARS:
        assert_proved(add(spec, *options, folder=tmp_path / "house"))
