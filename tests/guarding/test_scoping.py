"""One place at a time: how each way of touching rows is scoped to the caller, and what is refused."""

from pathlib import Path

import pytest

from backwright.errors import UsageError, VerificationError
from backwright.project import read_project
from backwright.transfer.draft import Draft
from backwright.transfer.guarding.guard import guard
from backwright.transfer.guarding.host import Wanted

BEFORE = """from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy import delete, exists, func, insert, select, text, update
from sqlalchemy.orm import Session

from app.database import get_db
from app.models import Page, Shelf

app = FastAPI()


{helpers}
@app.{method}("/pages/{{page_id}}")
def handle(page_id: int, db: Session = Depends(get_db)):
    return {code}
"""
MODELS = """from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Page(Base):
    __tablename__ = "pages"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]


class Shelf(Base):
    __tablename__ = "shelves"

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id"))
"""
DATABASE = """from collections.abc import Iterator

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

engine = create_engine("sqlite:///pages.db")


def get_db() -> Iterator[Session]:
    with Session(engine) as session:
        yield session
"""
MINE = "Page.owner_id == current_user.id"
SCOPED = {
    "db.get(Page, page_id)": f"db.scalar(select(Page).where(Page.id == page_id, {MINE}))",
    "db.get(Page, page_id or 1)": f"db.scalar(select(Page).where(Page.id == (page_id or 1), {MINE}))",
    "db.scalars(select(Page).limit(9)).all()": f"db.scalars(select(Page).where({MINE}).limit(9)).all()",
    "db.scalar(select(func.count(Page.id)))": f"db.scalar(select(func.count(Page.id)).where({MINE}))",
    "db.scalar(select(func.count()).select_from(Page))": (
        f"db.scalar(select(func.count()).select_from(Page).where({MINE}))"
    ),
    "db.query(Page).all()": f"db.query(Page).filter({MINE}).all()",
    "db.query(Page).get(page_id)": (f"db.query(Page).filter(Page.id == page_id, {MINE}).first()"),
    "db.query(Page).filter(Page.id == page_id).first()": (
        f"db.query(Page).filter(Page.id == page_id, {MINE}).first()"
    ),
    "db.query(Page).filter_by(id=page_id).first()": (
        "db.query(Page).filter_by(id=page_id, owner_id=current_user.id).first()"
    ),
    "db.query(Page).filter_by(**body).first()": (
        f"db.query(Page).filter({MINE}).filter_by(**body).first()"
    ),
    "db.query(Page).join(Shelf, isouter=True).filter_by(page_id=1).first()": (
        f"db.query(Page).filter({MINE}).join(Shelf, isouter=True).filter_by(page_id=1).first()"
    ),
    "db.query(Page.text).order_by(Page.text).filter(Page.id == page_id).all()": (
        f"db.query(Page.text).order_by(Page.text).filter(Page.id == page_id, {MINE}).all()"
    ),
    "db.query(Page).union(db.query(Page)).filter(Page.id == page_id).all()": (
        f"db.query(Page).filter({MINE}).union(db.query(Page).filter({MINE}))"
        ".filter(Page.id == page_id).all()"
    ),
    "db.scalar(select(Page).where(Page.id == page_id).where(Page.text != ''))": (
        f"db.scalar(select(Page).where(Page.id == page_id, {MINE}).where(Page.text != ''))"
    ),
    "db.execute(delete(Page).where(Page.id == page_id))": (
        f"db.execute(delete(Page).where(Page.id == page_id, {MINE}))"
    ),
    'db.execute(update(Page).values(text=""))': (
        f'db.execute(update(Page).where({MINE}).values(text=""))'
    ),
    'db.add(Page(text=""))': 'db.add(Page(text="", owner_id=current_user.id))',
    "db.scalars(select(Shelf)).all()": (
        f"db.scalars(select(Shelf).where(Shelf.page_id.in_(select(Page.id).where({MINE})))).all()"
    ),
    "db.scalar(select(exists().where(Page.id == page_id)))": (
        f"db.scalar(select(exists().where(Page.id == page_id, {MINE})))"
    ),
    "db.scalar(select(exists(select(Page.id))))": (
        f"db.scalar(select(exists(select(Page.id).where({MINE}))))"
    ),
    "db.query(db.query(Page).exists()).scalar()": (
        f"db.query(db.query(Page).filter({MINE}).exists()).scalar()"
    ),
    'db.execute(insert(Page).values(text="")).all()': (
        'db.execute(insert(Page).values(text="", owner_id=current_user.id)).all()'
    ),
    "db.execute(insert(Page).values({'text': ''})).all()": (
        "db.execute(insert(Page).values({**{'text': ''}, 'owner_id': current_user.id})).all()"
    ),
    "db.execute(insert(Page).values(body.model_dump())).all()": (
        'db.execute(insert(Page).values({**body.model_dump(), "owner_id": current_user.id})).all()'
    ),
    "db.execute(insert(Page).values(**body.model_dump())).all()": (
        "db.execute(insert(Page).values(**body.model_dump(), owner_id=current_user.id)).all()"
    ),
    "db.scalars(select(Page).outerjoin(Shelf)).all()": (
        f"db.scalars(select(Page).where({MINE}).outerjoin(Shelf)).all()"
    ),
    "{}.get(page_id, Page)": "{}.get(page_id, Page)",
}
REFUSED = {
    'db.execute(text("DELETE FROM pages")).all()': "SQL in a text",
    "db.execute(insert(Page), [{'text': ''}])": "`insert`",
    "db.execute(insert(Page).values([{'text': ''}]))": "`insert`",
    "db.execute(insert(Page).values(body.pages))": "`insert`",
    "db.scalars(select(func.now()).outerjoin(Page)).all()": "`outerjoin`",
    "db.get(Page, page_id, with_for_update=True)": "with options",
    "any_row(db, Page, page_id, populate_existing=True)": "rows of any model",
    "later(page_of)": "page_of is given away",
}
HELPERS = """def any_row(db: Session, model, key, **options):
    return db.get(model, key, **options)


def page_of(db: Session, page_id: int):
    return db.get(Page, page_id)


def later(function):
    return function


"""


