"""`make migration`: what it writes after a change of the models goes up, down and up again."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import CheckConstraint, Column, Date, Enum, Integer, String, Table
from sqlmodel import SQLModel

from app.config import Settings
from tests.database import provide_another_database


def mood(*values: str, name: str = "mood") -> Column[str]:
    """Return a column of an enumeration."""
    return Column(name, Enum(*values, name="test_mood"))


def name(length: int = 80, **options: Any) -> Column[str]:
    """Return a column of text."""
    return Column("name", String(length), **options)


TABLE = "test_table"
CHANGES: dict[str, tuple[list[Any], list[Any]]] = {
    "a new enumeration": ([], [mood("good", "bad")]),
    "an enumeration that goes": ([mood("good", "bad")], []),
    "an enumeration that is there": (
        [mood("good", "bad")],
        [mood("good", "bad"), mood("good", "bad", name="mood_before")],
    ),
    "an enumeration without a type": (
        [],
        [Column("mood", Enum("good", "bad", name="test_mood", native_enum=False))],
    ),
    "new values": ([mood("good", "bad")], [mood("great", "good", "fair", "bad")]),
    "a required column": ([], [Column("due", Date, server_default="2026-01-01", nullable=False)]),
    "a column that goes": ([name()], []),
    "another length": ([name()], [name(90)]),
    "required from now on": ([name()], [name(nullable=False)]),
    "another default": ([name()], [name(server_default="Max")]),
    "an index": ([name()], [name(index=True)]),
    "unique": ([name()], [name(unique=True)]),
    "a check": ([name()], [name(), CheckConstraint("name <> ''", name="name_not_empty")]),
}


@pytest.fixture(scope="module")
def database(settings: Settings) -> Iterator[None]:
    """Use a database of its own, with all tables."""
    with (
        provide_another_database(settings.database_url) as url,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(settings, "database_url", url)
        command.upgrade(Config("alembic.ini"), "head")
        yield


@pytest.fixture
def scratch(database: None, tmp_path: Path) -> Iterator[Config]:
    """Return a copy of the migrations, to which tests may add some."""
    config = Config("alembic.ini")
    config.set_main_option("script_location", str(tmp_path / "migrations"))
    shutil.copytree("migrations", tmp_path / "migrations")
    head = ScriptDirectory.from_config(config).get_current_head()
    yield config
    command.downgrade(config, str(head))
    _forget()


@pytest.mark.parametrize(("before", "after"), CHANGES.values(), ids=CHANGES)
def test_a_change_of_a_table(scratch: Config, before: list[Any], after: list[Any]) -> None:
    """No statement is missing, whichever way, and nothing is left to migrate."""
    _declare(before)
    command.revision(scratch, "the table", autogenerate=True)
    command.upgrade(scratch, "head")
    _declare(after)
    command.revision(scratch, "the change", autogenerate=True)
    command.upgrade(scratch, "head")
    command.downgrade(scratch, "-2")
    command.upgrade(scratch, "head")
    command.check(scratch)


def test_a_value_that_goes(scratch: Config) -> None:
    """PostgreSQL cannot do it, so whoever asks for it is told."""
    _declare([mood("good", "fair", "bad")])
    command.revision(scratch, "the table", autogenerate=True)
    command.upgrade(scratch, "head")
    _declare([mood("good", "bad")])
    with pytest.raises(CommandError, match="good, fair, bad, and shall be good, bad"):
        command.revision(scratch, "the change", autogenerate=True)


def test_a_new_name(scratch: Config, capsys: pytest.CaptureFixture[str]) -> None:
    """It looks like one column that goes and another that comes, and values would be lost."""
    _declare([name()])
    command.revision(scratch, "the table", autogenerate=True)
    command.upgrade(scratch, "head")
    _declare([Column("title", String(80))])
    command.revision(scratch, "the change", autogenerate=True)
    command.upgrade(scratch, "head")
    assert f"{TABLE}.name is dropped with its values" in " ".join(capsys.readouterr().out.split())


def _declare(items: list[Any]) -> None:
    """Have a table with an id and some items among the models."""
    _forget()
    Table(TABLE, SQLModel.metadata, Column("id", Integer, primary_key=True), *items)


def _forget() -> None:
    known = SQLModel.metadata.tables.get(TABLE)
    if known is not None:
        SQLModel.metadata.remove(known)
