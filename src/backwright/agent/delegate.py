"""A task in plain words, done: understood, planned, performed as one change, reported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from backwright.agent.performing import Done, Setting, perform
from backwright.agent.planner import Plan, Step, plan_task, read_world
from backwright.agent.rehearsal import rehearse
from backwright.agent.working_copy import working_copy
from backwright.errors import BackwrightError, QuestionError, VerificationError
from backwright.report.change import ChangeReport, PlanStep
from backwright.report.events import Listener, StepStarted
from backwright.tasks.change import Outcome, change_report
from backwright.tasks.drafted import changes_between
from backwright.tasks.questions import Answers
from backwright.values import Note
from backwright.workshop import ChangeSet, commit, history, locked, recover

COMMAND = "do"
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Delegation:
    """The request: where, which words, what was answered, and whether to stop at plan and diff."""

    root: Path
    task: str
    answers: Answers = field(default_factory=Answers)
    dry_run: bool = False


@dataclass(frozen=True)
class Delegated:
    """What became of a task.

    Attributes:
        plan: What was understood and planned.
        done: The steps that were performed, each with its own result.
        change: The change as a whole.
    """

    plan: Plan
    done: tuple[Done, ...]
    change: ChangeReport

    @property
    def found_problems(self) -> bool:
        """Whether a judge found something."""
        return any(one.found_problems for one in self.done)


def delegate(request: Delegation, listener: Listener) -> Delegated:
    """Understand a task and do it: all of its changes, or none.

    Several changes are made in a copy of the project, each on the result of the one before, each
    proved; they are moved over together, as one change that one `undo` takes back. A dry run plans
    them on each other, and writes and proves nothing.

    Raises:
        UsageError: the task is not understood, or outside of what the engine does.
        QuestionError: something must be answered first; nothing was written.
        VerificationError: a step did not verify; nothing was written.
        MissingError: something that a step needs is not there.
    """
    listener(StepStarted("reading the project"))
    plan = plan_task(request.task, read_world(request.root), request.answers)
    for part in plan.understood:
        listener(StepStarted(f"understood {part.part} ({part.source})"))
    if request.dry_run:
        return _rehearsed(request, plan, listener)
    steps = plan.steps
    if steps[0].verb == "new":
        return _begun(request, plan, listener)
    if (
        len(steps) == 1
        or not any(one.changes for one in steps)
        or any(s.verb == "undo" for s in steps)
    ):
        done = tuple(_performed(steps, 0, request.root, request.answers, listener))
        return Delegated(plan, done, _told(plan, done))
    return _as_one(request, plan, listener)


def _performed(
    steps: Sequence[Step], first: int, root: Path, answers: Answers, listener: Listener
) -> Iterator[Done]:
    """Perform steps in their order; what goes wrong says at which of them."""
    for at, step in enumerate(steps[first:], first + 1):
        if len(steps) > 1:
            listener(StepStarted(f"step {at} of {len(steps)}: {step.command}"))
        try:
            yield perform(step, Setting(root, answers, listener))
        except VerificationError as error:
            told = f"step {at} of {len(steps)} ({step.command[:_SHOWN]}): {error.message}"
            raise VerificationError(
                told, error.checks, place=error.place, remedy=error.remedy
            ) from error


def _as_one(request: Delegation, plan: Plan, listener: Listener) -> Delegated:
    """Perform the steps in a copy of the project, and move what they change over at once."""
    root = request.root.resolve()
    with locked(root, COMMAND):
        recover(root)
        with working_copy(root) as folder:
            done = tuple(_performed(plan.steps, 0, folder, request.answers, listener))
            paths = _paths(folder)
            changes = changes_between(root, folder, paths)
            listener(StepStarted("moving the files over"))
            undo = commit(root, changes, command=_command(request)) if paths else None
    merged = change_report(_outcome(plan), changes, undo=undo)
    return Delegated(plan, done, _with_parts(merged, done))


def _rehearsed(request: Delegation, plan: Plan, listener: Listener) -> Delegated:
    """Plan the steps on each other, and tell what they would come to as one change."""
    made, changes = rehearse(plan.steps, Setting(request.root, request.answers, listener))
    report = _with_parts(change_report(_outcome(plan), changes, dry_run=True), made.done)
    report = replace(report, plan=made.plan, notes=(*report.notes, *made.notes))
    return Delegated(plan, made.done, report)


def _paths(folder: Path) -> list[str]:
    """Return what was changed in the copy since it was made, by the copy's own history."""
    from backwright.workshop import change_set

    found: dict[str, None] = {}
    for change in history(folder):
        found.update(dict.fromkeys(change_set(folder, change.id).paths))
    return sorted(found)


def _begun(request: Delegation, plan: Plan, listener: Listener) -> Delegated:
    """Begin a project, then go on in it; it stays if a later step goes wrong, which is said.

    What must be asked of a later step, and what does not fit, is seen before anything is made.
    """
    if any(step.changes for step in plan.steps[1:]):
        listener(StepStarted("planning all steps before the first is taken"))
        rehearse(plan.steps, Setting(request.root, request.answers, listener))
    made = tuple(_performed(plan.steps[:1], 0, request.root, request.answers, listener))
    name = plan.steps[0].args[0]
    try:
        rest = tuple(_performed(plan.steps, 1, request.root / name, request.answers, listener))
    except QuestionError:
        raise
    except BackwrightError as error:
        error.message = f"{name}/ was made, and stays; then {error.message}"
        raise
    return Delegated(plan, (*made, *rest), _told(plan, (*made, *rest)))


def _told(plan: Plan, done: Sequence[Done]) -> ChangeReport:
    """Return the change as a whole where its steps went straight to the project."""
    changes = [one.change for one in done if one.change]
    if not changes:
        return change_report(_outcome(plan), ChangeSet())
    files = {file.path: file for change in changes for file in change.files}
    undo = next((c.undo for c in reversed(changes) if c.undo), None)
    empty = change_report(_outcome(plan), ChangeSet(), undo=undo)
    return _with_parts(replace(empty, files=tuple(files.values())), done)


def _with_parts(report: ChangeReport, done: Sequence[Done]) -> ChangeReport:
    """Add what the steps say of themselves: their plans, proofs and notes."""
    changes = [one.change for one in done if one.change]
    steps = tuple(part for one in done for part in one.parts)
    nexts = dict.fromkeys(text for one in changes for text in one.next_steps)
    return replace(
        report,
        plan=steps or report.plan,
        verified=tuple(check for one in changes for check in one.verified),
        notes=(*report.notes, *dict.fromkeys(note for one in changes for note in one.notes)),
        next_steps=tuple(nexts),
    )


def _outcome(plan: Plan) -> Outcome:
    return Outcome(
        command=COMMAND,
        summary="; ".join(step.command.removeprefix("backwright ") for step in plan.steps),
        plan=tuple(PlanStep(step.command, ()) for step in plan.steps),
        notes=tuple(Note("", 0, f"left aside: {text!r}") for text in plan.aside),
    )


def _command(request: Delegation) -> str:
    line = " ".join(request.task.split())
    return f'{COMMAND} "{line[:_SHOWN]}{"…" if len(line) > _SHOWN else ""}"'
