"""`add index`: indexes for the queries that a project has, tried on many rows before they are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from backwright.audit.subject import Subject
from backwright.errors import MissingError, UsageError
from backwright.project import read_project
from backwright.project.files import read_tree
from backwright.project.types import Project
from backwright.report.change import ChangeReport, PlanStep
from backwright.report.events import CheckEnded, Listener, StepStarted
from backwright.tasks.add_by_example import finish_migration
from backwright.tasks.by_example import convention
from backwright.tasks.capability import Order
from backwright.tasks.change import (
    Outcome,
    Workplace,
    change_report,
    changes_of,
    move_over,
    prove,
    workplace,
)
from backwright.tasks.drafted import lose_nothing, put
from backwright.tasks.formatters import format_as_host
from backwright.tasks.habits import width_of
from backwright.tasks.indexing.measuring import ROWS, Measured, measure
from backwright.tasks.indexing.proposals import Wanted, is_indexed, propose, read_words
from backwright.tasks.indexing.queries import read_queries
from backwright.tasks.migration import write_revision
from backwright.tasks.safe_migration import make_safe
from backwright.transfer.draft import Draft
from backwright.transfer.indexing import declare_index, index_name
from backwright.values import Choice, Note, Question
from backwright.workshop import ChangeSet

COMMAND = "add index"
_UPGRADE = "alembic upgrade head    brings your database to the new migration"


@dataclass(frozen=True, slots=True)
class AddIndex:
    """The request: which indexes (nothing: those that the queries call for), tried on how many rows."""

    order: Order
    words: tuple[str, ...] = ()
    rows: int = ROWS


def add_index(request: AddIndex, listener: Listener) -> ChangeReport:
    """Add indexes to a project; those that are there already are left as they are.

    Raises:
        UsageError: a word names no column of a model.
        QuestionError: it is to be chosen which of the proposed ones are wanted.
        VerificationError: the change did not verify; the project is as it was.
        MissingError: something that the proof needs is not there.
    """
    if request.rows < 1:
        raise UsageError(f"{request.rows} rows are none", remedy="--rows 1 or more")
    project = read_project(request.order.root)
    queries = read_queries(Subject(project, read_tree(request.order.root.resolve())))
    if request.words:
        asked = read_words(project, request.words, queries)
        wanted = [one for one in asked if not is_indexed(one.model, one.columns)]
        said = f"{', '.join(one.word for one in asked)} is indexed already"
    else:
        wanted = propose(project, queries)
        said = f"nothing to propose: the columns that {len(queries)} queries use are indexed"
    if not wanted:
        return change_report(Outcome(COMMAND, said, ()), ChangeSet())
    return _added(request, project, wanted, listener)


def _added(
    request: AddIndex, project: Project, wanted: list[Wanted], listener: Listener
) -> ChangeReport:
    order, is_proposed = request.order, not request.words
    command = f"{COMMAND} {' '.join(request.words)}".strip()
    try:
        with workplace(order.root, command, listener) as place:
            tried = measure(place, wanted, request.rows)
            for one in tried:
                listener(CheckEnded(one.check))
            useful = [one for one in tried if one.helps is not False or not is_proposed]
            if is_proposed and useful:
                answer = order.answers.to(_question(useful))
                useful = [one for one in useful if answer in ("all", one.wanted.word)]
            if not useful:
                return _nothing(tried)
            return _made(request, project, place, useful, tried, command)
    except MissingError:
        if is_proposed and not order.dry_run:  # what is proposed is worth knowing all the same
            order.answers.to(_question([Measured(one, None, "not tried here") for one in wanted]))
        raise


def _nothing(tried: Sequence[Measured]) -> ChangeReport:
    checks = tuple(one.check for one in tried)
    notes = tuple(_note(one) for one in tried if one.helps is False)
    outcome = Outcome(COMMAND, "no index is wanted: nothing was changed", (), notes=notes)
    return change_report(outcome, ChangeSet(), verified=checks)


def _note(one: Measured) -> Note:
    model = one.wanted.model
    return Note(model.file, model.line, f"{one.wanted.word} is not proposed: {one.detail}")


def _question(tried: Sequence[Measured]) -> Question:
    """Ask which of the proposed indexes are wanted."""
    choices = [Choice("all", "All of these.", "Each index is written with each new row.")]
    for one in tried:
        wanted = one.wanted
        places = ", ".join(map(str, wanted.places[:3]))
        more = f" and {len(wanted.places) - 3} more" if len(wanted.places) > 3 else ""
        text = f"{wanted.why} ({places}{more})"
        choices.append(Choice(wanted.word, text, one.detail))
    choices.append(Choice("none", "No index.", "The queries stay as they are."))
    return Question(
        key="indexes",
        text="Which of these indexes should be made?",
        why="the project's queries use columns that no index leads to; to choose several, name "
        "them: backwright add index MODEL.COLUMN MODEL.COLUMN,COLUMN",
        choices=tuple(choices),
        recommended="all",
    )


def _made(
    request: AddIndex,
    project: Project,
    place: Workplace,
    chosen: Sequence[Measured],
    tried: Sequence[Measured],
    command: str,
) -> ChangeReport:
    """Declare the indexes, write their migration, prove it, and move it over."""
    wanted = [one.wanted for one in chosen]
    files = declare(place.folder, project, wanted)
    place.listener(StepStarted(f"models: {', '.join(files)}"))
    words = ", ".join(f"{one.model.table} {' '.join(one.columns)}" for one in wanted)
    revision = write_revision(place, f"index {words if len(words) < 60 else 'queries'}")
    migration = list(revision.paths)
    width = width_of(convention(project, "line_length"))
    notes = (*revision.notes, *make_safe(place, migration, {}, width))
    finish_migration(place, migration)
    format_as_host(place, [*files, *migration])
    steps = [PlanStep("models", tuple(files))]
    steps += [PlanStep("migration", tuple(migration))] if migration else []
    reasons = {path: step.step for step in steps for path in step.files}
    changes = changes_of(place, [*files, *migration], reasons)
    lose_nothing(project, read_project(place.folder))
    plans = tuple(one.check for one in chosen)
    left = tuple(_note(one) for one in tried if one not in chosen and one.helps is False)
    by_hand = () if migration else tuple(_by_hand(place, project, wanted))
    outcome = Outcome(
        command=COMMAND,
        summary="; ".join(f"{one.word}: {one.why}" for one in wanted),
        plan=tuple(steps),
        notes=(*place.notes, *notes, *by_hand, *left, *_unused(chosen)),
        next_steps=(_UPGRADE,) if migration else (),
    )
    if request.order.dry_run:
        return replace(change_report(outcome, changes, dry_run=True), verified=plans)
    checks = prove(place, changes, answers=request.order.answers)
    undo = move_over(place, changes, command)
    return change_report(outcome, changes, verified=(*checks, *plans), undo=undo)


def declare(folder: Path, project: Project, wanted: Sequence[Wanted]) -> list[str]:
    """Declare indexes in the models of a copy of a project; return the files.

    Raises:
        UsageError: the declaration of a table cannot be edited.
    """
    files: dict[str, None] = {}
    width = width_of(convention(project, "line_length"))
    for one in wanted:
        now = read_project(folder) if files else project  # lines have moved
        model = next(m for m in now.models if m.table == one.model.table)
        draft = Draft(folder)
        if declare_index(draft, now, model, one.columns, width) is None:
            raise UsageError(
                f"{one.word}: the declaration of {model.table} is none that can be edited",
                remedy=f"declare it by hand at {model.file}:{model.line}",
            )
        files |= dict.fromkeys(put(folder, draft))
    return list(files)


def _by_hand(place: Workplace, project: Project, wanted: Sequence[Wanted]) -> list[Note]:
    """Say what makes the indexes in a database that nothing migrates."""
    apart = "CONCURRENTLY " if place.facts.database.engine == "postgresql" else ""
    return [
        Note(
            one.model.file,
            one.model.line,
            f"no migration was written; in a database that is there: CREATE INDEX {apart}"
            f"{index_name(project, one.model, one.columns)} ON {one.model.table} "
            f"({', '.join(one.columns)});",
        )
        for one in wanted
    ]


def _unused(chosen: Sequence[Measured]) -> tuple[Note, ...]:
    """Say of an index that was asked for that it was not seen to help."""
    return tuple(
        Note(one.wanted.model.file, one.wanted.model.line, f"{one.wanted.word}: {one.detail}")
        for one in chosen
        if one.helps is False
    )
