"""A project's application, served from a copy of it on a throw-away database."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from backwright.errors import MissingError
from backwright.host.dialogue import DialogueError
from backwright.host.server import Server, ServerFailedError, serve
from backwright.report.events import StepStarted
from backwright.tasks.change import Workplace
from backwright.tasks.other_data import require_throw_away
from backwright.values import Note
from backwright.workshop import ChangeSet, Database, hands
from backwright.workshop.bench import PAYLOADS, last_first
from backwright.workshop.tables import make_tables

_SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class Running:
    """An application that answers.

    Attributes:
        url: Where it answers.
        database: Its database: the `address` of a PostgreSQL, or the `file` of an SQLite one.
        tables: How the database got its tables.
        server: The process, with what it has said so far.
    """

    url: str
    database: Database
    tables: str
    server: Server


@contextlib.contextmanager
def running(place: Workplace) -> Iterator[Running]:
    """Serve the application of a workplace on a new database with tables, until the block ends.

    `with workplace(root, "probe", listener) as place, running(place) as app: …`

    Raises:
        MissingError: there is no application, it does not start, its tables cannot be made, or
            its data is in no database that can be thrown away; the message carries what it said.
    """
    facts = place.facts
    if facts.app is None:
        raise MissingError("no application was found in this project")
    require_throw_away(place.folder, facts.database)
    if not place.environment.has("uvicorn"):
        raise MissingError(
            f"uvicorn is not installed in {place.environment.prefix}",
            remedy="install uvicorn there",
        )
    run = hands(place.bench(ChangeSet()))
    database = run.databases.empty("running")
    place.listener(StepStarted("making the tables of a throw-away database"))
    try:
        tables = make_tables(run, run.folder, database)
    except DialogueError as error:
        tables = f"not at all: {error.message.splitlines()[0]}"
    python = str(place.environment.python)
    place.listener(StepStarted(f"starting {facts.app}"))
    try:
        with serve(
            lambda port: [python, str(PAYLOADS / "load.py"), facts.app or "", str(port)],
            cwd=run.place(run.folder),
            env=run.variables(database),
            timeout=_SECONDS,
        ) as server:
            yield Running(server.url, database, tables, server)
    except ServerFailedError as error:
        raise MissingError(
            f"{facts.app} does not start: {last_first(error.message)}",
            remedy=_remedy(place.notes),
        ) from error


def _remedy(notes: tuple[Note, ...]) -> str:
    return "; ".join(note.text for note in notes) or "start it yourself, and give its address"
