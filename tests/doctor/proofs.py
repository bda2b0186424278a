"""How it is seen of a case that it is mended: the project is run, before and after its repair."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.doctor.cases import NOW, Case
from tests.doctor.record import said_in

from backwright.doctor.engine import examine
from backwright.doctor.evidence import Evidence
from backwright.doctor.sources import Sources
from backwright.host.postgres import Cluster
from backwright.project import read_project
from backwright.report.doctor_types import DoctorReport

Proof = Callable[[Case, Path, Cluster], None]
_RUNS = frozenset({"requests", "start", "command"})


def examined(case: Case, root: Path, log: str | None = None) -> DoctorReport:
    """Return what is said of a case's project, by its own log and what it brings, or by another log."""
    variables = case.words.get("environment", {})
    if log is not None:
        return examine(Evidence(read_project(root), Sources(root), log, variables))
    log = case.log.read_text(encoding="utf-8") if case.log.is_file() else case.words.get("log", "")
    brought = (case.token(), case.words.get("origin"), NOW)
    return examine(Evidence(read_project(root), Sources(root), log, variables, *brought))


def mended(case: Case, tmp_path: Path) -> Path:
    """Make the broken project, and mend what is found to be its cause."""
    root = case.make(tmp_path / "mended")
    for one in examined(case, root).causes[0].repairs:
        (root / one.file).parent.mkdir(parents=True, exist_ok=True)
        (root / one.file).write_text(one.after, encoding="utf-8")
        if not one.after:
            (root / one.file).unlink()
    return root


def proof(case: Case) -> str | None:
    """Return the name of the proof that a case is mended; None where it is not, or not run here."""
    words = case.words
    if "mends" not in words["expect"] or "unseen" in words:
        return None
    if "seen" in words:
        return "shown"
    if "log" in words:
        return None
    if "origin" in words:
        return "page"
    return "user" if "token" in words else "failure" if _RUNS & set(words) else None


def failure_is_gone(case: Case, tmp_path: Path, server: Cluster) -> None:
    """See that what failed does not fail again."""
    root = mended(case, tmp_path)
    said = said_in(_with(case), root, server)
    report = examined(case, root, said)
    assert case.words["expect"]["cause"] not in [one.name for one in report.causes]
    if "command" not in case.words:
        assert "Application startup complete" in said
        assert "500 Internal Server Error" not in said
    if case.words.get("database", True):  # else nothing can be connected to, whatever is mended
        assert not report.groups


def page_is_let_in(case: Case, tmp_path: Path, server: Cluster) -> None:
    """See that a browser may read from the page's origin."""
    root = mended(case, tmp_path)
    path = "/authors/" if case.base.name == "async" else "/tasks/"
    headers = {
        "Origin": case.words["origin"],
        "Access-Control-Request-Method": "GET" if case.base.name == "async" else "DELETE",
        "Access-Control-Request-Headers": "authorization",
    }
    said = said_in(_with(case, requests=[f"OPTIONS {path}"], headers=headers), root, server)
    assert f'"OPTIONS {path} HTTP/1.1" 200 OK' in said


def user_is_let_in(case: Case, tmp_path: Path, server: Cluster) -> None:
    """See that somebody is let in who was not: with the login's own token, or with the case's."""
    before = _let_in(case, case.make(tmp_path / "broken"), server)
    after = _let_in(case, mended(case, tmp_path), server)
    assert after - before, (before, after)


def what_it_says_is_shown(case: Case, tmp_path: Path, server: Cluster) -> None:
    """See in the case's own circumstances what is not said before the repair, and is afterwards."""
    seen: Mapping[str, object] = case.words["seen"]
    told = _with(case, **{name: value for name, value in seen.items() if name != "shows"})
    roots = (case.make(tmp_path / "broken"), mended(case, tmp_path))
    broken, whole = (_said_as_installed(told, root, server) for root in roots)
    assert str(seen["shows"]) not in broken, broken
    assert str(seen["shows"]) in whole, whole
    assert "500 Internal Server Error" not in whole


PROOFS: Mapping[str, Proof] = {
    "failure": failure_is_gone,
    "page": page_is_let_in,
    "user": user_is_let_in,
    "shown": what_it_says_is_shown,
}


def _with(case: Case, **words: object) -> Case:
    return dataclasses.replace(case, words={**case.words, "format": "", **words})


def _let_in(case: Case, root: Path, server: Cluster) -> set[str]:
    token = case.words["token"]  # it must live longer than this module's tests take
    lasting = {**token, "claims": {**token["claims"], "exp": 86_400}}
    ways = {"login": {}, "token": {"sent": lasting}}
    return {
        name
        for name, way in ways.items()
        if '"GET /auth/me HTTP/1.1" 200 OK'
        in said_in(_with(case, signed_in=True, requests=["GET /auth/me"], **way), root, server)
    }


def _said_as_installed(case: Case, root: Path, server: Cluster) -> str:
    """Return what a project says, in an environment of its own requirements where the case wants one."""
    if not case.words.get("installs"):
        return said_in(case, root, server)
    python = root.parent / f"{root.name}-environment" / "bin" / "python"
    uv = Path(sys.executable).parent / "uv"
    version = case.words.get("python", f"{sys.version_info[0]}.{sys.version_info[1]}")
    for words in (
        ("venv", "--quiet", "--python", version, str(python.parent.parent)),
        ("pip", "install", "--quiet", "--python", str(python), "-r", "requirements.txt"),
    ):
        done = subprocess.run([str(uv), *words], cwd=root, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    return said_in(case, root, server, str(python))
