"""`add auth`: accounts, tokens, owners and scoped queries for a project that has no authentication."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from backwright.host.versions import known_versions
from backwright.project import read_project
from backwright.project.types import Project
from backwright.report.change import ChangeReport, PlanStep
from backwright.report.events import Listener, StepStarted
from backwright.tasks.add_by_example import finish_migration
from backwright.tasks.auth_completion import (
    Gaps,
    complete_auth,
    completion,
    gaps_of,
    planned_completion,
)
from backwright.tasks.auth_plan import plan
from backwright.tasks.auth_proof import prove_guarded
from backwright.tasks.black import blacken
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
from backwright.tasks.drafted import changes_between, lose_nothing, put
from backwright.tasks.formatters import format_as_host
from backwright.tasks.heirs import heir_of, make_heir
from backwright.tasks.host_facts import main_app
from backwright.tasks.isolation_tests import keep_proof
from backwright.tasks.migration import write_revision
from backwright.tasks.probe_tests import style_of
from backwright.tasks.questions import Answers
from backwright.tasks.safe_migration import make_safe
from backwright.transfer.draft import Draft
from backwright.transfer.guarding.completing import Completion
from backwright.transfer.guarding.guard import Guarded, guard
from backwright.transfer.guarding.host import Wanted
from backwright.transfer.guarding.host_tests import NOBODY
from backwright.values import Note
from backwright.workshop import require
from backwright.workshop.staging import prepare

COMMAND = "add auth"


@dataclass(frozen=True, slots=True)
class AddAuth:
    """The request: where, what was answered, and whether to stop before anything is proved."""

    root: Path
    answers: Answers = field(default_factory=Answers)
    dry_run: bool = False


def add_auth(request: AddAuth, listener: Listener) -> ChangeReport:
    """Give a project authentication, and its rows owners.

    Raises:
        UsageError: the project has some authentication already, or no place for a new one.
        QuestionError: it is not clear what belongs to whom, or not everything could be proved.
        VerificationError: the change did not verify; the project is as it was.
        MissingError: something that the proof needs is not there.
    """
    project = _of_main_app(read_project(request.root))
    if project.auth.approach != "none":
        return _completed(request, project, listener)
    wanted = plan(project, Draft(request.root), request.answers)
    if request.dry_run:
        return _planned(request, project, wanted)
    with workplace(request.root, COMMAND, listener) as place:
        installed = place.environment.versions()
        done, files = write(place.folder, project, wanted, installed)
        blacken(place.environment, place.root, place.folder, files)
        format_as_host(place, files)
        steps = [PlanStep(name, paths) for name, paths in done.steps]
        for step in steps:
            listener(StepStarted(f"{step.step}: {', '.join(step.files)}"))
        changed = place.reread()
        migration, said = _migrate(changed, steps, wanted, done)
        ways = each_file_once(steps)
        reasons = {path: step.step for step in ways for path in step.files}
        changes = changes_of(place, [*files, *migration], reasons)
        lose_nothing(project, read_project(place.folder))
        checks = prove(changed, changes, answers=request.answers, expected_endpoints=done.fresh)
        style = style_of(changed)
        proof, tests = prove_guarded(changed, changes, done, request.answers, style)
        checks = (*checks, *proof)
        require(checks)
        kept, unkept = keep_proof(
            changed, tests, style.client if changed.facts.test_folder else None
        )
        if kept:
            ways = (*ways, PlanStep("isolation tests", tuple(kept)))
            reasons |= dict.fromkeys(kept, "isolation tests")
            changes = changes_of(place, [*files, *migration, *kept], reasons)
        undo = move_over(place, changes, COMMAND)
        notes = (*done.notes, *said, *changed.notes, *unkept)
        outcome = _outcome(wanted, done, ways, notes, migrated=bool(migration))
        return change_report(outcome, changes, verified=checks, undo=undo)


def _completed(request: AddAuth, project: Project, listener: Listener) -> ChangeReport:
    """Complete an authentication that is there; report that there is nothing to add if so."""
    wanted = completion(project, Draft(request.root), request.answers)
    if wanted == Completion():
        return _already(project, gaps_of(project, Draft(request.root)))
    if request.dry_run:
        return planned_completion(request.root, project, wanted, command=COMMAND)
    return complete_auth(request.root, project, wanted, request.answers, listener, command=COMMAND)


def _already(project: Project, gaps: Gaps) -> ChangeReport:
    """Report that there is nothing to add, and what stays as open as it is."""
    auth = project.auth
    where = f" ({auth.file}:{auth.line or 1})" if auth.file else ""
    rest = [
        ("open to everybody", gaps.forgotten),
        ("with rows of all accounts", (*gaps.unscoped, *gaps.accounts)),
    ]
    said = "; ".join(f"{', '.join(keys)} stay {how}" for how, keys in rest if keys)
    return ChangeReport(
        command=COMMAND,
        plan=(),
        files=(),
        summary=f"authentication is there already: {auth.approach}{where}, and nothing is missing "
        f"of it{f'; {said}' if said else ''}; nothing was changed",
        next_steps=("backwright probe    tries it with two accounts, and without one",),
    )


def _migrate(
    place: Workplace, steps: list[PlanStep], wanted: Wanted, done: Guarded
) -> tuple[list[str], tuple[Note, ...]]:
    """Write the migration, safe for tables with rows in them."""
    revision = write_revision(place, "add accounts and owners")
    migration = list(revision.paths)
    notes = revision.notes
    if wanted.heir and not migration:
        text = f"the rows that are there were not given to {wanted.heir}: there is no migration"
        notes += (Note("", 0, text),)
    if migration:
        fills = {}
        if wanted.heir:
            heir = heir_of(
                read_project(place.folder), done.accounts, done.key_kind, wanted.heir,
                wanted.direct, sqlite=place.facts.uses_sqlite,
            )  # fmt: skip
            heir = replace(heir, column=done.owner_column)
            make_heir(place.folder, migration, heir)
            fills = heir.fills
        notes += make_safe(place, migration, fills)
        finish_migration(place, migration)
        place.listener(StepStarted(f"migration: {', '.join(migration)}"))
        steps.append(PlanStep("migration", tuple(migration)))
    return migration, notes


def _of_main_app(project: Project) -> Project:
    """Return what is known of a project's main application: it is the one that is guarded."""
    app = main_app(project)
    if app is None:
        return project
    endpoints = tuple(one for one in project.endpoints if one.app == app.object)
    return replace(project, apps=(app,), endpoints=endpoints)


