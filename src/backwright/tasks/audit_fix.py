"""The task behind `audit --fix`: what can be mended is, in staging, and proved before it is moved."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from backwright.audit.engine import audit_project
from backwright.audit.settings import Settings
from backwright.errors import VerificationError
from backwright.project import read_project
from backwright.report.audit_types import AuditReport, Mending
from backwright.report.change import FileChange
from backwright.report.events import Listener, StepStarted
from backwright.tasks.change import Workplace, move_over, prove, workplace
from backwright.tasks.drafted import changes_between
from backwright.tasks.mending import Draft
from backwright.tasks.questions import Answers
from backwright.values import Check
from backwright.workshop import ChangeSet, locked, prepare, recover


def mend(
    root: Path, settings: Settings, *, unsafe: bool, dry_run: bool, answers: Answers,
    listener: Listener,
) -> AuditReport:  # fmt: skip
    """Mend what can be mended; return what is left, and what was done.

    With `dry_run` the report is of the project as it is, with the diff that reading stands by.

    Raises:
        MissingError: what the proof needs is not there.
        QuestionError: something could not be proved, and the user has not agreed to that.
    """
    name = root.resolve().name
    listener(StepStarted("judging the checklist"))
    report = audit_project(root, read_project(root), settings)
    if not any(one.fix == "safe" or (one.fix and unsafe) for one in report.findings):
        return replace(report, mending=Mending())
    with locked(root, "audit"):
        recover(root)
        with prepare(root) as staging:
            listener(StepStarted("mending a copy, and judging it again"))
            draft = Draft(staging.folder, settings, unsafe)
            draft.all_rounds()
            changes = _changes(root, draft)
            if dry_run or not changes:
                return replace(report, mending=_mending(draft, changes, diff=changes.diff()))
        with workplace(root, "audit", listener) as place:
            return replace(
                _proved(place, settings, draft, unsafe=unsafe, answers=answers), project=name
            )


def _changes(root: Path, draft: Draft) -> ChangeSet:
    """Return the change that a draft is, in the order of its files."""
    reasons = {one.file: one.rule for one in draft.fixed}
    return changes_between(root, draft.folder, sorted(draft.files), reasons)


def _proved(
    place: Workplace, settings: Settings, drafted: Draft, *, unsafe: bool, answers: Answers
) -> AuditReport:
    """Prove the repairs, all at once or else part by part, and move over what holds."""
    draft = Draft(place.folder, settings, unsafe, dropped=dict(drafted.dropped))
    checks: list[tuple[Check, ...]] = []

    def holds() -> str:
        changes = changes_between(place.root, place.folder, sorted(_written(place, draft)))
        if not changes:
            return ""
        try:
            checks.append(prove(place, changes, answers=answers))
        except VerificationError as error:
            if all(one.verdict != "fail" for one in error.checks):
                raise
            return error.message
        return ""

    draft.all_rounds()
    why = holds()
    if why:  # then round by round, and halves of each, until what is left holds
        _put_back(place, draft)
        draft = Draft(place.folder, settings, unsafe, dropped=dict(drafted.dropped))
        draft.all_rounds(holds)
    changes = _changes(place.root, draft)
    undo = move_over(place, changes, "audit --fix") if changes else None
    done = _mending(draft, changes, undo=undo)
    done = replace(done, verified=checks[-1] if checks else (), notes=place.notes)
    return replace(draft.judged().report, mending=done)


def _written(place: Workplace, draft: Draft) -> list[str]:
    """Return the files of the copy that are not as they are in the project."""
    python = [*draft.files, *draft.touched]
    return [
        path for path in dict.fromkeys(python)
        if (place.root / path).read_bytes() != (place.folder / path).read_bytes()
    ]  # fmt: skip


def _put_back(place: Workplace, draft: Draft) -> None:
    for path, content in draft.files.items():
        (place.folder / path).write_bytes(content)


def _mending(
    draft: Draft, changes: ChangeSet, *, diff: str = "", undo: str | None = None
) -> Mending:
    return Mending(
        fixed=tuple(draft.fixed),
        dropped=tuple(draft.dropped.values()),
        files=tuple(FileChange(one.path, one.action, *one.counts()) for one in changes.edits),
        undo=undo,
        diff=diff,
    )
