"""Rows that a host's tests make get an owner where a session is known, and nowhere else."""

import ast
from pathlib import Path

import pytest

from backwright.project import read_project
from backwright.transfer.draft import Draft
from backwright.transfer.guarding.guard import guard
from backwright.transfer.guarding.host import Wanted

MAIN = """from fastapi import Depends, FastAPI
from sqlmodel import Field, Session, SQLModel, create_engine, select

engine = create_engine("sqlite:///pages.db")
app = FastAPI()


class Page(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    text: str


def get_session():
    with Session(engine) as session:
        yield session


@app.get("/pages")
def pages(session: Session = Depends(get_session)):
    return session.exec(select(Page)).all()
"""
TESTS = """import pytest
from sqlmodel import Session

from main import Page, engine


{code}
"""
OWNED = {
    "in a block": (
        "def test_page():\n    with Session(engine) as session:\n"
        '        session.add(Page(text="a"))\n',
        'session.add(Page(text="a", owner_id=owner(session).id))',
    ),
    "made before there is a session": (
        'def test_page():\n    page = Page(text="a")\n    session = Session(engine)\n'
        "    session.add(page)\n",
        '    page = Page(text="a")\n    session = Session(engine)\n'
        "    page.owner_id = owner(session).id\n    session.add(page)\n",
    ),
    "of a fixture": (
        'def test_page(session):\n    page = Page(text="a")\n    session.add(page)\n',
        '    page = Page(text="a", owner_id=owner(session).id)\n',
    ),
}
LEFT = {
    "in a decorator": (
        '@pytest.mark.parametrize("page", [Page(text="a")])\n'
        "def test_page(page, session):\n    assert session.get(Page, page.id) == page\n"
    ),
    "before there is a session, and not added by its name": (
        'def test_page():\n    pages = [Page(text="a")]\n    session = Session(engine)\n'
        "    session.add_all(pages)\n"
    ),
}


def guarded(folder: Path, code: str) -> tuple[str, list[str]]:
    """Return the module of tests after its host was guarded, and what was noted of it."""
    (folder / "main.py").write_text(MAIN)
    (folder / "tests").mkdir()
    (folder / "tests" / "test_pages.py").write_text(TESTS.format(code=code))
    draft = Draft(folder)
    done = guard(draft, read_project(folder), Wanted(("Page",), (), frozenset()), {})
    notes = [one.text for one in done.notes if one.file == "tests/test_pages.py"]
    return draft.text("tests/test_pages.py"), notes


@pytest.mark.parametrize("name", OWNED)
def test_a_row_gets_an_owner(name: str, tmp_path: Path) -> None:
    code, wanted = OWNED[name]
    made, _ = guarded(tmp_path, code)
    ast.parse(made)
    assert wanted in made
    assert "import owner\n" in made


@pytest.mark.parametrize("name", LEFT)
def test_a_row_that_no_session_is_there_for_stays_as_it_is(name: str, tmp_path: Path) -> None:
    made, notes = guarded(tmp_path, LEFT[name])
    assert LEFT[name] in made
    assert "owner" not in made
    assert notes == [] or notes == ["test_page makes rows that nobody owns"]