def write(
    folder: Path, project: Project, wanted: Wanted, installed: Mapping[str, str]
) -> tuple[Guarded, list[str]]:
    """Write authentication into a copy of a project; return what was done, and the files.

    Raises:
        UsageError: the project has no place for it.
        VerificationError: a place that touches rows cannot be scoped.
    """
    draft = Draft(folder)
    if wanted.heir and project.migrations:
        done = guard(draft, project, replace(wanted, owner_required=True), installed)
        if not any(NOBODY in note.text for note in done.notes):
            return done, put(folder, draft)
        draft = Draft(folder)
    done = guard(draft, project, wanted, installed)
    return done, put(folder, draft)


def _planned(request: AddAuth, project: Project, wanted: Wanted) -> ChangeReport:
    """Return what would be written, without an environment or a database; nothing is proved."""
    installed = known_versions(request.root)
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(prepare(request.root)).folder
        done, files = write(folder, project, wanted, installed)
        changes = changes_between(request.root, folder, files)
    ways = each_file_once([PlanStep(name, paths) for name, paths in done.steps])
    outcome = _outcome(wanted, done, ways, done.notes, migrated=project.migrations is not None)
    return change_report(outcome, changes, dry_run=True)


def _outcome(
    wanted: Wanted,
    done: Guarded,
    ways: tuple[PlanStep, ...],
    notes: tuple[Note, ...],
    *,
    migrated: bool,
) -> Outcome:
    names = ", ".join([*wanted.direct, *wanted.through]) or "no table"
    open_ones = ", ".join(f"{method} {path}" for method, path in done.public) or "none"
    steps = []
    if done.dependencies:
        steps.append(f"install what was added: {', '.join(done.dependencies)}")
    steps.append("set SECRET_KEY, such as to what `openssl rand -hex 32` prints")
    if migrated:
        steps.append("alembic upgrade head    brings your database to the new migration")
    elif wanted.direct:
        steps.append(
            "add the owners' columns to tables that are there: without migrations, only missing "
            "tables are created"
        )
    return Outcome(
        command=COMMAND,
        summary=(
            f"accounts with tokens; {len(done.guarded)} endpoints ask for an account, open are: "
            f"{open_ones}; rows of {names} belong to who made them"
        ),
        plan=ways,
        notes=notes,
        next_steps=tuple(steps),
    )
