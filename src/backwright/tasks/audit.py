"""The task behind `backwright audit`: a project is read and judged; nothing of it is run."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from backwright.audit import audit_project
from backwright.audit.baseline import baseline_text
from backwright.audit.live import Live, live_of
from backwright.audit.settings import read_settings
from backwright.errors import UsageError
from backwright.project import read_project
from backwright.project.types import Project
from backwright.report.audit_types import AuditReport, Level
from backwright.report.events import Listener, StepStarted, silence
from backwright.tasks.audit_fix import mend
from backwright.tasks.probe import Probe, probe
from backwright.tasks.questions import Answers


@dataclass(frozen=True, slots=True)
class Audit:
    """What was asked: the project, and what the settings in its `pyproject.toml` give way to.

    `live` lets the probe decide what reading leaves open of isolation.
    `fix` mends what can be, `unsafe` also what needs a review; `dry_run` only shows it.
    """

    root: Path
    fail_on: Level | None = None
    baseline: str | None = None
    write_baseline: Path | None = None
    live: bool = False
    fix: bool = False
    unsafe: bool = False
    dry_run: bool = False
    answers: Answers = field(default_factory=Answers)


def audit(request: Audit, listener: Listener = silence) -> tuple[AuditReport, Level]:
    """Judge a project; return the report, and the level from which on it counts as a failure.

    Raises:
        UsageError: the settings or the baseline cannot be read or written.
        MissingError: what proves repairs is not there.
        QuestionError: a repair cannot be proved, and that has not been agreed to.
    """
    settings = read_settings(request.root)
    if request.baseline is not None:
        settings = replace(settings, baseline=request.baseline)
    if request.write_baseline is not None:
        settings = replace(settings, baseline=None)
    listener(StepStarted("reading the source"))
    level = request.fail_on or settings.fail_on
    if request.fix:
        mended = mend(
            request.root, settings, unsafe=request.unsafe, dry_run=request.dry_run,
            answers=request.answers, listener=listener,
        )  # fmt: skip
        return mended, level
    project = read_project(request.root)
    listener(StepStarted("judging the checklist"))
    live = _live(request, project, listener) if request.live else None
    report = audit_project(request.root, project, settings, live)
    if request.write_baseline is not None:
        _write(request.root / request.write_baseline, baseline_text(report.findings))
    return report, level


def _live(request: Audit, project: Project, listener: Listener) -> Live:
    """Start the application, and see who reaches whose rows."""
    report = probe(Probe(request.root, only=("isolation",)), listener)
    return live_of(project, report.matrix)


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{file} cannot be written: {error.strerror}",
            remedy="name a file in an existing folder",
        ) from error
