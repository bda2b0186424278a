"""The migration that a dry run left out: some are planned without a database, and so without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from backwright.errors import MissingError, VerificationError
from backwright.project import read_project
from backwright.report.events import Listener
from backwright.tasks.add_by_example import finish_migration
from backwright.tasks.change import workplace
from backwright.tasks.formatters import format_as_host
from backwright.tasks.migrated import wanted_of
from backwright.tasks.migration import write_revision
from backwright.values import Note
from backwright.workshop import ChangeSet, prepare


@dataclass(frozen=True, slots=True)
class PlannedMigration:
    """The files of a migration and what they would hold, and what is to be said of it."""

    contents: Mapping[str, bytes | None] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


def lacks_migration(root: Path, changes: ChangeSet) -> bool:
    """Tell whether a planned change does to tables what no migration of its own brings."""
    before = read_project(root)
    if before.migrations is None:
        return False
    with prepare(root) as staging:
        staging.apply(changes)
        after = read_project(staging.folder)
    wanted = wanted_of(before, after)
    brings = wanted.tables or wanted.columns or wanted.indexed
    return bool(brings) and before.migrations == after.migrations


def plan_migration(
    root: Path, changes: ChangeSet, message: str, listener: Listener
) -> PlannedMigration:
    """Write the migration of a planned change, for what is planned next; nothing is proved."""
    try:
        with workplace(root, message, listener) as place:
            place.staging.apply(changes)
            changed = place.reread()
            revision = write_revision(changed, message)
            paths = list(revision.paths)
            finish_migration(changed, paths)
            format_as_host(changed, paths)
            contents = {path: (place.folder / path).read_bytes() for path in paths}
    except (MissingError, VerificationError) as error:
        why = error.message.splitlines()[0]
        text = f"the migration of `{message}` is not in this diff: {why}"
        return PlannedMigration(notes=(Note("", 0, text),))
    return PlannedMigration(contents, revision.notes)
