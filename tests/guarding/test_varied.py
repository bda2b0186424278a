"""Code that is told of a table: each way of reaching its rows is scoped to the caller."""

from pathlib import Path

import pytest
from tests.guarding.test_scoping import DATABASE, MODELS

from backwright.errors import VerificationError
from backwright.project import read_project
from backwright.transfer.draft import Draft
from backwright.transfer.guarding.guard import guard
from backwright.transfer.guarding.host import Wanted
from backwright.transfer.guarding.owned import Owned
from backwright.transfer.guarding.varied_rows import with_rows

MAIN = """from fastapi import Depends, FastAPI
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.database import get_db
from app.models import Page, Shelf
from app.store import Store, pages, shelves

app = FastAPI()


@app.get("/pages/{page_id}")
def handle(page_id: int, db: Session = Depends(get_db)):
    return pages.do(db, page_id)


@app.get("/shelves")
def shelves_of_all(db: Session = Depends(get_db)):
    return shelves.seen(db)
"""
STORE = """from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.models import Page, Shelf


class Store:
    def __init__(self, model):
        self.model = model

    def do(self, db: Session, key):
        model = self.model
        return {code}

    def seen(self, db: Session):
        return db.scalars(select(self.model)).all()


pages = Store(Page)
shelves = Store(Shelf)
"""
WHERE = ".where(visible(self.model, current_user))"
SCOPED = {
    "db.get(self.model, key)": "owned_row(db, self.model, key, current_user)",
    "db.get(model, key or 1)": "owned_row(db, model, key or 1, current_user)",
    "db.query(self.model).get(key)": "owned_row(db, self.model, key, current_user)",
    "db.query(self.model).count()": "db.query(self.model).filter(visible(self.model, current_user)).count()",
    "db.scalars(select(self.model).limit(3)).all()": f"db.scalars(select(self.model){WHERE}.limit(3)).all()",
    "db.scalar(select(func.count(self.model.id)))": (
        f"db.scalar(select(func.count(self.model.id)){WHERE})"
    ),
    "db.scalar(select(func.count()).select_from(self.model))": (
        f"db.scalar(select(func.count()).select_from(self.model){WHERE})"
    ),
    "db.execute(delete(self.model).where(self.model.id == key))": (
        f"db.execute(delete(self.model){WHERE}.where(self.model.id == key))"
    ),
    "db.execute(update(model).values(id=key))": (
        "db.execute(update(model).where(visible(model, current_user)).values(id=key))"
    ),
    "db.add(self.model(id=key))": "db.add(self.model(id=key, **made_by(self.model, current_user)))",
    "self.cache.update(self.key)": "self.cache.update(self.key)",
}


MORE = """

@app.get("/others/{page_id}")
def other(page_id: int, db: Session = Depends(get_db)):
    return pages.do(db, page_id)
"""


def guarded(
    folder: Path,
    code: str,
    *,
    rows: str = "hidden",
    through: tuple[str, ...] = (),
    public: str = "/shelves",
    more: str = "",
) -> Draft:
    """Return a host whose store does what the code says, with authentication."""
    (folder / "app").mkdir()
    files = {"models": MODELS, "database": DATABASE, "__init__": "", "main": MAIN + more}
    files["store"] = STORE.format(code=code)
    for name, text in files.items():
        (folder / "app" / f"{name}.py").write_text(text)
    draft = Draft(folder)
    open_ones = frozenset() if through else frozenset({("GET", public)})
    guard(draft, read_project(folder), Wanted(("Page",), through, open_ones, rows=rows), {})
    return draft


@pytest.mark.parametrize("code", SCOPED)
def test_scoped(tmp_path: Path, code: str) -> None:
    draft = guarded(tmp_path, code)
    assert f"        return {SCOPED[code]}\n" in draft.text("app/store.py")


@pytest.mark.parametrize(
    "code", ["db.get(self.model, key, with_for_update=True)", "db.execute(insert(self.model))"]
)
def test_refused(tmp_path: Path, code: str) -> None:
    with pytest.raises(VerificationError, match="rows of any model are reached here"):
        guarded(tmp_path, code)


def test_nobody_is_signed_in_where_an_endpoint_is_open(tmp_path: Path) -> None:
    draft = guarded(tmp_path, "db.get(self.model, key)")
    assert "shelves.seen(db, current_user=None)" in draft.text("app/main.py")
    store = draft.text("app/store.py")
    assert "def seen(self, db: Session, *, current_user: User | None):" in store
    assert "def do(self, db: Session, key, *, current_user: User):" in store


