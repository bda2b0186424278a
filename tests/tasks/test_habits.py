"""What is new is formatted as the host is checked, and no other line is touched."""

from __future__ import annotations

from pathlib import Path

from backwright.tasks.habits import Habits, Written

LIKE = """import os

def first():
    return os.getcwd()

def second():
    return f"two"
"""
NEW = LIKE.replace("first", "third").replace("second", "fourth")
CLEAN = """import os


def third():
    return os.getcwd()


def fourth():
    return "two"
"""


def test_a_new_file_has_no_form_that_flake8_complains_of(tmp_path: Path) -> None:
    (tmp_path / ".flake8").write_text("[flake8]\n")
    file = tmp_path / "new.py"
    file.write_text(NEW)
    Habits(tmp_path).keep([Written("new.py", LIKE.encode(), is_new=True)])
    assert file.read_text() == CLEAN


def test_of_an_edited_file_only_what_is_new_is_mended(tmp_path: Path) -> None:
    (tmp_path / ".flake8").write_text("[flake8]\n")
    file = tmp_path / "old.py"
    file.write_text(f"{LIKE}\ndef third():\n    return 3\n")
    Habits(tmp_path).keep([Written("old.py", LIKE.encode(), is_new=False)])
    assert file.read_text() == f"{LIKE}\n\ndef third():\n    return 3\n"


def test_without_flake8_a_new_file_is_as_its_like(tmp_path: Path) -> None:
    file = tmp_path / "new.py"
    file.write_text(NEW)
    Habits(tmp_path).keep([Written("new.py", LIKE.encode(), is_new=True)])
    assert file.read_text() == NEW


REVISION = "import sqlalchemy as sa\nimport sqlmodel\n\nx = sa.Text()\n"


def test_imports_of_a_template_go_where_older_revisions_use_theirs(tmp_path: Path) -> None:
    older = tmp_path / "older.py"
    for text, is_used in (("import os\n\nos.getcwd()\n", True), (REVISION, False)):
        older.write_text(text)
        assert Habits(tmp_path).use_all_imports([older]) is is_used
    older.write_text(REVISION.replace("sqlmodel\n", "sqlmodel  # noqa: F401\n"))
    assert Habits(tmp_path).use_all_imports([older])


LONG = '    return "the words of this line were here before anybody came to change it", "and they stay"\n'
ADDED = '    answer = dict(first="one of two things that are new here", second="the other one of them", n=3)\n'


def test_no_new_line_is_longer_than_the_hosts_ruff_lets_pass(tmp_path: Path) -> None:
    (tmp_path / "ruff.toml").write_text("line-length = 90\n")
    file, like = tmp_path / "old.py", f"def first( ):\n{LONG}"
    file.write_text(like.replace("first( ):\n", f"first( ):\n{ADDED}"))
    Habits(tmp_path).keep([Written("old.py", like.encode(), is_new=False)])
    lines = file.read_text().splitlines(keepends=True)
    assert [line for line in lines if len(line) > 90] == [LONG]
    assert lines[0] == "def first( ):\n"


IMPORTS = """from collections.abc import Generator

import pytest
from sqlalchemy.orm import Session
from fastapi.testclient import TestClient

from shop.main import api
from shop.tables import Base, engine, get_db

from .factories import Two, One
from .utils import Session as Scoped
from tests.outputs import (  # noqa: F401
    one,
    two,
)


def made() -> Generator[Session, None, None]:
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    with Scoped() as session:
        yield session


@pytest.fixture
def client():
    with {signed}TestClient(api) as client:
        yield client, get_db, Two, One
"""
WAY = "from tests.ways import way\n"


def test_imports_that_were_not_sorted_are_said_once(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.ruff]\nlint.select = ["I", "F"]\n')
    for name in ("shop", "tests"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    file = tmp_path / "tests" / "old.py"
    written = IMPORTS.format(signed="way or ").replace(")\n\n\n", f")\n{WAY}\n\n", 1)
    file.write_text(written)
    like = IMPORTS.format(signed="").encode()
    Habits(tmp_path).keep([Written("tests/old.py", like, is_new=False)])
    assert file.read_text() == written


TABLES = "op.create_table('notes',\nsa.Column('a', sa.Text()),\nsa.Column('b', {}),\n)\n"


def test_long_lines_of_what_a_tool_wrote_stay_unless_a_linter_looks_at_them(
    tmp_path: Path,
) -> None:
    """A revision in which one statement is formatted and the next is not reads like a mistake."""
    file, code = tmp_path / "revision.py", TABLES.format("sa.Enum(" + "'word', " * 12 + ")")
    made = Written("revision.py", TABLES.format("1").encode(), is_new=True, generated=True)
    file.write_text(code)
    Habits(tmp_path).keep([made])
    assert file.read_text() == code
    (tmp_path / ".flake8").write_text("[flake8]\n")
    Habits(tmp_path).keep([made])
    assert max(map(len, file.read_text().splitlines())) <= 88


def test_a_line_beside_what_is_new_is_not_mended_with_it(tmp_path: Path) -> None:
    """The host's own Ruff may be older than ours, and have fewer rules where it names none."""
    (tmp_path / "pyproject.toml").write_text('[tool.ruff.lint]\nselect = ["UP"]\n')
    old = "from typing import Optional\n\n\nclass Row:\n    id: Optional[int] = None\n"
    file = tmp_path / "old.py"
    file.write_text(f"{old}    owner_id: Optional[int] = None\n")
    Habits(tmp_path).keep([Written("old.py", old.encode(), is_new=False)])
    assert file.read_text() == f"{old}    owner_id: int | None = None\n"


def test_what_newer_syntax_makes_needless_goes_even_where_the_host_mends_it_by_hand(
    tmp_path: Path,
) -> None:
    rules = '[tool.ruff.lint]\npreview = true\nselect = ["UP", "RUF"]\nunfixable = ["F401"]\n'
    (tmp_path / "pyproject.toml").write_text(
        f'[project]\nname = "a"\nrequires-python = ">=3.12"\n{rules}'
    )
    file = tmp_path / "new.py"
    file.write_text("from datetime import datetime, timezone\n\nnow = datetime.now(timezone.utc)\n")
    Habits(tmp_path).keep([Written("new.py", b"", is_new=True)])
    assert file.read_text() == ("from datetime import datetime, UTC\n\nnow = datetime.now(UTC)\n")


def test_an_import_that_is_there_for_its_effect_stays(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.ruff.lint]\npreview = true\nselect = ["ALL"]\n')
    file = tmp_path / "new.py"
    file.write_text("from models import User  # noqa: F401\n")
    Habits(tmp_path).keep([Written("new.py", b"", is_new=True)])
    assert "from models import User  # noqa: F401\n" in file.read_text()
