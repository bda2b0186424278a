"""Everything is reached in APIs that let nobody in easily; what was done past them is said."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from backwright.host.server import serve
from backwright.probe.client import fetch_json
from backwright.probe.engine import Engine, Target
from backwright.probe.sqlite import SqliteOracle
from backwright.report.events import silence
from backwright.report.probe_types import Area, ProbeReport

KEY = "a-key-of-tests-that-is-long-enough-0123"


def probed(folder: Path, habit: str, area: Area = "endpoints") -> ProbeReport:
    file = folder / "rows.sqlite3"
    environment = {**os.environ, "HABIT": habit, "DATABASE_FILE": str(file)}
    words = [sys.executable, "-m", "uvicorn", "guarded:app", "--log-level", "warning", "--port"]
    here = Path(__file__).parent
    with serve(lambda port: [*words, str(port)], cwd=here, env=environment) as server:
        target = Target(
            "guarded", server.url, fetch_json(f"{server.url}/openapi.json"), SqliteOracle(file),
            keys=("another", KEY), hashed=lambda word: f"hash-of-{word}", log=server.log,
        )  # fmt: skip
        return Engine(target, silence, (area,)).run()


ROWS = "rows were put into the database, which the API did not make: categories"
ADMIN = "an administrator was made in the database: users.role = 'admin'"


@pytest.mark.parametrize(
    ("habit", "aid"),
    [
        ("", ADMIN),
        ("confirms", "accounts were activated in the database: users.is_verified"),
        ("no-registration", "users were put into the database, their passwords hashed by the project"),
        ("number", "the tokens that logins give have a number as subject"),
        ("mails", "POST /register answers 500, but the account is in the database, and was used"),
        ("administrators", ADMIN),
        ("renames", ADMIN),
    ],
)  # fmt: skip
def test_every_operation_is_reached(tmp_path: Path, habit: str, aid: str) -> None:
    report = probed(tmp_path, habit)
    verdicts = {
        f"{one.method} {one.path}": (one.verdict, one.why)
        for one in report.checks
        if one.check in ("answers", "server-error")
    }
    missed = {key for key, (verdict, _) in verdicts.items() if verdict != "pass"}
    assert missed == ({"POST /register"} if habit == "mails" else set()), verdicts
    assert ROWS in report.aids
    assert any(one.startswith(aid) for one in report.aids), report.aids


def test_a_service_that_is_not_here_is_no_fault_of_the_application(tmp_path: Path) -> None:
    report = probed(tmp_path, "mails")
    (found,) = (
        one for one in report.checks if one.path == "/register" and one.why.startswith("it")
    )
    assert found.verdict == "skipped"
    assert "ConnectionRefusedError" in found.why


@pytest.mark.parametrize(("habit", "found"), [("number", ["POST /token"]), ("", [])])
def test_tokens_that_open_nothing_are_a_finding(
    tmp_path: Path, habit: str, found: list[str]
) -> None:
    report = probed(tmp_path, habit, "auth")
    assert [
        f"{one.method} {one.path}" for one in report.failures if one.check == "token-opens-nothing"
    ] == found