def guarded(folder: Path, code: str, helpers: str = "", method: str = "get") -> str:
    """Return the module of an application with a handler that returns the value of the code."""
    return drafted(folder, code, helpers, method).text("app/main.py")


def drafted(folder: Path, code: str, helpers: str = "", method: str = "get") -> Draft:
    """Return such an application, guarded."""
    (folder / "app").mkdir()
    files = {"models": MODELS, "database": DATABASE, "__init__": ""}
    files["main"] = BEFORE.format(code=code, helpers=helpers, method=method)
    for name, text in files.items():
        (folder / "app" / f"{name}.py").write_text(text)
    draft = Draft(folder)
    guard(draft, read_project(folder), Wanted(("Page",), ("Shelf",), frozenset()), {})
    return draft


@pytest.mark.parametrize("code", SCOPED)
def test_scoped(tmp_path: Path, code: str) -> None:
    assert f"    return {SCOPED[code]}\n" in guarded(tmp_path, code)


@pytest.mark.parametrize("code", REFUSED)
def test_refused(tmp_path: Path, code: str) -> None:
    with pytest.raises(VerificationError) as refused:
        guarded(tmp_path, code, HELPERS)
    assert REFUSED[code] in refused.value.message
    assert "app/main.py:" in refused.value.message


def test_the_caller_is_passed_down(tmp_path: Path) -> None:
    made = guarded(tmp_path, "page_of(db, page_id)", HELPERS)
    assert "def page_of(db: Session, page_id: int, *, current_user: User):" in made
    assert "return page_of(db, page_id, current_user=current_user)" in made
    assert "current_user: User = Depends(get_current_user)" in made


def test_handlers_that_touch_no_rows_are_guarded_too(tmp_path: Path) -> None:
    assert '@app.get("/pages/{page_id}", dependencies=[Depends(get_current_user)])' in guarded(
        tmp_path, "page_id"
    )


HELD = """def page_there(page_id: int, db: Session = Depends(get_db)) -> Page:
    return db.get(Page, page_id)


@app.post("/pages/{page_id}/shelves")
def put(page: Page = Depends(page_there), db: Session = Depends(get_db)):
    page.text = ""
    db.commit()


"""


def test_a_row_that_a_dependency_gives_is_no_body(tmp_path: Path) -> None:
    made = guarded(tmp_path, "page_id", HELD)
    assert f"return db.scalar(select(Page).where(Page.id == page_id, {MINE}))" in made
    assert "page.owner_id" not in made


