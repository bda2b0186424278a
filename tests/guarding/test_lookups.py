"""A reference that a host looks up by itself is not looked up twice, and every other one is."""

from pathlib import Path

import pytest

from backwright.project import read_project
from backwright.transfer.draft import Draft
from backwright.transfer.guarding.guard import guard
from backwright.transfer.guarding.host import Wanted

MAIN = """from fastapi import Depends, FastAPI, HTTPException
from sqlmodel import Field, Session, SQLModel, create_engine, select

engine = create_engine("sqlite:///pages.db")
app = FastAPI()


class Shelf(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str


class Page(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    shelf_id: int = Field(foreign_key="shelf.id")


class PageCreate(SQLModel):
    shelf_id: int


def get_session():
    with Session(engine) as session:
        yield session


def shelf_of(session: Session, shelf_id: int):
    return session.get(Shelf, shelf_id)


def is_there(shelf_id: int) -> bool:
    with Session(engine) as session:
        if session.exec(select(Shelf).where(Shelf.id == shelf_id)).first():
            return True
    return False


def make(session: Session, page: PageCreate):
    if session.get(Shelf, page.shelf_id) is None:
        raise HTTPException(404)
    session.add(Page(shelf_id=page.shelf_id))
    session.commit()


@app.post("/pages")
def create(data: PageCreate, session: Session = Depends(get_session)):
{code}
"""
SAVED = "    session.add(Page(shelf_id=data.shelf_id))\n    session.commit()\n"
REFUSED = "        raise HTTPException(404)\n"
LOOKED_UP = {
    "by its key": "    shelf = session.get(Shelf, data.shelf_id)\n    if not shelf:\n"
    + REFUSED
    + SAVED,
    "by a query": (
        "    if session.query(Shelf).filter(Shelf.id == data.shelf_id).first() is None:\n"
        + REFUSED
        + SAVED
    ),
    "in two steps": (
        "    found = session.exec(select(Shelf).where(Shelf.id == data.shelf_id))\n"
        "    shelf = found.first()\n    if shelf is None:\n" + REFUSED + SAVED
    ),
    "by a function": (
        "    shelf = shelf_of(session, data.shelf_id)\n    if shelf is None:\n" + REFUSED + SAVED
    ),
    "by a function that tells": "    if not is_there(data.shelf_id):\n" + REFUSED + SAVED,
    "by a service": "    return make(session, data)\n",
    "by a service whose refusal is translated": (
        "    try:\n        return make(session, data)\n    except KeyError as error:\n"
        "        raise HTTPException(404) from error\n"
    ),
    "by a row that is made of it": (
        "    page = Page.model_validate(data)\n    if not is_there(page.shelf_id):\n"
        + REFUSED
        + "    session.add(page)\n    session.commit()\n"
    ),
    "by a row of its fields": (
        "    page = Page(**data.model_dump())\n    if shelf_of(session, page.shelf_id) is None:\n"
        + REFUSED
        + "    session.add(page)\n    session.commit()\n"
    ),
    "where it is given": (
        "    if data.shelf_id is not None:\n        shelf = session.get(Shelf, data.shelf_id)\n"
        "        if shelf is None:\n            raise HTTPException(404)\n" + SAVED
    ),
}
OPEN = {
    "nowhere": SAVED,
    "of a row that is made of something else": (
        "    page = Page(shelf_id=1)\n    if not is_there(page.shelf_id):\n" + REFUSED + SAVED
    ),
    "of another row": "    if session.get(Shelf, 1) is None:\n" + REFUSED + SAVED,
    "without a refusal": (
        "    if session.get(Shelf, data.shelf_id) is None:\n        print(data)\n" + SAVED
    ),
    "where it is there": "    if session.get(Shelf, data.shelf_id):\n" + REFUSED + SAVED,
    "after the change is kept": (
        SAVED + "    if session.get(Shelf, data.shelf_id) is None:\n" + REFUSED
    ),
    "only sometimes": (
        "    if data.shelf_id > 1:\n        if session.get(Shelf, data.shelf_id) is None:\n"
        "            raise HTTPException(404)\n" + SAVED
    ),
    "unless it has ended before": (
        "    if data.shelf_id == 1:\n        session.add(Page(shelf_id=1))\n        return None\n"
        "    if session.get(Shelf, data.shelf_id) is None:\n" + REFUSED + SAVED
    ),
    "where a refusal is swallowed": (
        "    try:\n        make(session, data)\n    except HTTPException:\n        print(data)\n"
        + SAVED
    ),
}


def guarded(folder: Path, code: str) -> str:
    """Return the module after its host was guarded."""
    (folder / "main.py").write_text(MAIN.format(code=code))
    draft = Draft(folder)
    guard(draft, read_project(folder), Wanted(("Shelf",), ("Page",), frozenset()), {})
    return draft.text("main.py")


@pytest.mark.parametrize("name", LOOKED_UP)
def test_what_is_looked_up_there_is_not_checked_once_more(name: str, tmp_path: Path) -> None:
    made = guarded(tmp_path, LOOKED_UP[name])
    assert "require_owned" not in made
    assert "Shelf.owner_id == current_user.id" in made


@pytest.mark.parametrize("name", OPEN)
def test_what_is_not_surely_refused_is_checked(name: str, tmp_path: Path) -> None:
    assert "require_owned(session, data.shelf_id, " in guarded(tmp_path, OPEN[name])
