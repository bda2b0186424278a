"""`add resource` where there is nothing to learn from: the house's own chain, in the host's words."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from backwright.host.versions import known_versions
from backwright.project import read_project
from backwright.project.types import Project
from backwright.report.change import ChangeReport, PlanStep
from backwright.report.events import Listener, StepStarted
from backwright.spec.types import ResourceSpec
from backwright.tasks.add_by_example import finish_migration
from backwright.tasks.change import (
    Outcome,
    change_report,
    changes_of,
    each_file_once,
    move_over,
    prove,
    workplace,
)
from backwright.tasks.drafted import changes_between, lose_nothing, put
from backwright.tasks.formatters import format_as_host
from backwright.tasks.growth_access import settle_access
from backwright.tasks.host_facts import main_app
from backwright.tasks.live import prove_live
from backwright.tasks.migration import write_revision
from backwright.tasks.questions import Answers
from backwright.transfer.dialect import python_of
from backwright.transfer.draft import Draft
from backwright.transfer.grow import Grown, grow
from backwright.values import Note
from backwright.workshop import require
from backwright.workshop.staging import prepare

COMMAND = "add resource"


@dataclass(frozen=True, slots=True)
class Growing:
    """The request: where, what is known of it, and what is to be added.

    `why` tells why the project's own resources are no examples.
    """

    root: Path
    project: Project
    spec: ResourceSpec
    answers: Answers
    why: tuple[Note, ...] = ()


def add_by_growth(request: Growing, listener: Listener) -> ChangeReport:
    """Add a resource in the house's own style, put into the dialect of a project that has none.

    Raises:
        UsageError: the request does not fit the project.
        VerificationError: the change did not verify; the project is as it was.
        MissingError: something that the proof needs is not there.
    """
    spec = request.spec
    command = f"{COMMAND} {spec.names.pascal}"
    with workplace(request.root, command, listener) as place:
        installed = place.environment.versions()
        grown, files = write(place.folder, request.project, spec, installed)
        grown = settle_access(request.project, grown, spec, request.answers)
        steps = [PlanStep(name, paths) for name, paths in grown.steps]
        for step in steps:
            listener(StepStarted(f"{step.step}: {', '.join(step.files)}"))
        changed = place.reread()
        revision = write_revision(changed, f"add {spec.names.human}")
        if migration := list(revision.paths):
            finish_migration(changed, migration)
            listener(StepStarted(f"migration: {', '.join(migration)}"))
            steps.append(PlanStep("migration", tuple(migration)))
        format_as_host(changed, [*files, *migration])
        plan = each_file_once(steps)
        reasons = {path: step.step for step in plan for path in step.files}
        changes = changes_of(place, [*files, *migration], reasons)
        lose_nothing(request.project, read_project(place.folder))
        checks = prove(
            changed,
            changes,
            answers=request.answers,
            new_tests=grown.new_tests,
            expected_endpoints=grown.endpoints,
        )
        checks = (*checks, prove_live(changed, grown.endpoints))
        require(checks)
        undo = move_over(place, changes, command)
        notes = (*request.why, *grown.notes, *revision.notes, *changed.notes)
        outcome = replace(_outcome(request, plan, grown), notes=notes)
        return change_report(outcome, changes, verified=checks, undo=undo)


def plan_by_growth(request: Growing) -> ChangeReport:
    """Return what would be written, without an environment or a database; nothing is proved."""
    installed = known_versions(request.root)
    root = request.root
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(prepare(root)).folder
        grown, files = write(folder, request.project, request.spec, installed)
        grown = settle_access(request.project, grown, request.spec, request.answers)
        changes = changes_between(root, folder, files)
        lose_nothing(request.project, read_project(folder))
    plan = each_file_once([PlanStep(name, paths) for name, paths in grown.steps])
    return change_report(_outcome(request, plan, grown), changes, dry_run=True)


def write(
    folder: Path, project: Project, spec: ResourceSpec, installed: Mapping[str, str]
) -> tuple[Grown, list[str]]:
    """Write the new resource into a copy of the project; return what was done, and the files.

    Raises:
        UsageError: the request does not fit the project.
    """
    draft, app = Draft(folder), main_app(project)
    known = replace(project, apps=(app,)) if app else project
    grown = grow(draft, known, spec, installed)
    return grown, put(folder, draft, python_of(project, installed))


def _outcome(request: Growing, plan: tuple[PlanStep, ...], grown: Grown) -> Outcome:
    names = request.spec.names
    whose = "rows are shared by all who are signed in" if grown.guarded else "rows are shared"
    if grown.owned:
        whose = "each row belongs to the user who made it"
    return Outcome(
        command=COMMAND,
        summary=(
            f"{names.pascal}: in Backwright's own style, since nothing here could be an example; "
            f"{len(grown.endpoints)} endpoints more; {whose}"
        ),
        plan=plan,
        notes=(*request.why, *grown.notes),
        next_steps=_next_steps(plan, grown),
    )


def _next_steps(plan: tuple[PlanStep, ...], grown: Grown) -> tuple[str, ...]:
    steps = []
    if grown.dependencies:
        steps.append(f"install what was added: {', '.join(grown.dependencies)}")
    if any("psycopg" in line for line in grown.dependencies):
        steps.append(
            "set DATABASE_URL to your PostgreSQL, such as postgresql://USER:PASSWORD@HOST/NAME"
        )
    if any(step.step == "migration" for step in plan):
        steps.append("alembic upgrade head    brings your database to the new migration")
    return tuple(steps)
