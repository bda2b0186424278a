"""Which URL a host is given for the throw-away database: in the words that its own code takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from backwright.project import read_project
from backwright.tasks.host_database import database_facts

MAIN = """\
from fastapi import FastAPI
from pydantic_settings import BaseSettings
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Settings(BaseSettings):
    database_url: str{default}


class Base(DeclarativeBase):
    pass


class Note(Base):
    __tablename__ = "note"
    id: Mapped[int] = mapped_column(primary_key=True)


engine = create_async_engine({url})
app = FastAPI()
"""


@pytest.mark.parametrize(
    ("default", "url", "driver"),
    [
        ("", "Settings().database_url", "postgresql+asyncpg"),
        (
            ' = "postgresql://app@localhost/app"',
            'Settings().database_url.replace("postgresql:", "postgresql+asyncpg:")',
            "postgresql",
        ),
    ],
)
def test_what_a_setting_holds_is_what_the_code_takes(
    tmp_path: Path, default: str, url: str, driver: str
) -> None:
    (tmp_path / "main.py").write_text(MAIN.format(default=default, url=url))
    (tmp_path / "requirements.txt").write_text("fastapi\nsqlalchemy\nasyncpg\npydantic-settings\n")
    facts = database_facts(read_project(tmp_path), ".")
    assert facts.engine == "postgresql"
    assert facts.variables["DATABASE_URL"].partition("://")[0] == driver


def test_what_connects_for_an_engine_says_where_to(tmp_path: Path) -> None:
    """The engine's own URL names no more than the dialect then."""
    url = '"postgresql+asyncpg://", async_creator=lambda: connect(Settings().database_url)'
    default = ' = "postgresql://app@localhost/app"'
    (tmp_path / "main.py").write_text(MAIN.format(default=default, url=url))
    (tmp_path / "requirements.txt").write_text("fastapi\nsqlalchemy\nasyncpg\npydantic-settings\n")
    project = read_project(tmp_path)
    assert project.database is not None
    assert [one.name for one in project.database.variables] == ["DATABASE_URL"]
    facts = database_facts(project, ".")
    assert facts.variables["DATABASE_URL"].partition("://")[0] == "postgresql"


def test_a_url_that_is_named_for_waiting_gets_a_driver_that_waits(tmp_path: Path) -> None:
    """Migrations of a project that awaits its database are often given another URL."""
    two = MAIN.replace("{default}", "\n    database_url_sync: str")
    (tmp_path / "main.py").write_text(two.format(url="Settings().database_url"))
    (tmp_path / "requirements.txt").write_text("sqlalchemy\nasyncpg\npsycopg2-binary\n")
    variables = database_facts(read_project(tmp_path), ".").variables
    assert variables["DATABASE_URL"].startswith("postgresql+asyncpg://")
    assert variables["DATABASE_URL_SYNC"].startswith("postgresql://")
