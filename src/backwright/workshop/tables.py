"""The tables of a host's database: by its migrations, else made of its models."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backwright.host.dialogue import Dialogue, DialogueError, converse
from backwright.workshop.alembic_files import alembic_configuration
from backwright.workshop.bench import PAYLOADS, Bench, Database, Run, tail
from backwright.workshop.catalog import read_catalog


def tables_of(bench: Bench) -> tuple[str, ...]:
    """Return the modules whose import brings all models: those known to, and the application's."""
    if bench.metadata_module:
        return (bench.metadata_module,)
    app = (bench.app or "").partition(":")[0]
    return tuple(dict.fromkeys(name for name in (app, *bench.metadata_modules) if name))


def make_tables(run: Run, folder: Path, database: Database) -> str:
    """Give an empty database the tables of a copy of the project; say how, and what did not work.

    By its migrations where it has any and they go up, else from its models.

    Raises:
        DialogueError: neither works.
    """
    bench = run.bench
    if bench.cluster is None and database.file is None:
        return "it has no database that can be thrown away"
    why = ""
    if bench.migrations_folder is not None and bench.environment.has("alembic"):
        try:
            with alembic(run, folder, database) as dialogue:
                open_migrations(run, dialogue, folder, database)
                dialogue.ask({"do": "upgrade", "to": "heads"})
        except DialogueError as error:
            why = f"; its migrations do not go up: {error.message.splitlines()[0]}"
        else:
            if holds_tables(run, database):
                return "by its migrations"
            why = "; its migrations go up, but make none"
    modules = tables_of(bench)
    if not modules:
        return f"it has no models{why}"
    create_tables(run, folder, database, modules)
    return f"from its models{why}"


def holds_tables(run: Run, database: Database) -> bool:
    """Tell whether a database has any table besides Alembic's own."""
    tables = read_catalog(database, run.bench.cluster).tables
    return any(not one.name.endswith("alembic_version") for one in tables)


def make_old_tables(run: Run, database: Database) -> None:
    """Give an empty database the tables of the models as they were before the change.

    Raises:
        DialogueError: the models cannot be imported, or the tables not created.
    """
    create_tables(run, run.unchanged(), database, tables_of(run.bench))


def create_tables(run: Run, folder: Path, database: Database, modules: tuple[str, ...]) -> None:
    """Create the tables of the models that a copy of the project has.

    Raises:
        DialogueError: the models cannot be imported, or the tables not created.
    """
    with _drive(run, folder, run.place(folder), database) as dialogue:
        try:
            order = {"do": "create_all", "modules": modules, "url": database.url}
            dialogue.ask(order)
        except DialogueError as error:
            raise DialogueError(f"{error.message}\n{tail(dialogue.said())}") from error


@contextmanager
def alembic(run: Run, folder: Path, database: Database) -> Iterator[Dialogue]:
    """Start the payload that drives the host's Alembic, where its people would start it."""
    cwd = alembic_configuration(folder, run.bench.migrations_folder or "")[1]
    with _drive(run, folder, cwd, database) as dialogue:
        yield dialogue


@contextmanager
def _drive(run: Run, folder: Path, cwd: Path, database: Database) -> Iterator[Dialogue]:
    with converse(
        [str(run.bench.environment.python), str(PAYLOADS / "migrate.py")],
        cwd=cwd,
        env=run.variables(database, folder=folder),
        processes=run.processes,
    ) as dialogue:
        yield dialogue


def open_migrations(
    run: Run, dialogue: Dialogue, folder: Path, database: Database
) -> dict[str, list[str]]:
    """Read the migration scripts; those that the change creates are the new ones."""
    scripts = run.bench.migrations_folder or ""
    ini = alembic_configuration(folder, scripts)[0]
    created = [edit.path for edit in run.bench.changes.edits if edit.before is None]
    return dialogue.ask(
        {
            "do": "open",
            "ini": str(ini) if ini else None,
            "folder": str(folder / scripts),
            "url": database.url,
            "new_files": [str(folder / path) for path in created],
            "modules": tables_of(run.bench),
        }
    )