SENT = """class Put(BaseModel):
    page_id: int


@app.post("/shelves")
def put(data: Put, db: Session = Depends(get_db)):
    db.add(Shelf(page_id=data.page_id))
    db.commit()


"""


def test_a_check_of_references_is_only_there_where_it_is_called(tmp_path: Path) -> None:
    texts = {name: tmp_path / name for name in ("plain", "sent")}
    for folder in texts.values():
        folder.mkdir()
    plain = drafted(texts["plain"], "db.get(Page, page_id)").text("app/auth.py")
    assert "require_owned" not in plain
    assert "Executable" not in plain
    sent = drafted(texts["sent"], "db.get(Page, page_id)", SENT)
    assert "require_owned(db, data.page_id, " in sent.text("app/main.py")
    assert "def require_owned(" in sent.text("app/auth.py")


def test_accounts_say_what_may_be_none_as_the_tables_beside_them(tmp_path: Path) -> None:
    schema = "class Put(BaseModel):\n    text: str | None = None\n    note: str | None = None\n\n\n"
    (tmp_path / "app").mkdir()
    models = MODELS.replace("    text: Mapped[str]\n", "    text: Mapped[Optional[str]]\n")
    files = {"models": f"from typing import Optional\n\n{models}", "database": DATABASE}
    files["main"] = BEFORE.format(code="page_id", helpers=schema, method="get")
    for name, text in files.items():
        (tmp_path / "app" / f"{name}.py").write_text(text)
    draft = Draft(tmp_path)
    guard(draft, read_project(tmp_path), Wanted(("Page",), ("Shelf",), frozenset()), {})
    made = draft.text("app/models.py")
    assert "    token_version: Mapped[Optional[int]]\n" in made
    assert "    owner_id: Mapped[Optional[int]]" in made


def test_accounts_stand_in_the_package_that_all_else_stands_in(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    files = {"app/__init__": "", "app/models": MODELS, "app/database": DATABASE}
    code = BEFORE.format(code="db.get(Page, page_id)", helpers="", method="get")
    routes = code.replace("Depends, FastAPI", "APIRouter, Depends")
    files["app/routes"] = routes.replace("app = FastAPI()", "router = APIRouter()").replace(
        "@app.", "@router."
    )
    files["main"] = (
        "from fastapi import FastAPI\n\nfrom app.routes import router\n\napp = FastAPI()\n"
        "app.include_router(router)\n"
    )
    for name, text in files.items():
        (tmp_path / f"{name}.py").write_text(text)
    draft = Draft(tmp_path)
    guard(draft, read_project(tmp_path), Wanted(("Page",), ("Shelf",), frozenset()), {})
    assert "from app.auth import get_current_user\n" in draft.text("app/routes.py")
    assert not draft.exists("security.py")


def test_a_session_that_the_application_cannot_import_is_refused(tmp_path: Path) -> None:
    """Several applications side by side, each with all that it needs."""
    for folder in ("1.0-plain", "2.0-flat"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "main.py").write_text(
            "from fastapi import FastAPI\n\napp = FastAPI()\n"
        )
    (tmp_path / "2.0-flat" / "database.py").write_text(DATABASE)
    draft, project = Draft(tmp_path), read_project(tmp_path)
    with pytest.raises(UsageError) as refused:
        guard(draft, project, Wanted((), (), frozenset()), {})
    assert "cannot be imported by 1.0-plain/main.py" in refused.value.message


@pytest.mark.parametrize(
    ("imports", "wanted"),
    [
        ("from .models import Page", "from .auth import get_current_user\n"),
        ("from app.models import Page", "from app.auth import get_current_user\n"),
    ],
)
def test_a_module_imports_as_it_does(tmp_path: Path, imports: str, wanted: str) -> None:
    (tmp_path / "app").mkdir()
    code = BEFORE.format(code="db.get(Page, page_id)", helpers="", method="get")
    code = code.replace("from app.models import Page, Shelf", imports)
    if imports.startswith("from ."):
        code = code.replace("from app.database", "from .database")
    for name, text in {
        "__init__": "",
        "models": MODELS,
        "database": DATABASE,
        "main": code,
    }.items():
        (tmp_path / "app" / f"{name}.py").write_text(text)
    draft = Draft(tmp_path)
    guard(draft, read_project(tmp_path), Wanted(("Page",), ("Shelf",), frozenset()), {})
    assert wanted in draft.text("app/main.py")