def test_it_is_said_once_whose_the_rows_of_each_table_are(tmp_path: Path) -> None:
    text = guarded(tmp_path, "db.get(self.model, key)", through=("Shelf",)).text(
        "app/owned_rows.py"
    )
    assert "    Page: lambda user: Page.owner_id == user.id,\n" in text
    shelves = "Shelf.page_id.in_(select(Page.id).where(Page.owner_id == user.id))"
    assert f"    Shelf: lambda user: {shelves},\n" in text
    assert 'OWNER_COLUMNS: dict[type[Any], str] = {\n    Page: "owner_id",\n}' in text


def test_shared_rows_are_read_and_not_changed(tmp_path: Path) -> None:
    draft = guarded(tmp_path, "db.get(self.model, key)", rows="shared")
    assert "owned_row(db, self.model, key, current_user, with_shared=True)" in draft.text(
        "app/store.py"
    )
    text = draft.text("app/owned_rows.py")
    assert "or_(Page.owner_id == user.id, and_(with_shared, Page.owner_id.is_(None)))" in text
    assert text.count("with_shared: bool = False") == 2


def test_an_open_endpoint_reaches_no_rows_that_belong_to_somebody(tmp_path: Path) -> None:
    with pytest.raises(VerificationError, match=r"handle is public, and Store\.do serves guarded"):
        guarded(tmp_path, "db.get(self.model, key)", public="/pages/{page_id}", more=MORE)


BOUND = """from collections.abc import Callable
from typing import TypeVar

from fastapi import Depends
from sqlalchemy.orm import Session

from app.database import get_db
from app.models import Page


class Store:
    model = Page

    def get(self, db: Session, key: int):
        return db.get(self.model, key)


class Service:
    def __init__(self, kind):
        self.store = kind()

    def read(self, db: Session, key: int):
        return self.store.get(db, key)


Kind = TypeVar("Kind", bound=Store)


def made(kind: type[Kind]) -> Callable[[Session], Kind]:
    def make(db: Session = Depends(get_db)) -> Kind:
        return kind()

    return make


service = Service(Store)
"""
CALLER = """from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session

from app.database import get_db
from app.store import Store, made, service

app = FastAPI()


@app.get("/pages/{page_id}")
def handle(page_id: int, db: Session = Depends(get_db), store: Store = Depends(made(Store))):
    return service.read(db, page_id) or store.get(db, page_id)
"""


def test_a_class_that_is_given_is_a_table_only_where_it_can_be(tmp_path: Path) -> None:
    files = {"__init__": "", "models": MODELS, "database": DATABASE, "store": BOUND, "main": CALLER}
    (tmp_path / "app").mkdir()
    for name, text in files.items():
        (tmp_path / "app" / f"{name}.py").write_text(text)
    (tmp_path / "requirements.txt").write_text("fastapi\nsqlalchemy\n")
    draft = Draft(tmp_path)
    guard(draft, read_project(tmp_path), Wanted(("Page",), (), frozenset()), {})
    code, main = draft.text("app/store.py"), draft.text("app/main.py")
    assert "return owned_row(db, self.model, key, current_user)" in code
    assert "return self.store.get(db, key, current_user=current_user)" in code
    assert "self.store = kind()" in code
    assert "def made(kind: type[Kind]) -> Callable" in code
    assert "Depends(made(Store))" in main
    assert "service.read(db, page_id, current_user=current_user)" in main
    assert "store.get(db, page_id, current_user=current_user)" in main


def test_a_new_account_does_not_get_the_key_of_who_makes_it(tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text(
        "from sqlmodel import Field, SQLModel\n\n\nclass Person(SQLModel, table=True):\n"
        "    id: int | None = Field(default=None, primary_key=True)\n"
    )
    (model,) = read_project(tmp_path).models
    code = "CONDITIONS: dict[Any, Any]] = {}\nOWNER_COLUMNS: dict[Any, str] = {}\n"
    alone = with_rows(code, [Owned(model, "id", is_account=True, column="id")], "id", shares=False)
    assert "Person: lambda user: Person.id == user.id," in alone
    assert "OWNER_COLUMNS: dict[Any, str] = {}" in alone
    made = with_rows(code, [Owned(model, "id", is_account=True)], "id", shares=False)
    assert 'Person: "owner_id",' in made
