"""What is unique is so for each account, where a column says it in a way that can be changed."""

from pathlib import Path

import pytest
from tests.guarding.test_scoping import DATABASE

from backwright.errors import QuestionError, UsageError
from backwright.project import read_project
from backwright.tasks.auth_plan import plan
from backwright.tasks.questions import Answers
from backwright.transfer.draft import Draft
from backwright.transfer.guarding.guard import guard

MODELS = """from typing import Annotated

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Named = Annotated[str, mapped_column(unique=True)]


class Base(DeclarativeBase):
    pass


class Tag(Base):
    __tablename__ = "tags"
{args}
    id: Mapped[int] = mapped_column(primary_key=True)
{column}
{more}
"""
MAIN = """from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session

from app.database import get_db
from app.models import Tag

app = FastAPI()


@app.post("/tags")
def create(name: str, db: Session = Depends(get_db)):
    db.add(Tag(name=name))
"""
RULE = 'UniqueConstraint("owner_id", "name")'
COLUMNS = {
    "name: Mapped[str] = mapped_column(unique=True)": "name: Mapped[str] = mapped_column()",
    "name: Mapped[str] = mapped_column(String(9), unique=True, index=True)": (
        "name: Mapped[str] = mapped_column(String(9))"
    ),
    "name: Mapped[str] = mapped_column(unique=True, index=True, nullable=False)": (
        "name: Mapped[str] = mapped_column(nullable=False)"
    ),
    "name = Column((String(9)), unique=True, nullable=False)": (
        "name = Column((String(9)), nullable=False)"
    ),
    "name = Column(\n        String(9),\n        nullable=False,\n        unique=True,\n    )": (
        "name = Column(\n        String(9),\n        nullable=False,\n    )"
    ),
}
ARGS = {
    "": f"    __table_args__ = ({RULE},)\n",
    '    __table_args__ = (CheckConstraint("id > 0"),)\n': (
        f'    __table_args__ = ({RULE}, CheckConstraint("id > 0"),)\n'
    ),
    '    __table_args__ = {"comment": "words"}\n': (
        f'    __table_args__ = ({RULE}, {{"comment": "words"}})\n'
    ),
}
KEPT = {
    "by an alias": ("name: Mapped[Named]", ""),
    "named otherwise": ('name = Column("label", String(9), unique=True)', ""),
    "referred to": (
        "name: Mapped[str] = mapped_column(unique=True)",
        "\n\nclass Use(Base):\n    __tablename__ = 'uses'\n    id = Column(Integer, primary_key=True)\n"
        "    tag = Column(String(9), ForeignKey('tags.name'))",
    ),
}
PLAIN = next(iter(COLUMNS))


def host(folder: Path, column: str = PLAIN, args: str = "", more: str = "") -> Path:
    """Write a host with a table that has a unique column."""
    models = MODELS.format(column=f"    {column}", args=args, more=more)
    files = {"__init__": "", "models": models, "database": DATABASE, "main": MAIN}
    (folder / "app").mkdir()
    for name, text in files.items():
        (folder / "app" / f"{name}.py").write_text(text)
    (folder / "requirements.txt").write_text("fastapi\nsqlalchemy\n")
    return folder


def changed(root: Path, **given: str) -> tuple[str, list[str]]:
    """Return the tables of a host that was given authentication, and the notes."""
    project, draft = read_project(root), Draft(root)
    done = guard(draft, project, plan(project, draft, Answers(given, yes=True)), {})
    return draft.text("app/models.py"), [note.text for note in done.notes]


@pytest.mark.parametrize("column", COLUMNS)
def test_a_column_is_unique_for_each_owner(tmp_path: Path, column: str) -> None:
    code, notes = changed(host(tmp_path, column))
    assert COLUMNS[column] in code
    assert f'"tags"\n    __table_args__ = ({RULE},)\n' in code
    assert "UniqueConstraint" in code.partition("\nNamed")[0]
    assert any("Tag.name is unique for each account" in one for one in notes)


@pytest.mark.parametrize("args", ARGS)
def test_rules_that_a_table_has_stay(tmp_path: Path, args: str) -> None:
    assert ARGS[args] in changed(host(tmp_path, args=args))[0]


@pytest.mark.parametrize("why", KEPT)
def test_what_must_stay_unique_is_said(tmp_path: Path, why: str) -> None:
    column, more = KEPT[why]
    code, notes = changed(host(tmp_path, column, more=more))
    assert RULE not in code
    assert column in code
    assert any("is unique among all accounts" in one for one in notes)


def test_who_says_so_keeps_it_unique_among_all(tmp_path: Path) -> None:
    code, notes = changed(host(tmp_path), unique="none")
    assert RULE not in code
    assert any("Tag.name is unique among all accounts" in one for one in notes)


def test_it_is_asked(tmp_path: Path) -> None:
    root = host(tmp_path)
    given = {"owned": "Tag", "public": "none", "rows": "hidden"}
    with pytest.raises(QuestionError) as raised:
        plan(read_project(root), Draft(root), Answers(given))
    assert raised.value.question.key == "unique"
    assert raised.value.question.recommended == "Tag.name"
    with pytest.raises(UsageError, match=r"'Tag\.nam' in --answer unique"):
        plan(read_project(root), Draft(root), Answers({**given, "unique": "Tag.nam"}))


def test_beside_rows_that_everybody_sees_it_stays_unique_among_all(tmp_path: Path) -> None:
    assert RULE not in changed(host(tmp_path), rows="shared")[0]
