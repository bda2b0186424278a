"""Writing a migration: the host's own Alembic compares the new models with its old database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from backwright.errors import VerificationError
from backwright.host.dialogue import Dialogue, DialogueError
from backwright.project import read_project
from backwright.tasks.change import Workplace
from backwright.tasks.migrated import Wanted, wanted_of
from backwright.values import Check, Note, Place
from backwright.workshop import ChangeSet, Database, Run, hands
from backwright.workshop.catalog import read_catalog
from backwright.workshop.tables import (
    alembic,
    holds_tables,
    make_old_tables,
    open_migrations,
)


@dataclass(frozen=True, slots=True)
class Revision:
    """A migration that was written: its files, relative to the project, and what to say of it."""

    paths: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()


def write_migration(place: Workplace, message: str) -> list[str]:
    """Autogenerate a migration in staging and return its path; nothing without Alembic.

    Raises:
        VerificationError: the host's migrations or models fail.
    """
    try:
        return list(_written(place, message).paths)
    except DialogueError as error:
        raise _failure(error) from error


def write_revision(place: Workplace, message: str) -> Revision:
    """Autogenerate a migration of what the change brings, and of nothing else.

    In many projects models and migrations differ before any change; such differences are left
    out and noted. Where neither can be loaded here without the change, either, none is written.

    Raises:
        VerificationError: the host's migrations or models fail because of the change.
    """
    try:
        return _written(place, message)
    except DialogueError as error:
        why = _fails_before(place)
        if not why:
            raise _failure(error) from error
    text = (
        f"no migration was written: without the change, too, the models cannot be loaded here "
        f"({why}); write it where they can: alembic revision --autogenerate -m '{message}'"
    )
    return Revision(notes=(Note(place.facts.migrations_folder or "", 0, text),))


def _failure(error: DialogueError) -> VerificationError:
    return VerificationError(
        f"the migration could not be written: {error.message}",
        [Check("migration", "fail", 0.0, error.message)],
        remedy="mend the project's models or migrations first",
    )


def _fails_before(place: Workplace) -> str:
    """Say why the models of the project cannot be loaded without the change; nothing if they can."""
    run = hands(place.bench(ChangeSet()))
    database = run.databases.empty("revise")
    folder = run.unchanged()
    try:
        with alembic(run, folder, database) as dialogue:
            open_migrations(run, dialogue, folder, database)
            dialogue.ask({"do": "compare", "load": True})
    except DialogueError as error:
        return error.message.splitlines()[0]
    return ""


def _written(place: Workplace, message: str) -> Revision:
    """Write a migration, against a database at the heads or tables of the models.

    Raises:
        DialogueError: the host's migrations or models fail.
    """
    if place.facts.migrations_folder is None or not place.environment.has("alembic"):
        return Revision()
    run = hands(place.bench(ChangeSet()))
    database = run.databases.empty("revise")
    with alembic(run, run.folder, database) as dialogue:
        opened = open_migrations(run, dialogue, run.folder, database)
        why = _upgrade(dialogue)
        if not why and opened["heads"] and not holds_tables(run, database):
            why = "they make no tables"
        if not why:
            return _revise(place, run, dialogue, opened, database, message)
    return _revise_on_old_tables(place, run, message, why)


def _upgrade(dialogue: Dialogue) -> str:
    """Bring an empty database to the heads; return why the project's migrations do not."""
    try:
        dialogue.ask({"do": "upgrade", "to": "heads"})
    except DialogueError as error:
        return error.message.splitlines()[0]
    return ""


def _revise_on_old_tables(place: Workplace, run: Run, message: str, why: str) -> Revision:
    """Write the migration against tables of the models, with the heads noted as reached.

    Raises:
        DialogueError: the tables cannot be made, or the migration not written.
    """
    database = run.databases.empty("revise")
    make_old_tables(run, database)
    with alembic(run, run.folder, database) as dialogue:
        opened = open_migrations(run, dialogue, run.folder, database)
        dialogue.ask({"do": "stamp", "to": "heads"})
        revision = _revise(place, run, dialogue, opened, database, message)
    text = f"the project's own migrations do not go up from nothing ({why})"
    note = f"{text}: the new one is written against the tables of its models"
    return replace(
        revision, notes=(Note(run.bench.migrations_folder or "", 0, note), *revision.notes)
    )


