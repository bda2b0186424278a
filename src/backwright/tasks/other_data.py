"""Where a project keeps its data, if that is no database that can be thrown away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from backwright.errors import MissingError
from backwright.tasks.host_database import DatabaseFacts
from backwright.values import Place

_STORES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("MongoDB", re.compile(r"^\s*(?:import|from)\s+(motor|pymongo|beanie|odmantic|mongoengine)\b")),
    ("DynamoDB", re.compile(r"^\s*(?:import|from)\s+(pynamodb|aiodynamo)\b")),
    ("Firestore", re.compile(r"^\s*(?:import|from)\s+(firebase_admin|google\.cloud\.firestore)\b")),
    ("Cassandra", re.compile(r"^\s*(?:import|from)\s+(cassandra)\b")),
    ("Neo4j", re.compile(r"^\s*(?:import|from)\s+(neo4j|neomodel)\b")),
)
_SQL = {"mysql": "MySQL", "mariadb": "MariaDB", "mssql": "SQL Server", "oracle": "Oracle"}
_LEFT_OUT = frozenset({"site-packages", "node_modules", "tests", "test"})
_REMEDY = (
    "only PostgreSQL and SQLite can be thrown away: start it on a database that was made for "
    "tests, and give its address (backwright probe --url http://127.0.0.1:8000)"
)


def require_throw_away(folder: Path, database: DatabaseFacts) -> None:
    """Refuse a project whose data is where nothing can be thrown away.

    Args:
        folder: The project.
        database: What was found of its database.

    Raises:
        MissingError: its data is in another kind of database; it names where that is seen.
    """
    if database.engine in ("postgresql", "sqlite"):
        return
    kind = _SQL.get(database.driver.partition("+")[0])
    if kind is not None and database.engine != "none":
        raise MissingError(f"the project's data is in {kind} ({database.driver})", remedy=_REMEDY)
    for name, package, place in _stores(folder):
        raise MissingError(
            f"the project's data is in {name} ({package})", place=place, remedy=_REMEDY
        )


def _stores(folder: Path) -> Iterator[tuple[str, str, Place]]:
    """Yield the stores that the project's own files import a client of."""
    for path in sorted(folder.rglob("*.py")):
        relative = path.relative_to(folder)
        if any(one.startswith(".") or one in _LEFT_OUT for one in relative.parts):
            continue
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        for number, line in enumerate(lines, 1):
            for name, pattern in _STORES:
                if found := pattern.match(line):
                    yield name, found[1], Place(relative.as_posix(), number)
