"""The way of `add resource` in a project of any style: learn, write, prove, move over."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from backwright.errors import VerificationError
from backwright.host.environment import find
from backwright.project import read_project
from backwright.project.types import Project
from backwright.report.change import ChangeReport, PlanStep
from backwright.report.events import Listener, StepStarted
from backwright.source.text import decode, encode
from backwright.tasks.by_example import Lesson, write
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
from backwright.tasks.enum_types import drop_enum_types
from backwright.tasks.habits import Habits, Written
from backwright.tasks.live import prove_live
from backwright.tasks.migration import write_revision
from backwright.tasks.questions import Answers
from backwright.tasks.tidy import tidy
from backwright.tasks.unfit_tests import leave_out, only_new_tests_fail, unfit_cases
from backwright.transfer.example.transfer import Transferred, new_endpoints
from backwright.values import Check, Note
from backwright.workshop import ChangeSet, FileEdit, require
from backwright.workshop.staging import prepare

COMMAND = "add resource"


def add_by_example(
    root: Path, project: Project, made: Lesson, answers: Answers, listener: Listener
) -> ChangeReport:
    """Add a resource as the project's own people would have written it.

    Raises:
        VerificationError: the change did not verify; the project is as it was.
        MissingError: something that the proof needs is not there.
    """
    command = f"{COMMAND} {made.spec.names.pascal}"
    with workplace(root, command, listener) as place:
        done, files = write(place.folder, made, place.environment.distributions())
        steps = [PlanStep(name, paths) for name, paths in done.plan()]
        for step in steps:
            listener(StepStarted(f"{step.step}: {', '.join(step.files)}"))
        revision = write_revision(place, f"add {made.spec.names.human}")
        if migration := list(revision.paths):
            finish_migration(place, migration)
            listener(StepStarted(f"migration: {', '.join(migration)}"))
            steps.append(PlanStep("migration", tuple(migration)))
        plan = each_file_once(steps)
        reasons = {path: step.step for step in plan for path in step.files}
        changes = changes_of(place, [*files, *migration], reasons)
        endpoints, problem = compare(project, read_project(place.folder), made, done)
        if problem:
            raise VerificationError(problem, [], remedy="name another resource with --like")
        proof = Proof(answers, tuple(done.new_tests), endpoints)
        changes, checks, unfit = prove_example(place, changes, proof)
        done.notes += unfit
        undo = move_over(place, changes, command)
        done.notes += [*revision.notes, *place.notes]
        outcome = _outcome(made, plan, done, len(endpoints))
        return change_report(outcome, changes, verified=checks, undo=undo)


@dataclass(frozen=True, slots=True)
class Proof:
    """What is to be proved: new tests and endpoints; `answers` to what cannot be."""

    answers: Answers
    new_tests: tuple[str, ...]
    endpoints: tuple[tuple[str, str], ...]


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
        changes = changes_of(place, changes.paths, {e.path: e.reason for e in changes.edits})
        checks = _prove(place, changes, proof)
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
    )


def finish_migration(place: Workplace, migration: list[str]) -> None:
    """Drop enum types with their tables, and format the migration as an older one is."""
    new = {Path(path).name for path in migration}
    written = []
    for path in migration:
        file = place.folder / path
        older = sorted(f for f in file.parent.glob("*.py") if f.name not in new)
        file.write_bytes(encode(drop_enum_types(decode(file.read_bytes()))))
        if not older:  # the first of all has nothing to be like
            tidy(place.folder, [path])
            continue
        written.append(Written(path, older[-1].read_bytes(), is_new=True, prunes=False))
    Habits(place.folder).keep(written)


def plan_by_example(root: Path, project: Project, made: Lesson) -> ChangeReport:
    """Return what would be written, without an environment or a database; nothing is proved."""
    environment = find(root)
    installed: Mapping[str, str] = environment.distributions() if environment else {}
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(prepare(root)).folder
        done, files = write(folder, made, installed)
        edits = [FileEdit(p, _bytes(root / p), _bytes(folder / p)) for p in files]
        endpoints, problem = compare(project, read_project(folder), made, done)
    if problem:
        done.notes.append(Note("", 0, f"as it stands, this would be refused: {problem}"))
    plan = each_file_once([PlanStep(name, paths) for name, paths in done.plan()])
    return change_report(
        _outcome(made, plan, done, len(endpoints)), ChangeSet(tuple(edits)), dry_run=True
    )


def compare(
    before: Project, after: Project, made: Lesson, done: Transferred
) -> tuple[tuple[tuple[str, str], ...], str | None]:
    """Return the endpoints that a change has added, and what is wrong with it, if anything is.

    It must lose no endpoint and no table, and must have an endpoint to make rows and to read them.
    """
    left = {(e.method, e.path) for e in before.endpoints} - {
        (e.method, e.path) for e in after.endpoints
    }
    tables = {m.table for m in before.models} - {m.table for m in after.models}
    fresh = new_endpoints(before, after)
    if left or tables:
        gone = ", ".join([*(f"{m} {p}" for m, p in sorted(left)), *sorted(tables)])
        return fresh, f"it would lose {gone}"
    if {"POST", "GET"} <= {method for method, _ in fresh}:
        return fresh, None
    routes = {p.path for p in made.choice.chain.parts if p.role == "routes"}
    why = "; ".join(f"{n.file}:{n.line} {n.text}" for n in done.notes if n.file in routes)
    return fresh, f"of {made.exemplar} too little could be carried over: {why or 'no endpoint'}"


def _bytes(file: Path) -> bytes | None:
    return file.read_bytes() if file.is_file() else None


def _outcome(
    made: Lesson, plan: tuple[PlanStep, ...], done: Transferred, endpoints: int
) -> Outcome:
    names = made.spec.names
    whose = "each row belongs to the user who made it" if made.owned else "rows are shared"
    return Outcome(
        command=COMMAND,
        summary=(
            f"{names.pascal}: learnt from {made.exemplar}, which has {made.choice.why}; "
            f"{endpoints} endpoints more; {whose}"
        ),
        plan=plan,
        notes=tuple(done.notes),
        next_steps=_next_steps(plan),
    )


def _next_steps(plan: tuple[PlanStep, ...]) -> tuple[str, ...]:
    if any(step.step == "migration" for step in plan):
        return ("alembic upgrade head    brings your database to the new migration",)
    return ()
