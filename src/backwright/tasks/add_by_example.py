"""The way of `add resource` in a project of any style: learn, write, prove, move over."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from backwright.errors import VerificationError
from backwright.host.versions import known_versions
from backwright.report.change import ChangeReport, PlanStep
from backwright.report.events import Listener, StepStarted
from backwright.source.text import decode, encode
from backwright.tasks.attempts import Attempt, Failed, first_that_fits, likes_of
from backwright.tasks.by_example import Lesson
from backwright.tasks.change import (
    Outcome,
    Workplace,
    change_report,
    changes_of,
    each_file_once,
    move_over,
    prove,
    workplace,
)
from backwright.tasks.drafted import changes_between
from backwright.tasks.enum_types import drop_enum_types, known_enum_types
from backwright.tasks.formatters import format_as_host
from backwright.tasks.habits import Habits, Written
from backwright.tasks.live import prove_live
from backwright.tasks.migration import write_revision
from backwright.tasks.questions import Answers
from backwright.tasks.tidy import mend_all, tidy
from backwright.tasks.unfit_tests import (
    leave_out,
    only_new_tests_fail,
    remove_hollow,
    unfit_cases,
)
from backwright.values import Check, Note
from backwright.workshop import ChangeSet, require
from backwright.workshop.settings import tables
from backwright.workshop.staging import prepare

COMMAND = "add resource"


def add_by_example(
    root: Path, lessons: Sequence[Lesson], answers: Answers, listener: Listener
) -> ChangeReport | Failed:
    """Add a resource as the project's own people would have written it.

    Where none of the exemplars can be carried over, nothing is done, and told why.

    Raises:
        VerificationError: the change did not verify; the project is as it was.
        MissingError: something that the proof needs is not there.
    """
    command = f"{COMMAND} {lessons[0].spec.names.pascal}"
    with workplace(root, command, listener) as place:
        installed = place.environment.versions()
        attempt = first_that_fits(place.folder, place.staging.original, lessons, installed)
        if isinstance(attempt, Failed):
            return attempt
        made, done = attempt.made, attempt.done
        steps = [PlanStep(name, paths) for name, paths in done.plan()]
        for step in steps:
            listener(StepStarted(f"{step.step}: {', '.join(step.files)}"))
        revision = write_revision(place, f"add {made.spec.names.human}")
        if migration := list(revision.paths):
            finish_migration(place, migration)
            listener(StepStarted(f"migration: {', '.join(migration)}"))
            steps.append(PlanStep("migration", tuple(migration)))
        format_as_host(place, [*attempt.files, *migration])
        plan = each_file_once(steps)
        reasons = {path: step.step for step in plan for path in step.files}
        changes = changes_of(place, [*attempt.files, *migration], reasons)
        proof = Proof(answers, tuple(done.new_tests), attempt.endpoints, likes_of(attempt))
        changes, checks, unfit = prove_example(place, changes, proof)
        done.notes += unfit
        kept = (PlanStep(s.step, tuple(f for f in s.files if f in changes.paths)) for s in plan)
        plan = tuple(step for step in kept if step.files)
        undo = move_over(place, changes, command)
        done.notes += [*revision.notes, *place.notes]
        outcome = _outcome(attempt, plan)
        return change_report(outcome, changes, verified=checks, undo=undo)


@dataclass(frozen=True, slots=True)
class Proof:
    """What is to be proved: new tests and endpoints; `answers` to what cannot be.

    `touched` are the endpoints that were there and say something new.
    """

    answers: Answers
    new_tests: tuple[str, ...]
    endpoints: tuple[tuple[str, str], ...]
    likes: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    touched: tuple[tuple[str, str], ...] = ()


def prove_example(
    place: Workplace, changes: ChangeSet, proof: Proof
) -> tuple[ChangeSet, tuple[Check, ...], list[Note]]:
    """Verify a change, and use its new endpoints over HTTP.

    A carried test may still expect what only the exemplar does. Where the endpoints are seen to
    work and nothing is wrong but such tests, these are left out, each with a note.

    Raises:
        VerificationError: a check failed, or a new endpoint does.
    """
    notes: list[Note] = []
    live: Check | None = None
    try:
        checks = _prove(place, changes, proof)
    except VerificationError as error:
        unfit = unfit_cases(place, proof.new_tests)
        if not only_new_tests_fail(error.checks, unfit):
            raise
        live = prove_live(place, proof.endpoints)
        if live.verdict != "pass":
            raise
        notes = leave_out(place, unfit)
        hollow = remove_hollow(place, proof.new_tests)
        paths = [p for p in changes.paths if p not in hollow or (place.folder / p).is_file()]
        changes = changes_of(place, paths, {e.path: e.reason for e in changes.edits})
        tests = tuple(p for p in proof.new_tests if p not in hollow)
        checks = _prove(place, changes, replace(proof, new_tests=tests))
    checks = (*checks, live or prove_live(place, proof.endpoints))
    require(checks)
    return changes, checks, notes


def _prove(place: Workplace, changes: ChangeSet, proof: Proof) -> tuple[Check, ...]:
    return prove(
        place,
        changes,
        answers=proof.answers,
        new_tests=proof.new_tests,
        expected_endpoints=proof.endpoints,
        like_endpoints=proof.likes,
    )


def finish_migration(place: Workplace, migration: list[str]) -> None:
    """Drop enum types with their tables, and format the migration as an older one is.

    Imports of the project's template that it does not use go where all older revisions use theirs.
    """
    new = {Path(path).name for path in migration}
    habits = Habits(place.folder)
    written = []
    for path in migration:
        file = place.folder / path
        older = sorted(f for f in file.parent.glob("*.py") if f.name not in new)
        code = drop_enum_types(decode(file.read_bytes()), known_enum_types(older))
        file.write_bytes(encode(code))
        if not older:  # the first of all has nothing to be like
            tidy(place.folder, [path])
            if "ruff" in tables(place.folder):
                mend_all(place.folder, path)
            continue
        prunes = habits.use_all_imports(older)
        like = older[-1].read_bytes()
        written.append(Written(path, like, is_new=True, prunes=prunes, generated=True))
    habits.keep(written)


def plan_by_example(root: Path, lessons: Sequence[Lesson]) -> ChangeReport | Failed:
    """Return what would be written, without an environment or a database; nothing is proved."""
    installed = known_versions(root)
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(prepare(root)).folder
        attempt = first_that_fits(folder, root, lessons, installed)
        if isinstance(attempt, Failed):
            return attempt
        changes = changes_between(root, folder, attempt.files)
    plan = each_file_once([PlanStep(name, paths) for name, paths in attempt.done.plan()])
    return change_report(_outcome(attempt, plan), changes, dry_run=True)


def _outcome(attempt: Attempt, plan: tuple[PlanStep, ...]) -> Outcome:
    made = attempt.made
    return Outcome(
        command=COMMAND,
        summary=(
            f"{made.spec.names.pascal}: written like {made.exemplar}, which has {made.choice.why}; "
            f"{len(attempt.endpoints)} endpoints more; {made.whose}"
        ),
        plan=plan,
        notes=tuple(attempt.done.notes),
        next_steps=_next_steps(plan),
    )


def _next_steps(plan: tuple[PlanStep, ...]) -> tuple[str, ...]:
    if any(step.step == "migration" for step in plan):
        return ("alembic upgrade head    brings your database to the new migration",)
    return ()
