"""`add field` in a project of any style: learn the resource, write, prove, move over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from backwright.errors import VerificationError
from backwright.host.versions import known_versions
from backwright.project import read_project
from backwright.report.change import ChangeReport, PlanStep
from backwright.report.events import Listener, StepStarted
from backwright.spec.types import FieldSpec
from backwright.tasks.add_by_example import Proof, finish_migration
from backwright.tasks.by_example import convention
from backwright.tasks.change import (
    Outcome,
    Workplace,
    change_report,
    changes_of,
    each_file_once,
    move_over,
    workplace,
)
from backwright.tasks.drafted import for_python
from backwright.tasks.extension_proof import prove_extension
from backwright.tasks.field_request import AddField
from backwright.tasks.fills import Rows, existing_rows
from backwright.tasks.formatters import format_as_host
from backwright.tasks.habits import Habits, Written, width_of
from backwright.tasks.migration import write_revision
from backwright.tasks.nested import Below, write_below
from backwright.tasks.safe_migration import make_safe
from backwright.tasks.undefined import undefined_names
from backwright.transfer.dialect import python_of
from backwright.transfer.dialect.defaults import stored_value
from backwright.transfer.draft import Draft
from backwright.transfer.example.extending import (
    extend_resource,
    find_model,
    learn_itself,
    missing_fields,
)
from backwright.transfer.example.facts import Learning
from backwright.transfer.example.modules import read_modules
from backwright.transfer.example.nouns import read_nouns
from backwright.transfer.example.ownership import Ownership
from backwright.transfer.example.transfer import Transferred
from backwright.values import Note
from backwright.workshop import ChangeSet

_UPGRADE = "alembic upgrade head    brings your database to the new migration"


@dataclass(frozen=True, slots=True)
class _Written:
    """What stands in staging: what was learnt and made, the endpoints of both sides, the migration."""

    learning: Learning
    done: Transferred
    below: Below
    migration: list[str]
    notes: tuple[Note, ...]
    files: list[str]


def extend_by_example(request: AddField, listener: Listener) -> ChangeReport:
    """Add fields to a resource as its own people would have; a second run changes nothing.

    Where they are a relation (`related`), both sides get the endpoints that it gives.

    Raises:
        UsageError: the request does not fit the project.
        QuestionError: something could not be proved, and the user has not agreed to that.
        VerificationError: the change did not verify; the project is as it was.
        MissingError: something that the proof needs is not there.
    """
    root, command = request.root, request.command
    learning = _learning(root, request.resource, request.fields, known_versions(root))
    fields = missing_fields(learning)
    name = learning.chain.model.name
    if not fields:
        return nothing_missing(command, name, request.fields)
    dialect = learning.dialect
    rows = existing_rows(
        learning.chain.model.table,
        fields,
        request.answers,
        lambda word: stored_value(dialect, word),
    )
    if rows is None:
        return nothing_added(command, name)
    words = ", ".join(f.name for f in rows.fields)
    with workplace(root, f"{command} {name} {words}", listener) as place:
        written = _write_all(place, request, rows)
        steps = _steps(written.done, written.migration, written.below)
        reasons = {path: step.step for step in each_file_once(steps) for path in step.files}
        changes = changes_of(place, written.files, reasons)
        outcome = _outcome(place, written, steps, command)
        if request.dry_run:
            return change_report(outcome, changes, dry_run=True)
        proof = Proof(
            request.answers,
            tuple(written.done.new_tests),
            tuple(written.below.made.endpoints),
            touched=tuple((e.method, e.path) for e in written.learning.chain.endpoints),
        )
        changes, checks, more = prove_extension(place, changes, proof, written.below)
        undo = move_over(place, changes, f"{command} {name} {words}")
        outcome = replace(outcome, plan=_kept(steps, changes), notes=(*outcome.notes, *more))
        return change_report(outcome, changes, verified=checks, undo=undo)


def _write_all(place: Workplace, request: AddField, rows: Rows) -> _Written:
    """Write everything into staging: the chain, the endpoints of a relation, the migration."""
    found = place.environment.versions()
    learning = _learning(place.folder, request.resource, rows.fields, found)
    width = width_of(convention(learning.project, "line_length"))
    done, files = _write(place, learning, width)
    for step, paths in done.plan():
        place.listener(StepStarted(f"{step}: {', '.join(paths)}"))
    below = Below()
    if request.related:
        place.listener(StepStarted("endpoints of both sides"))
        one = learning.chain.model.name
        below = write_below(place.folder, learning.project, one, rows.fields[0], width)
    words = ", ".join(f.name for f in rows.fields)
    revision = write_revision(place, f"add {words} to {learning.chain.names.human}")
    migration = list(revision.paths)
    notes = (*revision.notes, *make_safe(place, migration, rows.fills, width))
    finish_migration(place, migration)
    files = list(dict.fromkeys([*files, *below.files, *migration]))
    format_as_host(place, files)
    python = python_of(learning.project, found)
    if lacking := undefined_names(place.folder, files, place.staging.original, python):
        raise VerificationError(f"what was written lacks {', '.join(lacking)}", ())
    return _Written(learning, done, below, migration, notes, files)


def _outcome(
    place: Workplace, written: _Written, steps: tuple[PlanStep, ...], command: str
) -> Outcome:
    """Return what the report says of a change, before it is proved."""
    model = written.learning.chain.model
    words = ", ".join(f.name for f in written.learning.spec.fields)
    return Outcome(
        command=command,
        summary=f"{model.name} ({model.file}:{model.line}): {words}",
        plan=steps,
        notes=(
            *place.notes,
            *written.done.notes,
            *written.below.made.notes,
            *written.notes,
            *_by_hand(written.learning, written.migration),
        ),
        next_steps=(_UPGRADE,) if written.migration else (),
    )


def nothing_missing(command: str, name: str, asked: Iterable[FieldSpec]) -> ChangeReport:
    """Return the report of a change that was made before."""
    words = ", ".join(f.name for f in asked)
    done = f"{name} has {words} already, as asked for"
    return change_report(Outcome(command, done, ()), ChangeSet())


def nothing_added(command: str, name: str) -> ChangeReport:
    """Return the report of a change that the user has decided against."""
    return change_report(Outcome(command, f"{name} stays as it is, as answered", ()), ChangeSet())


def _learning(
    root: Path, resource: str, fields: tuple[FieldSpec, ...], installed: dict[str, str]
) -> Learning:
    draft, project = Draft(root), read_project(root)
    owners = Ownership(project, read_modules(draft), read_nouns(project.models))
    return learn_itself(draft, owners, find_model(owners, resource), fields, installed)


def _steps(done: Transferred, migration: list[str], below: Below) -> tuple[PlanStep, ...]:
    steps = [PlanStep(step, paths) for step, paths in done.plan()]
    steps += [PlanStep("endpoints", tuple(below.files))] if below.files else []
    steps += [PlanStep("migration", tuple(migration))] if migration else []
    return tuple(steps)


def _kept(steps: Iterable[PlanStep], changes: ChangeSet) -> tuple[PlanStep, ...]:
    """Return the plan without files that stay as they were after all."""
    kept = (PlanStep(s.step, tuple(f for f in s.files if f in changes.paths)) for s in steps)
    return tuple(step for step in kept if step.files)


def _write(place: Workplace, learning: Learning, width: int) -> tuple[Transferred, list[str]]:
    """Write the change into staging, formatted as each file was."""
    draft = Draft(place.folder)
    done = extend_resource(draft, learning, width=width)
    for_python(draft, python_of(read_project(place.root), place.environment.versions()))
    written = []
    for path, (before, after) in draft.changes().items():
        assert after is not None  # noqa: S101 - adding deletes nothing
        (place.folder / path).write_bytes(after)
        written.append(Written(path, before or b"", is_new=before is None))
    Habits(place.folder, width).keep(written)
    return done, [file.path for file in written]


def _by_hand(learning: Learning, migration: list[str]) -> list[Note]:
    """Say that tables that are there get no column where nothing migrates them."""
    if migration or all(field.kind == "many" for field in learning.spec.fields):
        return []
    model = learning.chain.model
    text = (
        f"no migrations here: the table {model.table} of a database that is there already has to "
        "be given the new columns by hand"
    )
    return [Note(model.file, model.line, text)]
