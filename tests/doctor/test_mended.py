"""What a diagnosis mends is run: the failure is gone, and the page and the token are let in."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.doctor.cases import NOW, Case, cases
from tests.doctor.record import said_in

from backwright.doctor.engine import examine
from backwright.doctor.evidence import Evidence
from backwright.doctor.sources import Sources
from backwright.host.postgres import Cluster, cluster
from backwright.project import read_project
from backwright.report.doctor_types import DoctorReport

pytestmark = pytest.mark.slow

# Nothing is installed here, and no database speaks TLS. Where the log is a pasted one nothing can be run.
_NOT_RUN = ("environment/module_not_installed", "database/sslmode_asyncpg")
MENDED = [
    one for one in cases()
    if "mends" in one.words["expect"] and "log" not in one.words and one.name not in _NOT_RUN
]  # fmt: skip
# The token of another worker, by which one log tells it, is refused afterwards, too.
_OF_ANOTHER = "tokens/key_made_anew_logged"
RUN = [
    one for one in MENDED
    if {"requests", "start", "command"} & set(one.words) and one.name != _OF_ANOTHER
]  # fmt: skip
ORIGINS = [one for one in MENDED if "origin" in one.words]
# A key that is made anew shows after a restart only, times of another zone on a machine in that zone.
_NOT_HERE = ("tokens/key_made_anew", "tokens/local_time", "tokens/not_yet_valid")
TOKENS = [one for one in MENDED if "token" in one.words and one.name not in _NOT_HERE]


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    with cluster() as found:
        yield found


def examined(case: Case, root: Path, log: str) -> DoctorReport:
    return examine(
        Evidence(read_project(root), Sources(root), log, case.words.get("environment", {}))
    )


def mended(case: Case, tmp_path: Path) -> Path:
    """Make the broken project, and mend what is found to be its cause."""
    root = case.make(tmp_path / "project")
    log = case.log.read_text(encoding="utf-8") if case.log.is_file() else ""
    evidence = Evidence(
        read_project(root), Sources(root), log, case.words.get("environment", {}), case.token(),
        case.words.get("origin"), NOW,
    )  # fmt: skip
    for one in examine(evidence).causes[0].repairs:
        (root / one.file).parent.mkdir(parents=True, exist_ok=True)
        (root / one.file).write_text(one.after, encoding="utf-8")
        if not one.after:
            (root / one.file).unlink()
    return root


def with_words(case: Case, **words: object) -> Case:
    return dataclasses.replace(case, words={**case.words, "format": "", **words})


@pytest.mark.parametrize("case", RUN, ids=[one.name for one in RUN])
def test_what_failed_does_not_fail_again(case: Case, tmp_path: Path, server: Cluster) -> None:
    root = mended(case, tmp_path)
    said = said_in(with_words(case), root, server)
    report = examined(case, root, said)
    assert case.words["expect"]["cause"] not in [one.name for one in report.causes]
    if "command" not in case.words:
        assert "Application startup complete" in said
        assert "500 Internal Server Error" not in said
    if case.words.get("database", True):  # else nothing can be connected to, whatever is mended
        assert not report.groups


@pytest.mark.parametrize("case", ORIGINS, ids=[one.name for one in ORIGINS])
def test_the_page_is_let_in(case: Case, tmp_path: Path, server: Cluster) -> None:
    root = mended(case, tmp_path)
    path = "/authors/" if case.base.name == "async" else "/tasks/"
    headers = {
        "Origin": case.words["origin"],
        "Access-Control-Request-Method": "GET" if case.base.name == "async" else "DELETE",
        "Access-Control-Request-Headers": "authorization",
    }
    said = said_in(with_words(case, requests=[f"OPTIONS {path}"], headers=headers), root, server)
    assert f'"OPTIONS {path} HTTP/1.1" 200 OK' in said


@pytest.mark.parametrize("case", TOKENS, ids=[one.name for one in TOKENS])
def test_a_user_is_let_in_who_was_not(case: Case, tmp_path: Path, server: Cluster) -> None:
    before = let_in(case, case.make(tmp_path / "broken"), server)
    after = let_in(case, mended(case, tmp_path), server)
    assert after - before, (before, after)


def let_in(case: Case, root: Path, server: Cluster) -> set[str]:
    """Return who is let in: with a token of the project's own login, with the case's."""
    token = case.words["token"]  # it must live longer than this module's tests take
    lasting = {**token, "claims": {**token["claims"], "exp": 86_400}}
    ways = {"login": {}, "token": {"sent": lasting}}
    return {
        name
        for name, way in ways.items()
        if '"GET /auth/me HTTP/1.1" 200 OK'
        in said_in(with_words(case, signed_in=True, requests=["GET /auth/me"], **way), root, server)
    }
