"""The migrations go up, down and up again on a database with rows in it, and lose none.

Without Alembic: `create_all` on a filled database of the old models leaves every row as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backwright.host.dialogue import Dialogue, DialogueError
from backwright.workshop.bench import Database, Run, tail
from backwright.workshop.catalog import Catalog, added_columns, read_catalog
from backwright.workshop.filling import Filled, checksums, execute, fill
from backwright.workshop.registry import Outcome, check, failed, passed, skipped
from backwright.workshop.tables import (
    alembic,
    create_tables,
    holds_tables,
    make_old_tables,
    open_migrations,
    tables_of,
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
    if bench.cluster is None and not bench.uses_sqlite:
        return skipped("there is no throw-away database for it")
    if bench.migrations_folder is None:
        return _without_alembic(run)
    if not bench.environment.has("alembic"):
        return skipped(f"alembic is not installed in {bench.environment.prefix}")
    database = run.databases.empty("migrations")
    with alembic(run, run.folder, database) as dialogue:
        try:
            return _with_alembic(run, dialogue, database)
        except DialogueError as error:
            reason = f"{error.message}\n{tail(dialogue.said())}"
    return failed(reason) if _worked_before(run) else _on_old_tables(run, reason)


def _on_old_tables(run: Run, reason: str) -> Outcome:
    """Try the new migrations alone, where the project's own do not go up from nothing.

    The old tables are made of the models without the change, and the old heads noted as reached.
    """
    database = run.databases.empty("models")
    try:
        make_old_tables(run, database)
        with alembic(run, run.folder, database) as dialogue:
            outcome = _with_alembic(run, dialogue, database, go="stamp")
    except DialogueError as error:
        return skipped(f"before, too, {reason}; nor on tables of the models: {error.message}")
    why = reason.splitlines()[0]
    text = (
        f"the project's own migrations do not go up from nothing ({why}); on tables of its models"
    )
    return Outcome(outcome.verdict, f"{text}: {outcome.detail}")


def _worked_before(run: Run) -> bool:
    """Tell whether the migrations go up from nothing without the change, and make tables."""
    database = run.databases.empty("unchanged")
    with alembic(run, run.unchanged(), database) as dialogue:
        try:
            opened = open_migrations(run, dialogue, run.unchanged(), database)
            dialogue.ask({"do": "upgrade", "to": "heads"})
        except DialogueError:
            return False
        return not opened["heads"] or holds_tables(run, database)


def _with_alembic(
    run: Run, driven: Dialogue, database: Database, *, go: str = "upgrade"
) -> Outcome:
    """Go through the whole life of the new migrations, from the old heads, reached by `go`."""
    opened = open_migrations(run, driven, run.folder, database)
    for head in opened["old_heads"]:
        driven.ask({"do": go, "to": head})
    old = read_catalog(database, run.bench.cluster)
    driven.ask({"do": "upgrade", "to": "heads"})
    run.databases.keep(run.databases.copy(database, "migrated"))
    if go == "upgrade" and (drift := _new_drift(run, driven)):
        return failed(f"models and migrations differ: {drift}")
    if not opened["new"]:
        return passed(f"up to {', '.join(opened['heads']) or 'nothing'}; the change needs none")
    for target in opened["down_to"]:
        driven.ask({"do": "downgrade", "to": target})
    if left := _difference(old, read_catalog(database, run.bench.cluster)):
        return failed(f"the downgrade does not give back the schema: {left}")
    filled = fill(database, old, run.bench.cluster)
    before = _Snapshot(run.databases.copy(database, "before"), old)
    return _again_with_rows(run, driven, database, before, filled, opened["down_to"])


def _again_with_rows(
    run: Run,
    driven: Dialogue,
    database: Database,
    before: _Snapshot,
    filled: Filled,
    down_to: Sequence[str],
) -> Outcome:
    """Go up, down and up with rows in the tables, new ones too; compare the rows each time."""
    cluster = run.bench.cluster
    driven.ask({"do": "upgrade", "to": "heads"})
    new = read_catalog(database, cluster)
    if lost := _lost_rows(run, database, before, new):
        return failed(f"the upgrade changes rows: {lost}")
    added = set(new.named()) - set(before.catalog.named())
    filled_new = fill(database, new, cluster, only=added)
    for target in down_to:
        driven.ask({"do": "downgrade", "to": target})
    found = read_catalog(database, cluster)
    if left := _difference(before.catalog, found):
        return failed(f"the downgrade of a filled database leaves it different: {left}")
    if lost := _lost_rows(run, database, before, found):
        return failed(f"the downgrade changes rows: {lost}")
    driven.ask({"do": "upgrade", "to": "heads"})
    if lost := _lost_rows(run, database, before, read_catalog(database, cluster)):
        return failed(f"the second upgrade changes rows: {lost}")
    return passed(_summary(filled, filled_new, before.catalog, new))


def _rows(filled: Filled, kind: str = "") -> str:
    tables = f"{kind}table" if filled.tables == 1 else f"{kind}tables"
    return f"{filled.rows} rows in {filled.tables} {tables}"


def _summary(filled: Filled, filled_new: Filled, old: Catalog, new: Catalog) -> str:
    """Say on how many rows it was tried, and what could not be filled or compared."""
    text = "applied, undone, applied again; the way down gives the old schema back"
    if filled.rows:
        text += f"; {_rows(filled)} kept, by count and checksum"
    if filled_new.rows:
        text += f"; {_rows(filled_new, 'new ')} as a trial"
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


def _new_drift(run: Run, driven: Dialogue) -> str:
    """Return the differences between models and migrations that were not there before."""
    drift = _drift(driven)
    if not drift:
        return ""
    database = run.databases.empty("drift")
    with alembic(run, run.unchanged(), database) as before:
        open_migrations(run, before, run.unchanged(), database)
        before.ask({"do": "upgrade", "to": "heads"})
        known = set(_drift(before))
    return "; ".join(item for item in drift if item not in known)


def _drift(driven: Dialogue) -> list[str]:
    """Return each difference of the models from a database at the heads, as `alembic check` does."""
    found = driven.ask({"do": "compare", "load": False})["operations"]
    if any(one["text"].startswith("('remove_table'") for one in found):
        # env.py does not import all models
        found = driven.ask({"do": "compare", "load": True})["operations"]
    return [one["text"] for one in found]


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
    modules = tables_of(bench)
    if not modules:
        return skipped("no module is known whose import brings the models")
    database, fresh = run.databases.empty("tables"), run.databases.empty("fresh")
    try:
        create_tables(run, run.unchanged(), database, modules)
    except DialogueError as error:
        return skipped(f"before, too, the tables cannot be created: {error.message}")
    old = read_catalog(database, bench.cluster)
    filled = fill(database, old, bench.cluster)
    before = _Snapshot(run.databases.copy(database, "before"), old)
    create_tables(run, run.folder, fresh, modules)
    run.databases.keep(run.databases.copy(fresh, "migrated"))
    wanted = read_catalog(fresh, bench.cluster)
    first = _create_beside(run, database, modules, old, wanted)
    now = read_catalog(database, bench.cluster)
    if lost := _lost_rows(run, database, before, now):
        return failed(f"create_all changes rows: {lost}")
    added = len(wanted.tables) - len(old.tables)
    text = f"create_all adds {added} {'table' if added == 1 else 'tables'}; {_rows(filled)} kept, by count and checksum"
    for name, reason in filled.empty.items():
        text += f"; {name} stayed empty ({reason.splitlines()[0]})"
    if missing := _difference(wanted, now):
        text += f"; databases that exist need a change by hand, they are {missing}"
    if first:
        text += f"; the application starts on them only after {first}"
    return passed(text)


def _create_beside(
    run: Run, database: Database, modules: tuple[str, ...], old: Catalog, wanted: Catalog
) -> str:
    """Let the new models create their tables beside the old ones; return what had to be done first.

    An application that reads rows while it is imported, such as to see whether there are any yet,
    needs the columns that nothing but a hand adds.

    Raises:
        DialogueError: the tables cannot be created, with the new columns or without.
    """
    try:
        create_tables(run, run.folder, database, modules)
    except DialogueError:
        statements = added_columns(old, wanted)
        if not statements:
            raise
        execute(database, statements, run.bench.cluster)
        create_tables(run, run.folder, database, modules)
        return "; ".join(statements)
    return ""
