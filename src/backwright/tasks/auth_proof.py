"""The proof of `add auth`: two accounts use the API, and so does somebody without one."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import httpx

from backwright.errors import BackwrightError, VerificationError
from backwright.probe.as_tests import Style
from backwright.probe.config import read_config
from backwright.project import read_project
from backwright.report.events import CheckEnded, StepStarted, silence
from backwright.report.probe_types import Area, CellKind, ProbeCell, ProbeReport
from backwright.tasks.change import Workplace
from backwright.tasks.failing import failing_now
from backwright.tasks.probe import probe_place
from backwright.tasks.questions import Answers
from backwright.tasks.serving import running
from backwright.transfer.guarding.guard import Guarded
from backwright.values import Check, Choice, Question, Verdict
from backwright.workshop import ChangeSet, require

_SECONDS = 300.0
_CLOSED = ("isolated",)
_REFUSED = "refuse who has no account"
_KEPT = "keep rows from other accounts"
_AREAS: tuple[Area, ...] = ("endpoints", "auth", "isolation")

Key = tuple[str, str]


def prove_guarded(
    place: Workplace,
    changes: ChangeSet,
    done: Guarded,
    answers: Answers,
    style: Style | None = None,
) -> tuple[tuple[Check, ...], str]:
    """Serve the staged application, and try each endpoint as its owner, as another, as nobody.

    What could not be tried says so; nothing is passed in silence. What fails for its owner must have
    failed before.

    Returns:
        The checks, and what was proved as tests in the host's style.

    Raises:
        VerificationError: a row of one account is seen by another, an endpoint is open, or one fails
            that did not before.
        QuestionError: something could not be tried, and the user has not agreed to that.
    """
    place.listener(StepStarted("trying every endpoint with two accounts, and without one"))
    started = time.monotonic()
    tests = ""
    try:
        config = read_config(place.root)
        declared: dict[str, CellKind] = {f"{m} {path}": "public" for m, path in done.public}
        config = replace(config, declared={**declared, **config.declared})
        report = probe_place(place, config, silence, _AREAS, _SECONDS, style)
    except BackwrightError as error:
        reason = error.message.splitlines()[0]
        found: list[tuple[str, Verdict, str]] = [
            ("guards", "skipped", reason),
            ("isolation", "skipped", reason),
        ]
    else:
        tests = report.tests
        refused = _refused_directly(place, unproved(report, done))
        places = _places(place)
        found = [
            ("guards", *guards(report, done, refused, places)),
            ("isolation", *isolation(report, done, places)),
        ]
        if works := failing_now(place, changes, config, report.checks, done.guarded):
            found.append(("answers", *works))
    seconds = round(time.monotonic() - started, 3)
    checks = tuple(Check(name, verdict, seconds, detail) for name, verdict, detail in found)
    for check in checks:
        place.listener(CheckEnded(check))
    require(checks)
    agree(checks, answers)
    return checks, tests


def agree(checks: tuple[Check, ...], answers: Answers) -> None:
    """Ask whether to go on, where something could not be tried.

    Raises:
        QuestionError: it is not said.
        VerificationError: it is said that nothing is to be changed then.
    """
    open_ones = [check for check in checks if check.verdict == "skipped"]
    if open_ones and answers.to(_unproved(checks)) == "stop":
        raise VerificationError("not every endpoint could be proved to be guarded", checks)


def _refused_directly(place: Workplace, missed: Sequence[Key]) -> frozenset[Key]:
    """Return the endpoints that answer 401 to a request without an account, whatever it says.

    An endpoint that fails for its owner, too, is not tried any further by the probe.
    """
    if not missed:
        return frozenset()
    found = set()
    with running(place) as app, httpx.Client(base_url=app.url, timeout=10) as client:
        for method, path in missed:
            with contextlib.suppress(httpx.HTTPError):
                answer = client.request(method, re.sub(r"\{[^}]*\}", "1", path))
                found |= {(method, path)} if answer.status_code == 401 else set()
    return frozenset(found)


def _unproved(every: Sequence[Check]) -> Question:
    """Ask what to do where something could not be tried.

    Nothing of it is open: who has no account is refused everywhere, and no row was seen by another.
    Where even that could not be tried, it is recommended to stop.
    """
    checks = [check for check in every if check.verdict == "skipped"]
    is_closed = any(check.check == "guards" and check.verdict == "pass" for check in every)
    some = any(not re.match(r"0 of |[^0-9]", check.detail) for check in checks)
    return Question(
        key="unguarded",
        text="Not every endpoint could be proved to be guarded. Move the change over all the same?",
        why="; ".join(f"{check.check}: {check.detail}" for check in checks),
        choices=(
            Choice("stop", "Leave the project as it is.", "Nothing is added."),
            Choice("proceed", "Write the change.", "An endpoint that was not tried may leak."),
        ),
        recommended="proceed" if is_closed and some else "stop",
    )


def unproved(report: ProbeReport, done: Guarded) -> list[Key]:
    """Return the guarded endpoints of which the probe does not know what they say to nobody."""
    cells = _cells(report, "anonymous")
    seen = [(key, cells.get(_key(*key))) for key in done.guarded]
    return [key for key, cell in seen if cell is None or cell.cell == "not-proven"]


def _places(place: Workplace) -> dict[Key, str]:
    """Return where the handler of each endpoint stands: one that fails by itself is the host's."""
    endpoints = read_project(place.staging.original).endpoints
    return {_key(one.method, one.path): f"{one.file}:{one.line}" for one in endpoints}


