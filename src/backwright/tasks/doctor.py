"""`doctor`: bringing together what can be looked at, and mending the cause."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx

from backwright.doctor.engine import examine
from backwright.doctor.evidence import Evidence
from backwright.doctor.givens import project_url
from backwright.doctor.live import look, plain_url
from backwright.doctor.masking import masked_diff
from backwright.doctor.sources import Sources
from backwright.errors import MissingError, UsageError
from backwright.project import read_project
from backwright.report.doctor_types import Cause, DoctorReport, Repair
from backwright.report.events import Listener, StepStarted
from backwright.tasks.asking import as_browser, plain
from backwright.tasks.asking import started as _started
from backwright.tasks.change import move_over, prove, workplace
from backwright.tasks.probe import checked_url
from backwright.tasks.questions import Answers
from backwright.workshop import ChangeSet, FileEdit

_LARGEST_LOG = 50_000_000
_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class Doctor:
    """The request.

    Attributes:
        root: The project's folder.
        log: A file of what the server has said; `-` for standard input.
        url: A server that runs already.
        token: A token that is not accepted.
        origin: Where the page comes from that may not read the answers.
        database: The URL of a live database to look into, read-only; `project` is that of its settings.
        fix: Whether the cause is mended.
        elsewhere: Whether a server on another machine may be asked.
        answers: What may be asked of the user.
    """

    root: Path
    log: str | None = None
    url: str | None = None
    token: str | None = None
    origin: str | None = None
    database: str | None = None
    fix: bool = False
    elsewhere: bool = False
    answers: Answers = field(default_factory=Answers)


def doctor(request: Doctor, listener: Listener) -> DoctorReport:
    """Find the cause, and mend it if that is asked for.

    Raises:
        UsageError: the log cannot be read, or the address is none.
        VerificationError: the repair does not verify.
        QuestionError: something about the repair could not be proved.
    """
    log = _read_log(request.log) if request.log else ""
    url = checked_url(request.url, elsewhere=request.elsewhere) if request.url else None
    listener(StepStarted("reading the source"))
    project = read_project(request.root)
    evidence = Evidence(
        project, Sources(request.root), log, os.environ, request.token, request.origin, time.time()
    )
    notes: list[str] = []
    if url is not None:
        listener(StepStarted(f"asking {url}"))
        evidence, notes = _asked(evidence, url)
    elif not any((request.log, request.database)) and not _is_told(evidence):
        evidence, notes = _started(evidence, listener)
    if request.database is not None:
        evidence, seen = _looked_into(evidence, request.database, listener)
        notes = [*notes, *seen]
    report = examine(evidence, notes)
    changes = _changes(report.causes[:1], request.root)
    report = replace(report, diff=masked_diff(changes.diff()))
    return _mended(request, report, changes, listener) if request.fix else report


def _read_log(name: str) -> str:
    if name == "-":
        return sys.stdin.read()
    file = Path(name)
    try:
        if file.stat().st_size > _LARGEST_LOG:
            with file.open("rb") as opened:  # the end of it says what happens now
                opened.seek(-_LARGEST_LOG, os.SEEK_END)
                return opened.read().decode("utf-8", "replace")
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsageError(
            f"the log {name} cannot be read: {error.strerror}", remedy="name its file with --log"
        ) from error


def _is_told(evidence: Evidence) -> bool:
    """Tell whether reading alone shows what is wrong with what the user has brought."""
    if not evidence.token and not evidence.origin:
        return False
    return any(one.seen == "given" for one in examine(evidence).causes)


def _looked_into(
    evidence: Evidence, database: str, listener: Listener
) -> tuple[Evidence, list[str]]:
    """Look at a live database; why it does not let us in is a log like any other."""
    import psycopg

    given = project_url(evidence) if database == "project" else database
    url = plain_url(given) if given else None
    if url is None:
        raise UsageError(
            "the project's settings give no URL of a PostgreSQL database here" if database == "project"
            else "the database's URL is none of PostgreSQL",
            remedy="name it: --database-url postgresql://user:password@host:5432/name",
        )  # fmt: skip
    listener(StepStarted("looking into the database, read-only"))
    try:
        live = look(url)
    except psycopg.Error as error:
        said = f"psycopg.OperationalError: {str(error).strip()}"
        return replace(evidence, log=f"{evidence.log}\n{said}\n"), [
            "the database could not be looked into"
        ]
    return replace(evidence, live=live), list(live.notes)


def _asked(evidence: Evidence, url: str) -> tuple[Evidence, list[str]]:
    """Ask a running server: each path without parameters, and as a browser from the origin."""
    found: list[str] = []
    notes: list[str] = []
    headers = {"Authorization": f"Bearer {evidence.token}"} if evidence.token else {}
    with httpx.Client(base_url=url, timeout=_TIMEOUT, trust_env=False) as client:
        try:
            for one in plain(evidence.project.endpoints):
                reply = client.get(one.path, headers=headers)
                found.append(f'"GET {one.path} HTTP/1.1" {reply.status_code}')
            preflight, simple = as_browser(client, evidence)
        except httpx.HTTPError as error:
            raise MissingError(
                f"{url} does not answer: {error}", remedy="start the server, or mend the address"
            ) from error
    log = "\n".join([evidence.log, *found])
    if not evidence.log:
        notes.append("what the server logs is not seen from outside: give it with --log")
    return replace(evidence, log=log, preflight=preflight, simple=simple), notes


def _changes(causes: Sequence[Cause], root: Path) -> ChangeSet:
    """Return the repairs of causes as a change; none of a file that is not as it was read."""
    edits = [edit for cause in causes for one in cause.repairs if (edit := _edit(one, cause, root))]
    return ChangeSet(tuple(edits))


def _edit(repair: Repair, cause: Cause, root: Path) -> FileEdit | None:
    file = root / repair.file
    before = file.read_bytes() if file.is_file() else None
    if before is None and not repair.before:
        return FileEdit(repair.file, None, repair.after.encode(), reason=cause.name)
    mark = b"\xef\xbb\xbf" if before is not None and before.startswith(b"\xef\xbb\xbf") else b""
    if before != mark + repair.before.encode():
        return None
    after = mark + repair.after.encode() if repair.after else None
    return FileEdit(repair.file, before, after, reason=cause.name)


def _mended(
    request: Doctor, report: DoctorReport, changes: ChangeSet, listener: Listener
) -> DoctorReport:
    """Make the repair in staging, prove it, and move it over."""
    if not report.causes:
        return report
    if not changes:
        note = "nothing was changed: this cause is not mended by editing a file of the project"
        return replace(report, notes=(*report.notes, note))
    with workplace(request.root, "doctor", listener) as place:
        changes.write_into(place.folder)
        prove(place, changes, answers=request.answers)
        undo = move_over(place, changes, "doctor --fix")
    return replace(report, undo=undo)
