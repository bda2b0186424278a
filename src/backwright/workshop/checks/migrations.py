"""The migrations go up, down and up again on a database with rows in it, and lose none.

Without Alembic: `create_all` on a filled database of the old models leaves every row as it was.
"""

from __future__ import annotations

import configparser
import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from backwright.host.dialogue import Dialogue, DialogueError, converse
from backwright.workshop.bench import PAYLOADS, Database, Run, tail
from backwright.workshop.catalog import Catalog, read_catalog
from backwright.workshop.filling import Filled, checksums, fill
from backwright.workshop.registry import Outcome, check, failed, passed, skipped

_OPERATION = re.compile(
    r"\('(?:add|remove|modify)_\w+'.*?(?=\[?\(?'(?:add|remove|modify)_|$)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """A database as it was at one time: a copy of it, and its catalog."""

    database: Database
    catalog: Catalog


@check("migrations", order=20)
def migrations(run: Run) -> Outcome:
    """Migrate a filled database up, down and up; or let `create_all` meet one."""
    bench = run.bench
    if not bench.database_variables:
        return skipped("it is not known how this project is told its database")
    if bench.cluster is None and not bench.uses_sqlite:
        return skipped("there is no throw-away database for it")
    if bench.migrations_folder is None:
        return _without_alembic(run)
    if not bench.environment.has("alembic"):
        return skipped(f"alembic is not installed in {bench.environment.prefix}")
    database = run.databases.empty("migrations")
    with _alembic(run, run.folder, database) as dialogue:
        try:
            return _with_alembic(run, dialogue, database)
        except DialogueError as error:
            reason = f"{error.message}\n{tail(dialogue.said())}"
    return failed(reason) if _worked_before(run) else skipped(f"before, too, {reason}")


def _worked_before(run: Run) -> bool:
    """Tell whether the migrations go up from nothing without the change."""
    database = run.databases.empty("unchanged")
    with _alembic(run, run.unchanged(), database) as dialogue:
        try:
            folder = run.bench.migrations_folder or ""
            _open(run, dialogue, run.unchanged(), folder, database)
            dialogue.ask({"do": "upgrade", "to": "heads"})
        except DialogueError:
            return False
    return True


def _with_alembic(run: Run, alembic: Dialogue, database: Database) -> Outcome:
    """Go through the whole life of the new migrations."""
    opened = _open(run, alembic, run.folder, run.bench.migrations_folder or "", database)
    for head in opened["old_heads"]:
        alembic.ask({"do": "upgrade", "to": head})
    old = read_catalog(database, run.bench.cluster)
    alembic.ask({"do": "upgrade", "to": "heads"})
    run.databases.keep(run.databases.copy(database, "migrated"))
    drift = _new_drift(run, alembic.ask({"do": "drift"})["drift"])
    if drift:
        return failed(f"models and migrations differ: {drift}")
    if not opened["new"]:
        return passed(f"up to {', '.join(opened['heads']) or 'nothing'}; the change needs none")
    for target in opened["down_to"]:
        alembic.ask({"do": "downgrade", "to": target})
    if left := _difference(old, read_catalog(database, run.bench.cluster)):
        return failed(f"the downgrade does not give back the schema: {left}")
    filled = fill(database, old, run.bench.cluster)
    before = _Snapshot(run.databases.copy(database, "before"), old)
    return _again_with_rows(run, alembic, database, before, filled, opened["down_to"])


def _again_with_rows(
    run: Run,
    alembic: Dialogue,
    database: Database,
    before: _Snapshot,
    filled: Filled,
    down_to: Sequence[str],
) -> Outcome:
    """Go up, down and up with rows in the tables, new ones too; compare the rows each time."""
    cluster = run.bench.cluster
    alembic.ask({"do": "upgrade", "to": "heads"})
    new = read_catalog(database, cluster)
    if lost := _lost_rows(run, database, before, new):
        return failed(f"the upgrade changes rows: {lost}")
    added = set(new.named()) - set(before.catalog.named())
    filled_new = fill(database, new, cluster, only=added)
    for target in down_to:
        alembic.ask({"do": "downgrade", "to": target})
    found = read_catalog(database, cluster)
    if left := _difference(before.catalog, found):
        return failed(f"the downgrade of a filled database leaves it different: {left}")
    if lost := _lost_rows(run, database, before, found):
        return failed(f"the downgrade changes rows: {lost}")
    alembic.ask({"do": "upgrade", "to": "heads"})
    if lost := _lost_rows(run, database, before, read_catalog(database, cluster)):
        return failed(f"the second upgrade changes rows: {lost}")
    return passed(_summary(filled, filled_new, before.catalog, new))


def _summary(filled: Filled, filled_new: Filled, old: Catalog, new: Catalog) -> str:
    """Say on how many rows it was tried, and what could not be filled or compared."""
    text = f"up, down and up with {filled.rows} rows in {filled.tables} tables"
    if filled_new.rows:
        text += f", {filled_new.rows} rows in {filled_new.tables} new"
    for name, reason in (filled.empty | filled_new.empty).items():
        text += f"; {name} stayed empty ({reason.splitlines()[0]})"
    changed = [
        f"{name}.{column.name}"
        for name, table in old.named().items()
        for column in table.columns
        if name in new.named()
        and not any(
            column.name == other.name and column.type == other.type
            for other in new.named()[name].columns
        )
    ]
    return f"{text}; not compared: {', '.join(changed)}" if changed else text


def _alembic(run: Run, folder: Path, database: Database) -> AbstractContextManager[Dialogue]:
    """Start the payload that drives the host's Alembic, where its people would start it."""
    cwd = _configuration(folder, run.bench.migrations_folder or "")[1]
    return converse(
        [str(run.bench.environment.python), str(PAYLOADS / "migrate.py")],
        cwd=cwd,
        env=run.variables(database, folder=folder),
        processes=run.processes,
    )


def _open(
    run: Run, alembic: Dialogue, folder: Path, migrations_folder: str, database: Database
) -> dict[str, list[str]]:
    """Read the migration scripts; those that the change creates are the new ones."""
    ini = _configuration(folder, migrations_folder)[0]
    created = [edit.path for edit in run.bench.changes.edits if edit.before is None]
    return alembic.ask(
        {
            "do": "open",
            "ini": str(ini) if ini else None,
            "folder": str(folder / migrations_folder),
            "url": database.url,
            "new_files": [str(folder / path) for path in created],
        }
    )


def _configuration(folder: Path, migrations_folder: str) -> tuple[Path | None, Path]:
    """Return Alembic's configuration file and the folder that its people run it in."""
    scripts = (folder / migrations_folder).resolve()
    places = [folder, *(path for path in scripts.parents if path.is_relative_to(folder))]
    found: list[Path] = []
    for place in dict.fromkeys(path.resolve() for path in places):
        found += sorted(place.glob("*.ini"), key=lambda path: path.name != "alembic.ini")
    for ini in found:
        location = _script_location(ini)
        if location is None:
            continue
        for cwd in (folder, ini.parent):
            if (cwd / location.replace("%(here)s", str(ini.parent))).resolve() == scripts:
                return ini, cwd
    pyproject = folder / "pyproject.toml"
    if pyproject.is_file() and "[tool.alembic]" in pyproject.read_text(errors="replace"):
        return pyproject, folder
    return None, folder


def _script_location(ini: Path) -> str | None:
    """Return where a configuration file says that the scripts are; None if it is not Alembic's."""
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(ini.read_text(encoding="utf-8-sig"))
        return parser.get("alembic", "script_location")
    except (OSError, UnicodeError, configparser.Error):
        return None


def _new_drift(run: Run, drift: str | None) -> str:
    """Return the differences between models and migrations that were not there before."""
    if not drift:
        return ""
    database = run.databases.empty("drift")
    with _alembic(run, run.unchanged(), database) as alembic:
        _open(run, alembic, run.unchanged(), run.bench.migrations_folder or "", database)
        alembic.ask({"do": "upgrade", "to": "heads"})
        before = alembic.ask({"do": "drift"})["drift"]
    if not before:
        return drift
    known = set(_OPERATION.findall(before))
    return "; ".join(item for item in _OPERATION.findall(drift) if item not in known)


def _difference(wanted: Catalog, found: Catalog) -> str:
    """Say in what a schema differs from another; nothing where it does not."""
    missing = [f"without {line}" for line in sorted(wanted.schema - found.schema)]
    extra = [f"with {line}" for line in sorted(found.schema - wanted.schema)]
    shown = [*extra, *missing]
    more = f" and {len(shown) - 6} more" if len(shown) > 6 else ""
    return "; ".join(shown[:6]) + more


def _lost_rows(run: Run, database: Database, before: _Snapshot, now: Catalog) -> str:
    """Say which tables have other rows than before, over the columns that are still the same."""
    comparable: dict[str, tuple[str, ...]] = {}
    there = now.named()
    for table in before.catalog.tables:
        if table.name not in there:
            return f"the table {table.name} is gone"
        same = {(column.name, column.type) for column in there[table.name].columns}
        kept = tuple(item.name for item in table.columns if (item.name, item.type) in same)
        if kept:
            comparable[table.name] = kept
    old = checksums(before.database, comparable, run.bench.cluster)
    return "; ".join(
        f"{name} had {old[name][0]} rows, has {rows}"
        if rows != old[name][0]
        else f"values in {name} are different"
        for name, (rows, total) in checksums(database, comparable, run.bench.cluster).items()
        if (rows, total) != old[name]
    )


def _without_alembic(run: Run) -> Outcome:
    """Fill the old tables, let the new models create theirs beside them, and compare."""
    bench = run.bench
    module = bench.metadata_module or (bench.app or "").partition(":")[0]
    if not module:
        return skipped("no module is known whose import brings the models")
    database, fresh = run.databases.empty("tables"), run.databases.empty("fresh")
    _create_all(run, run.unchanged(), database, module)
    old = read_catalog(database, bench.cluster)
    filled = fill(database, old, bench.cluster)
    before = _Snapshot(run.databases.copy(database, "before"), old)
    _create_all(run, run.folder, database, module)
    now = read_catalog(database, bench.cluster)
    if lost := _lost_rows(run, database, before, now):
        return failed(f"create_all changes rows: {lost}")
    _create_all(run, run.folder, fresh, module)
    run.databases.keep(run.databases.copy(fresh, "migrated"))
    wanted = read_catalog(fresh, bench.cluster)
    text = f"create_all on {filled.rows} rows in {filled.tables} tables"
    text += f", {len(wanted.tables) - len(old.tables)} new tables"
    for name, reason in filled.empty.items():
        text += f"; {name} stayed empty ({reason.splitlines()[0]})"
    if missing := _difference(wanted, now):
        text += f"; databases that exist need a change by hand, they are {missing}"
    return passed(text)


def _create_all(run: Run, folder: Path, database: Database, module: str) -> None:
    """Create the tables of the models that a copy of the project has.

    Raises:
        DialogueError: the models cannot be imported, or the tables not created.
    """
    with converse(
        [str(run.bench.environment.python), str(PAYLOADS / "migrate.py")],
        cwd=folder,
        env=run.variables(database, folder=folder),
        processes=run.processes,
    ) as dialogue:
        try:
            dialogue.ask({"do": "create_all", "module": module, "url": database.url})
        except DialogueError as error:
            raise DialogueError(f"{error.message}\n{tail(dialogue.said())}") from error
