"""The proof of `add auth`: two accounts use the API, and so does somebody without one."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import replace

from backwright.errors import BackwrightError, VerificationError
from backwright.probe.config import read_config
from backwright.report.events import CheckEnded, StepStarted, silence
from backwright.report.probe_types import Area, CellKind, ProbeCell, ProbeReport
from backwright.tasks.change import Workplace
from backwright.tasks.probe import probe_place
from backwright.tasks.questions import Answers
from backwright.transfer.guarding.guard import Guarded
from backwright.values import Check, Choice, Question, Verdict
from backwright.workshop import require

_SECONDS = 300.0
_CLOSED = ("isolated",)
_REFUSED = "refuse who has no account"
_KEPT = "keep rows from other accounts"
_AREAS: tuple[Area, ...] = ("endpoints", "auth", "isolation")

Key = tuple[str, str]


def prove_guarded(place: Workplace, done: Guarded, answers: Answers) -> tuple[Check, ...]:
    """Serve the staged application, and try each endpoint as its owner, as another, as nobody.

    What could not be tried says so; nothing is passed in silence.

    Raises:
        VerificationError: a row of one account is seen by another, or an endpoint is open.
        QuestionError: something could not be tried, and the user has not agreed to that.
    """
    place.listener(StepStarted("trying every endpoint with two accounts, and without one"))
    started = time.monotonic()
    try:
        config = read_config(place.root)
        declared: dict[str, CellKind] = {f"{m} {path}": "public" for m, path in done.public}
        config = replace(config, declared={**declared, **config.declared})
        report = probe_place(place, config, silence, _AREAS, _SECONDS)
    except BackwrightError as error:
        reason = error.message.splitlines()[0]
        found: list[tuple[str, Verdict, str]] = [
            ("guards", "skipped", reason),
            ("isolation", "skipped", reason),
        ]
    else:
        found = [("guards", *guards(report, done)), ("isolation", *isolation(report, done))]
    seconds = round(time.monotonic() - started, 3)
    checks = tuple(Check(name, verdict, seconds, detail) for name, verdict, detail in found)
    for check in checks:
        place.listener(CheckEnded(check))
    require(checks)
    unproved = [check for check in checks if check.verdict == "skipped"]
    if unproved and answers.to(_unproved(unproved)) == "stop":
        raise VerificationError("not every endpoint could be proved to be guarded", checks)
    return checks


def _unproved(checks: Sequence[Check]) -> Question:
    return Question(
        key="unguarded",
        text="Not every endpoint could be proved to be guarded. Move the change over all the same?",
        why="; ".join(f"{check.check}: {check.detail}" for check in checks),
        choices=(
            Choice("stop", "Leave the project as it is.", "Nothing is added."),
            Choice("proceed", "Write the change.", "An endpoint that was not tried may leak."),
        ),
        recommended="stop",
    )


def guards(report: ProbeReport, done: Guarded) -> tuple[Verdict, str]:
    """Return whether each guarded endpoint refuses who has no account."""
    return _judged(report, done.guarded, "anonymous", ("leak", "public"), _REFUSED)


def isolation(report: ProbeReport, done: Guarded) -> tuple[Verdict, str]:
    """Return whether each endpoint of owned rows keeps them from another account."""
    return _judged(report, done.scoped, "other", ("leak", "public", "shared"), _KEPT)


def _judged(
    report: ProbeReport, wanted: Sequence[Key], actor: str, bad_cells: Sequence[str], said: str
) -> tuple[Verdict, str]:
    cells = {_key(one.method, one.path): one for one in report.matrix if one.actor == actor}
    seen = [(f"{m} {p}", cells.get(_key(m, p))) for m, p in wanted]
    bad = [_why(name, one) for name, one in seen if one and one.cell in bad_cells]
    if bad:
        return "fail", "; ".join(bad)
    missed = [_why(name, one) for name, one in seen if one is None or one.cell not in _CLOSED]
    text = f"{len(seen) - len(missed)} of {len(seen)} {said}"
    return ("skipped" if missed else "pass"), "; ".join([text, *missed])


def _why(name: str, cell: ProbeCell | None) -> str:
    return f"{name}: {cell.cell}, {cell.why}" if cell else f"{name}: not tried"


def _key(method: str, path: str) -> Key:
    return method, re.sub(r"\{[^}]*\}", "{}", path).rstrip("/")