def guards(
    report: ProbeReport, done: Guarded, refused: frozenset[Key] = frozenset(),
    places: Mapping[Key, str] | None = None,
) -> tuple[Verdict, str]:  # fmt: skip
    """Return whether each guarded endpoint refuses who has no account.

    Args:
        report: what the probe saw.
        done: what was written.
        refused: endpoints that were seen to refuse, besides.
        places: where each handler stands.
    """
    bad = ("leak", "public")
    return _judged(report, done.guarded, "anonymous", bad, _REFUSED, refused, places or {})


def _cells(report: ProbeReport, actor: str) -> dict[Key, ProbeCell]:
    return {_key(one.method, one.path): one for one in report.matrix if one.actor == actor}


def isolation(
    report: ProbeReport, done: Guarded, places: Mapping[Key, str] | None = None
) -> tuple[Verdict, str]:
    """Return whether each endpoint of owned rows keeps them from another account."""
    bad = ("leak", "public", "shared")
    return _judged(report, done.scoped, "other", bad, _KEPT, frozenset(), places or {})


def _judged(
    report: ProbeReport, wanted: Sequence[Key], actor: str, bad_cells: Sequence[str], said: str,
    refused: frozenset[Key], places: Mapping[Key, str],
) -> tuple[Verdict, str]:  # fmt: skip
    cells = _cells(report, actor)
    seen = [(key, cells.get(_key(*key))) for key in wanted]
    bad = [_why(key, one) for key, one in seen if one and one.cell in bad_cells]
    if bad:
        return "fail", "; ".join(bad)
    missed = [
        _why(key, one, places.get(_key(*key), ""))
        for key, one in seen
        if key not in refused and (one is None or one.cell not in _CLOSED)
    ]
    text = f"{len(seen) - len(missed)} of {len(seen)} {said}"
    return ("skipped" if missed else "pass"), "; ".join([text, *missed])


def _why(key: Key, cell: ProbeCell | None, place: str = "") -> str:
    name = " ".join(key) + (f" ({place})" if place else "")
    return f"{name}: {cell.cell}, {cell.why}" if cell else f"{name}: not tried"


def _key(method: str, path: str) -> Key:
    return method, re.sub(r"\{[^}]*\}", "{}", path).rstrip("/")
