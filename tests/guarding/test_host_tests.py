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


APP = """from fastapi import FastAPI

from app.routes import router

app = FastAPI()
app.include_router(router, prefix="/api")
"""
ROUTES = """from fastapi import APIRouter, Depends
from sqlmodel import Session, select

from app.database import get_session
from app.models import Page

router = APIRouter()


@router.get("/pages")
def pages(session: Session = Depends(get_session)):
    return session.exec(select(Page)).all()
"""
OWN_APP = """import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.routes import router


@pytest.fixture
def client():
    app = FastAPI()
    app.include_router(router)
    yield TestClient(app)
"""


def test_an_application_that_tests_make_has_accounts(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "tests").mkdir()
    models, _, rest = MAIN.partition("class Page")[2].partition("\n\n\n")
    files = {
        "app/__init__": "",
        "app/main": APP,
        "app/routes": ROUTES,
        "app/models": f"from sqlmodel import Field, SQLModel\n\n\nclass Page{models}\n",
        "app/database": "from sqlmodel import Session, create_engine\n\n"
        f'engine = create_engine("sqlite:///pages.db")\n\n\n{rest.partition("@app")[0].strip()}\n',
        "tests/test_pages": OWN_APP,
    }
    for name, text in files.items():
        (tmp_path / f"{name}.py").write_text(text)
    draft = Draft(tmp_path)
    guard(draft, read_project(tmp_path), Wanted(("Page",), (), frozenset()), {})
    made = draft.text("tests/test_pages.py")
    assert "import router as auth_router\n" in made
    assert "    app.include_router(router)\n    app.include_router(auth_router" in made
    assert "signed_in(TestClient(app))" in made
