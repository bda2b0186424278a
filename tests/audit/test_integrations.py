"""The pre-commit hook and the action name words that the command takes, and fail as it does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FAULTY = """\
from fastapi import Depends, FastAPI, security
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI(dependencies=[Depends(security.HTTPBasic())])
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "main.py").write_text(FAULTY)
    return tmp_path


def environment(**words: str) -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, **words}


def action() -> dict[str, Any]:
    held: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
    return held


def step(name: str, **words: str) -> subprocess.CompletedProcess[str]:
    """Run a step of the action as a runner does."""
    code = next(one["run"] for one in action()["runs"]["steps"] if one.get("name") == name)
    bash = shutil.which("bash") or "bash"
    return subprocess.run(
        [bash, "-e", "-o", "pipefail", "-c", code], env=environment(**words), text=True,
        capture_output=True, check=False,
    )  # fmt: skip


def test_the_hook_fails_where_an_error_is(project: Path) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert hook["pass_filenames"] is False
    words = hook["entry"].split()
    done = subprocess.run(words, cwd=project, env=environment(), capture_output=True, check=False)
    assert done.returncode == 1
    (project / "main.py").write_text(FAULTY.replace('"*"', '"https://shop.example"'))
    done = subprocess.run(words, cwd=project, env=environment(), capture_output=True, check=False)
    assert done.returncode == 0


def test_the_action_shows_findings_and_fails(project: Path) -> None:
    words = {"PROJECT": str(project), "BASELINE": "", "FAIL_ON": "error"}
    done = step("Audit", **words)
    assert done.returncode == 1
    assert "::error file=main.py,line=5," in done.stdout


def test_the_action_writes_sarif_whatever_is_found(project: Path, tmp_path: Path) -> None:
    sarif = tmp_path / "found.sarif"
    done = step("Write SARIF", PROJECT=str(project), BASELINE="", SARIF=str(sarif))
    assert done.returncode == 0, done.stderr
    assert '"ruleId": "cors-any-origin-with-credentials"' in sarif.read_text()
    assert step("Write SARIF", PROJECT="/no/such", BASELINE="", SARIF=str(sarif)).returncode != 0


def test_each_input_is_used_and_each_use_is_an_input() -> None:
    text = (ROOT / "action.yml").read_text()
    used = {part.partition("}")[0].strip() for part in text.split("inputs.")[1:]}
    used = {one.split()[0] for one in used}
    assert used == set(action()["inputs"])
