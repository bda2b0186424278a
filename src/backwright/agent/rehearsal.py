"""A dry run of several steps: each is planned on what the ones before it would leave."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from backwright.agent.performing import Done, Setting, perform
from backwright.agent.planner import Step
from backwright.agent.planner.types import JUDGES
from backwright.agent.working_copy import working_copy
from backwright.errors import VerificationError
from backwright.host.folders import scratch
from backwright.report.change import PlanStep
from backwright.report.events import StepStarted
from backwright.spec.names import names_of
from backwright.tasks.drafted import changes_to
from backwright.tasks.planned_migration import lacks_migration, plan_migration
from backwright.values import Note
from backwright.workshop import ChangeSet, locked, recover


@dataclass(frozen=True)
class Rehearsal:
    """What a step would do, or several.

    Attributes:
        plan: What they consist of; of one that was not planned its command.
        done: Those that were planned, each with its own dry run.
        notes: What was not planned, and why.
        contents: What each file would hold in the end; None for one that would be gone.
    """

    plan: tuple[PlanStep, ...] = ()
    done: tuple[Done, ...] = ()
    notes: tuple[Note, ...] = ()
    contents: Mapping[str, bytes | None] = field(default_factory=dict)

    def __add__(self, after: Rehearsal) -> Rehearsal:
        """Return both, the second planned on what the first leaves."""
        return Rehearsal(
            self.plan + after.plan,
            self.done + after.done,
            self.notes + after.notes,
            {**self.contents, **after.contents},
        )


def rehearse(steps: Sequence[Step], setting: Setting) -> tuple[Rehearsal, ChangeSet]:
    """Return what steps would do, and the change that they come to; none is proved or written.

    Where a step cannot be planned on what the ones before it only planned, that is a note, and
    nothing that follows it is planned.

    Args:
        steps: what is to be done.
        setting: the user's folder, and who is asked and told.

    Raises:
        BackwrightError: as the first step raises it; questions, what does not fit the project and
            what is missing are raised of each.
    """
    name = steps[0].args[0] if steps[0].verb == "new" else ""
    last = max((at for at, step in enumerate(steps) if _is_planned(step)), default=0)
    made, blocked = Rehearsal(), ""
    with _stage(setting.root, name, alone=sum(map(_is_planned, steps)) < 2) as folder:
        for at, step in enumerate(steps):
            after = f"which stands on what `{step.command}` leaves" if step.changes else ""
            if blocked or not _is_planned(step):
                made += _left_out(step, blocked or "which runs on what there is by then")
                blocked = blocked or after
                continue
            if len(steps) > 1:
                setting.listener(StepStarted(f"step {at + 1} of {len(steps)}: {step.command}"))
            try:
                made += _planned(step, folder, setting, goes_on=at < last)
            except VerificationError as error:
                if not made.done:
                    raise
                made += _left_out(step, f"which cannot be planned yet: {error.message}")
                blocked = after
    return made, changes_to(setting.root / name, made.contents)


def _is_planned(step: Step) -> bool:
    """Tell whether a step has a dry run; to judge and to take back is to run."""
    return step.verb not in (*JUDGES, "undo")


def _left_out(step: Step, why: str) -> Rehearsal:
    note = Note("", 0, f"not part of the dry run: `{step.command}`, {why}")
    return Rehearsal(plan=(PlanStep(step.command, ()),), notes=(note,))


@contextlib.contextmanager
def _stage(root: Path, name: str, *, alone: bool) -> Iterator[Path]:
    """Give the project's folder to a change that is alone, else a copy for several to follow in.

    Args:
        root: the user's folder.
        name: what a project is called that is made first, in that folder.
        alone: whether nothing follows on the first change.
    """
    if alone:
        yield root / name
    elif name:
        with scratch("rehearsal") as folder:
            (folder / name / ".git").mkdir(parents=True)  # the project ends there
            yield folder / name
    else:
        with locked(root.resolve(), "do"):
            recover(root)
            with working_copy(root) as folder:
                yield folder


def _planned(step: Step, folder: Path, setting: Setting, *, goes_on: bool) -> Rehearsal:
    """Plan a step; where others go on from it, put what it would write into the folder."""
    where = setting.root if step.verb == "new" else folder
    one = perform(step, replace(setting, root=where, dry_run=True))
    assert one.change is not None  # noqa: S101 - what only judges is not planned
    plan = one.parts or (PlanStep(f"{step.verb}: {one.change.summary}", ()),)
    made = Rehearsal(plan, (one,), contents=one.change.contents)
    if step.verb != "new":
        changes = changes_to(folder, made.contents)
        made += _migration(step, folder, setting, changes, goes_on=goes_on)
    if goes_on:
        changes_to(folder, made.contents).write_into(folder)
    return made


def _migration(
    step: Step, folder: Path, setting: Setting, changes: ChangeSet, *, goes_on: bool
) -> Rehearsal:
    """Plan the migration that a step's own dry run may go without, where others stand on it."""
    if not lacks_migration(folder, changes):
        return Rehearsal()
    if not goes_on:
        text = f"`{step.command}` also writes a migration, which is not in this diff"
        return Rehearsal(notes=(Note("", 0, text),))
    message = f"add {names_of(step.args[0]).human}" if step.args else step.verb
    planned = plan_migration(folder, changes, message, setting.listener)
    files = tuple(planned.contents)
    plan = (PlanStep(f"{step.verb}: migration", files),) if files else ()
    return Rehearsal(plan, notes=planned.notes, contents=planned.contents)