def _revise(
    place: Workplace,
    run: Run,
    dialogue: Dialogue,
    opened: Mapping[str, Sequence[str]],
    database: Database,
    message: str,
) -> Revision:
    """Write down what the models have besides a database at the heads.

    Raises:
        VerificationError: the migrations do not make a table that the new ones refer to.
    """
    wanted = wanted_of(read_project(place.staging.original), read_project(place.folder))
    if opened["heads"]:
        _check_targets(run, database, wanted)
    compare: dict[str, object] = {"do": "compare", "load": False}
    operations = dialogue.ask(compare)["operations"]
    if wanted.tables and not any(one["table"] in wanted.tables for one in operations):
        compare = {"do": "compare", "load": True}  # env.py does not import all models
        operations = dialogue.ask(compare)["operations"]
    older: list[dict[str, str]] = []
    if opened["heads"] and any(one["table"] not in wanted.tables for one in operations):
        older = _differences_before(run, database, compare)
    known = {one["text"] for one in older}
    leave_out = [one for one in operations if not wanted.takes(one, known)]
    if not opened["heads"]:  # the first migration makes what its tables refer to, too
        leave_out = []
    if len(leave_out) == len(operations):
        return Revision()
    answer = dialogue.ask(
        {
            "do": "revise",
            "message": message,
            "leave_out": [one["text"] for one in leave_out],
            "refers_to": sorted(wanted.refers_to),
            "changes": sorted({*wanted.columns, *wanted.indexed}),
        }
    )
    top = place.folder.resolve()
    paths = [Path(path).resolve().relative_to(top).as_posix() for path in answer["paths"]]
    notes = (*_left_out(wanted, leave_out), *_notes(paths, answer))
    return Revision(tuple(sorted(paths)), notes)


def _check_targets(run: Run, database: Database, wanted: Wanted) -> None:
    """Refuse to refer to a table that a database at the heads has not.

    Raises:
        VerificationError: it says which, and where its model stands.
    """
    tables = read_catalog(database, run.bench.cluster).tables
    there = {one.name.rpartition(".")[2].strip('"') for one in tables}
    for table in sorted(wanted.refers_to - there):
        file, line = wanted.places.get(table, ("", 0))
        text = (
            f"the project's migrations do not create the table {table}, which the new migration "
            "refers to: a database at their heads has no such table"
        )
        raise VerificationError(
            text,
            [Check("migration", "fail", 0.0, text)],
            place=Place(file, line) if file else None,
            remedy=f"write the migration of {table} first, and then run this again",
        )


def _differences_before(
    run: Run, database: Database, compare: dict[str, object]
) -> list[dict[str, str]]:
    """Return the differences of models and migrations without the change; none if unreadable."""
    folder = run.unchanged()
    with alembic(run, folder, database) as dialogue:
        try:
            open_migrations(run, dialogue, folder, database)
            found: list[dict[str, str]] = dialogue.ask(compare)["operations"]
        except DialogueError:
            return []
    return found


def _left_out(wanted: Wanted, left_out: Sequence[dict[str, str]]) -> tuple[Note, ...]:
    """Say of each table that its model and its migrations differed before, and where it stands."""
    notes = []
    for table in sorted({one["table"] for one in left_out}):
        columns = dict.fromkeys(one["column"] for one in left_out if one["table"] == table)
        said = ", ".join(column for column in columns if column)
        text = (
            f"{table or 'the schema'} differs from its migrations since before"
            f"{f' ({said})' if said else ''}; the new migration leaves that as it is"
        )
        notes.append(Note(*wanted.places.get(table, ("", 0)), text))
    return tuple(notes)


def _notes(paths: Sequence[str], answer: dict[str, object]) -> tuple[Note, ...]:
    """Say where the migration was put if there was a choice."""
    if answer["head"] == "head":
        return ()
    text = f"there are several heads; the new migration follows {answer['head']}"
    return (Note(paths[0] if paths else "", 1, text),)
