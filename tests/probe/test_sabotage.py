"""What proves nothing is said to prove nothing: a probe of an API in which one thing goes wrong."""

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
from backwright.report.probe_types import ProbeReport


def probed(folder: Path, sabotage: str, *, seen: bool = True) -> ProbeReport:
    file = folder / "rows.sqlite3"
    environment = {**os.environ, "SABOTAGE": sabotage, "DATABASE_FILE": str(file)}
    words = [sys.executable, "-m", "uvicorn", "tiny:app", "--log-level", "warning", "--port"]
    here = Path(__file__).parent
    with serve(lambda port: [*words, str(port)], cwd=here, env=environment) as server:
        document = fetch_json(f"{server.url}/openapi.json")
        oracle = SqliteOracle(file) if seen else None
        target = Target("tiny", server.url, document, oracle, log=server.log)
        return Engine(target, silence, ("isolation",)).run()


def cell(report: ProbeReport, key: str, actor: str = "other") -> str:
    return next(
        one.cell for one in report.matrix if (f"{one.method} {one.path}", one.actor) == (key, actor)
    )


def test_a_clean_api_is_isolated_and_the_same_on_every_run(tmp_path: Path) -> None:
    runs = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        runs.append(probed(tmp_path / name, ""))
    assert runs[0].failures == ()
    assert {one.cell for one in runs[0].matrix if one.actor == "other"} == {"isolated"}
    assert runs[0].matrix == runs[1].matrix
    assert runs[0].requests == runs[1].requests


@pytest.mark.parametrize(
    ("sabotage", "key"),
    [
        ("fails", "GET /notes/{note_id}"),
        ("hurries", "GET /notes/{note_id}"),
        ("expires", "GET /notes/{note_id}"),
        ("empty", "GET /notes"),
    ],
)
def test_what_proves_nothing_is_not_called_isolated(
    tmp_path: Path, sabotage: str, key: str
) -> None:
    report = probed(tmp_path, sabotage)
    assert cell(report, key) == "not-proven"
    assert all(one.why for one in report.matrix)


@pytest.mark.parametrize("key", ["GET /notes/{note_id}", "DELETE /notes/{note_id}"])
def test_what_fails_as_for_what_never_was_is_kept(tmp_path: Path, key: str) -> None:
    assert cell(probed(tmp_path, "fails-alike"), key) == "isolated"


def test_a_leak_is_found_and_shown(tmp_path: Path) -> None:
    report = probed(tmp_path, "leaks")
    (failure,) = report.failures
    assert (failure.check, failure.method, failure.path) == (
        "other-reads",
        "GET",
        "/notes/{note_id}",
    )
    assert failure.curl.startswith("curl ")
    assert "200" in failure.got


def test_a_refusal_that_wrote_all_the_same_is_found_in_the_database(tmp_path: Path) -> None:
    report = probed(tmp_path, "writes-first")
    assert "write-before-check" in {one.check for one in report.failures}
    assert cell(report, "DELETE /notes/{note_id}") == "leak"


def test_without_a_database_the_answers_are_the_evidence(tmp_path: Path) -> None:
    report = probed(tmp_path, "leaks", seen=False)
    assert cell(report, "GET /notes/{note_id}") == "leak"
    assert any("no database" in note for note in report.notes)


@pytest.mark.parametrize(("sabotage", "found"), [("ignores", "isolated"), ("deletes", "leak")])
def test_without_a_database_its_owner_reads_back_what_was_done(
    tmp_path: Path, sabotage: str, found: str
) -> None:
    report = probed(tmp_path, sabotage, seen=False)
    assert cell(report, "DELETE /notes/{note_id}") == found


@pytest.mark.parametrize(("sabotage", "found"), [("climbs", True), ("", False)])
def test_without_a_database_answers_tell_who_made_themselves_an_administrator(
    tmp_path: Path, sabotage: str, found: bool
) -> None:
    report = probed(tmp_path, sabotage, seen=False)
    failed = {(one.check, one.path) for one in report.failures}
    assert (("role-by-mass-assignment", "/register") in failed) == found


def test_a_body_that_names_another_user_changes_nothing_of_theirs(tmp_path: Path) -> None:
    report = probed(tmp_path, "names-others")
    assert {(one.check, one.path) for one in report.failures} == {("other-changes", "/me")}
