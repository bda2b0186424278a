"""Writing a migration: the host's own Alembic compares the new models with its old database."""

from __future__ import annotations

from pathlib import Path

from backwright.errors import VerificationError
from backwright.tasks.change import Workplace
from backwright.values import Check
from backwright.workshop import ChangeSet, hands
from backwright.workshop.bench import PAYLOADS, tail

_SECONDS = 180.0


def write_migration(place: Workplace, message: str) -> list[str]:
    """Autogenerate a migration in staging and return its path; nothing without Alembic.

    Raises:
        VerificationError: the host's migrations or models fail.
    """
    folder = place.facts.migrations_folder
    if folder is None or not place.environment.has("alembic"):
        return []
    before = _revisions(place.folder / folder)
    run = hands(place.bench(ChangeSet()))
    database = run.databases.empty("revise")
    result = run.python(
        str(PAYLOADS / "revise.py"), "alembic.ini", message, database=database, timeout=_SECONDS
    )
    if not result.ok:
        check = Check("migration", "fail", result.seconds, tail(result.output))
        raise VerificationError(
            f"the migration could not be written: {check.detail}",
            [check],
            remedy="mend the project's models or migrations first",
        )
    return sorted(_revisions(place.folder / folder) - before)


def _revisions(folder: Path) -> set[str]:
    root = folder.parent
    return {path.relative_to(root).as_posix() for path in folder.rglob("versions/**/*.py")}
