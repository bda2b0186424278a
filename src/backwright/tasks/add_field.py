"""`add field`: the same chain for one more field, its migration safe on a table with rows."""

from __future__ import annotations

from dataclasses import replace

from backwright.errors import UsageError
from backwright.project import read_project
from backwright.report.change import ChangeReport, PlanStep
from backwright.report.events import Listener, StepStarted
from backwright.spec.fields import nearest
from backwright.spec.names import names_of
from backwright.spec.types import FieldSpec
from backwright.tasks.add_by_example import Proof
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
from backwright.tasks.extend_by_example import extend_by_example, nothing_added
from backwright.tasks.extension_proof import prove_extension
from backwright.tasks.field_notes import field_notes
from backwright.tasks.field_request import AddField
from backwright.tasks.fills import Fills, existing_rows
from backwright.tasks.host_facts import speaks_house_style
from backwright.tasks.house import features_of, house_draft
from backwright.tasks.migration import write_migration
from backwright.tasks.nested import Below, write_below
from backwright.tasks.safe_migration import make_safe
from backwright.tasks.tidy import tidy
from backwright.transfer.draft import Draft
from backwright.transfer.extend import extend_resource, missing_fields
from backwright.transfer.survey import Survey, Table, survey
from backwright.values import Check, Note
from backwright.workshop import ChangeSet

WIDTH = 100


def add_field(request: AddField, listener: Listener) -> ChangeReport:
    """Add fields to a resource that is there; a second run changes nothing.

    Raises:
        UsageError: the request does not fit the project.
        QuestionError: something could not be proved, and the user has not agreed to that.
        VerificationError: the change did not verify; the project is as it was.
        MissingError: something that the proof needs is not there.
    """
    if not speaks_house_style(request.root):
        return extend_by_example(request, listener)
    draft = Draft(request.root)
    facts = survey(draft)
    table = find_resource(facts, request.resource)
    fields = missing_fields(draft, facts, table, request.fields)
    if not fields:
        names = ", ".join(f.name for f in request.fields)
        text = f"{table.name} has {names} already, as asked for"
        return change_report(Outcome(request.command, text, ()), ChangeSet())
    rows = existing_rows(table.table, fields, request.answers)
    if rows is None:
        return nothing_added(request.command, table.name)
    fields, fills = rows.fields, rows.fills
    command = f"{request.command} {table.name} {' '.join(f.name for f in fields)}"
    with workplace(request.root, command, listener) as place:
        below = Below()
        plan, notes = _write(place, table, fields, fills)
        if request.related:
            listener(StepStarted("endpoints of both sides"))
            before = read_project(request.root)
            below = write_below(place.folder, before, table.name, fields[0], WIDTH)
            plan = each_file_once((*plan, *_steps_below(below)))
        reasons = {path: step.step for step in plan for path in step.files}
        changes = changes_of(place, list(reasons), reasons)
        outcome = Outcome(
            command=request.command,
            summary=f"{table.name}: {', '.join(f.name for f in fields)}",
            plan=plan,
            notes=(*place.notes, *notes, *below.made.notes),
            next_steps=("make migrate    brings your database to the new migration",),
        )
        if request.dry_run:
            return change_report(outcome, changes, dry_run=True)
        tests = (f"tests/test_{table.names.plural_snake}.py", below.made.tests)
        new_tests = tuple(one for one in tests if one and (place.folder / one).is_file())
        proof = Proof(request.answers, new_tests, tuple(below.made.endpoints))
        changes, checks, more = _proved(place, changes, proof, below)
        undo = move_over(place, changes, command)
        outcome = replace(outcome, notes=(*outcome.notes, *more))
        return change_report(outcome, changes, verified=checks, undo=undo)


def _proved(
    place: Workplace, changes: ChangeSet, proof: Proof, below: Below
) -> tuple[ChangeSet, tuple[Check, ...], list[Note]]:
    """Verify a change; the project's tests show new fields, and new endpoints are called as well."""
    if below.files:
        return prove_extension(place, changes, proof, below)
    checks = prove(place, changes, answers=proof.answers, new_tests=proof.new_tests)
    return changes, checks, []


def _steps_below(below: Below) -> tuple[PlanStep, ...]:
    routes = tuple(path for path in below.files if path != below.made.tests)
    steps = (PlanStep("endpoints", routes), PlanStep("tests", (below.made.tests,)))
    return tuple(step for step in steps if any(step.files))


def find_resource(facts: Survey, name: str) -> Table:
    """Return a resource by its name in any form.

    Raises:
        UsageError: there is none; the nearest is named.
    """
    wanted = names_of(name).snake
    for table in facts.resources:
        if wanted in (table.names.snake, table.names.plural_snake):
            return table
    known = [t.name for t in facts.resources]
    raise UsageError(
        f"{name!r} is no resource of this project{nearest(name, known)}",
        remedy=f"one of: {', '.join(known)}" if known else "add it first: backwright add resource",
    )


def _write(
    place: Workplace,
    table: Table,
    fields: tuple[FieldSpec, ...],
    fills: Fills,
) -> tuple[tuple[PlanStep, ...], tuple[Note, ...]]:
    """Write the change into staging, step by step."""
    host = Draft(place.folder)
    steps = extend_resource(host, house_draft(features_of(place.root)), table, fields)
    for name, files in steps:
        place.listener(StepStarted(f"{name}: {', '.join(files)}"))
    changed = host.changes()
    for path, (_, after) in changed.items():
        assert after is not None  # noqa: S101 - adding deletes nothing
        (place.folder / path).write_bytes(after)
    tidy(place.folder, changed)
    plan = [PlanStep(name, files) for name, files in steps]
    words = ", ".join(f.name for f in fields)
    migration = write_migration(place, f"add {words} to {table.names.human}")
    notes = make_safe(place, migration, fills)
    tidy(place.folder, migration)
    if migration:
        place.listener(StepStarted(f"migration: {', '.join(migration)}"))
        plan.insert(len(plan) - 1, PlanStep("migration", tuple(migration)))
    return tuple(plan), (*notes, *field_notes(place.folder, table.names, fields))
