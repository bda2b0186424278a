"""`backwright doctor` as its users meet it: exit codes, JSON, nothing written, nothing kept."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.doctor.cases import CLINIC, NOW, signed

LOG = CLINIC / "logs" / "own_error.log"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CLINIC / "bases" / "sync", tmp_path / "project"))


def doctor(project: Path, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "backwright", "doctor", "--project", str(project), *words],
        capture_output=True,
        text=True,
        input=stdin,
        check=False,
    )


def files(project: Path) -> dict[str, bytes]:
    return {str(one): one.read_bytes() for one in project.rglob("*") if one.is_file()}


def test_a_cause_is_exit_1_and_stands_in_the_json(project: Path) -> None:
    before = files(project)
    done = doctor(project, "--log", str(LOG), "--json")
    assert done.returncode == 1, done.stderr
    document = json.loads(done.stdout)
    assert (document["schema"], document["command"]) == (1, "doctor")
    assert document["cause"] == document["causes"][0]
    assert document["cause"]["count"] == 3
    assert document["groups"][0]["request"] == "GET /health"
    assert [one["check"] for one in document["checks"]][:3] == ["logs", "database", "endpoints"]
    assert files(project) == before


def test_a_log_without_errors_is_a_clean_bill(project: Path) -> None:
    done = doctor(project, "--log", "-", stdin="INFO:     Application startup complete.\n")
    assert done.returncode == 0, done.stdout
    assert "no cause was found" in done.stdout


def test_a_log_that_is_not_there_is_exit_2_with_a_remedy(project: Path) -> None:
    done = doctor(project, "--log", str(project / "nothing.log"))
    assert done.returncode == 2
    assert "nothing.log cannot be read" in done.stderr
    assert "remedy:" in done.stderr


def test_a_token_is_read_and_never_repeated(project: Path) -> None:
    token = signed({"sub": "1", "iat": NOW - 7_260, "exp": NOW - 3_660})
    done = doctor(project, "--token", token)
    assert done.returncode == 1
    assert "ended 1 hour ago" in done.stdout
    assert token not in done.stdout + done.stderr
    assert token.rpartition(".")[2] not in done.stdout + done.stderr


def test_a_good_token_has_nothing_wrong(project: Path) -> None:
    token = signed({"sub": "1", "iat": NOW, "exp": NOW + 600})
    done = doctor(project, "--token", token)
    assert done.returncode == 0, done.stdout


def test_an_origin_that_is_allowed_and_one_that_is_not(project: Path) -> None:
    assert doctor(project, "--origin", "http://localhost:3000").returncode == 0
    done = doctor(project, "--origin", "http://localhost:5173")
    assert done.returncode == 1
    assert "another port" in done.stdout


def test_a_server_elsewhere_is_not_asked_unasked(project: Path) -> None:
    done = doctor(project, "--url", "https://api.example.com")
    assert done.returncode == 2
    assert "--allow-remote" in done.stderr


def test_a_server_that_does_not_answer_is_exit_5(project: Path) -> None:
    done = doctor(project, "--url", "http://127.0.0.1:1")
    assert done.returncode == 5
    assert "does not answer" in done.stderr
