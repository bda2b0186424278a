"""Data that is in no database that can be thrown away is named, with its place and the remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from backwright.errors import MissingError
from backwright.tasks.host_database import DatabaseFacts
from backwright.tasks.other_data import require_throw_away
from backwright.values import Place


def written(folder: Path, line: str, name: str = "app/db.py") -> Path:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"import os\n{line}\n")
    return folder


def test_a_document_store_is_named_with_its_place(tmp_path: Path) -> None:
    written(tmp_path, "from motor.motor_asyncio import AsyncIOMotorClient")
    with pytest.raises(MissingError) as refused:
        require_throw_away(tmp_path, DatabaseFacts("none"))
    assert refused.value.message == "the project's data is in MongoDB (motor)"
    assert refused.value.place == Place("app/db.py", 2)
    assert "--url" in (refused.value.remedy or "")


def test_another_sql_server_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match=r"MySQL \(mysql\+pymysql\)"):
        require_throw_away(tmp_path, DatabaseFacts("mysql", "mysql+pymysql"))


@pytest.mark.parametrize(
    ("line", "name", "engine"),
    [
        ("import pymongo", "app/db.py", "postgresql"),  # beside a database that can be
        ("import pymongo", "tests/test_db.py", "none"),
        ("import motorway", "app/db.py", "none"),
    ],
)
def test_other_projects_are_not_refused(tmp_path: Path, line: str, name: str, engine: str) -> None:
    root = written(tmp_path, line, name)
    assert not _is_refused(root, DatabaseFacts(engine))  # type: ignore[arg-type]
    assert _is_refused(root, DatabaseFacts("mysql", "mysql+pymysql"))


def _is_refused(root: Path, facts: DatabaseFacts) -> bool:
    try:
        require_throw_away(root, facts)
    except MissingError:
        return True
    return False
