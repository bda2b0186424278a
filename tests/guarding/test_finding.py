"""Ways in which hosts reach their tables: each is seen, or nobody's rows would be scoped."""

import re
from pathlib import Path

import pytest
from tests.guarding.test_scoping import DATABASE

from backwright.project import read_project
from backwright.tasks.auth_plan import plan, uses_of
from backwright.tasks.questions import Answers
from backwright.transfer.draft import Draft
from backwright.transfer.guarding.guard import guard

MODELS = """from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Page(Base):
    __tablename__ = "pages"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
"""
SCHEMAS = """from pydantic import BaseModel


class PageIn(BaseModel):
    text: str
"""
STORE = """from sqlalchemy.orm import Session

from app.models import Page


class Store:
    model = None

    @classmethod
    def add(cls, db: Session, values: dict):
        row = cls.model(**values)
        db.add(row)
        return row

    @classmethod
    def change(cls, db: Session, add: dict):
        return cls.add(db, add)


class Pages(Store):
    model = Page


def change(db: Session, text: str):
    db.add(Page(text=text))
"""
MAIN = """from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session

from app.database import get_db
{imports}
from app.schemas import PageIn

app = FastAPI()
{alias}

@app.post("/pages")
def create({parameters}db: Session = Depends(get_db)):
    {code}
"""
ROUTES = """from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session

from app.database import get_db
from app.models import Page

router = APIRouter()


@router.post("/")
def create(text: str, db: Session = Depends(get_db)):
    db.add(Page(text=text))
"""
FIXTURES = """import pytest
from app.models import Page


@pytest.fixture
def make(session):
    def add():
        row = Page(text="one")
        session.add(row)
        return row

    def other():
        return Page(text="two")

    return add, other
"""
WAYS = {
    "everything that a package gives": (
        "from app.tables import *", "", "page: PageIn, ", "db.add(Page(**page.model_dump()))",
    ),
    "by name, from a package that takes everything of its modules": (
        "from app.tables import Page", "", "page: PageIn, ", "db.add(Page(**page.model_dump()))",
    ),
    "a repository that is injected under another name": (
        "from app.store import Pages", "Rows = Annotated[Pages, Depends(Pages)]\n",
        "page: PageIn, rows: Rows, ", "return rows.add(db, page.model_dump())",
    ),
}  # fmt: skip


def host(folder: Path, imports: str, alias: str, parameters: str, code: str) -> Path:
    """Write a host whose handler makes a row in some way."""
    files = {
        "models": MODELS, "database": DATABASE, "schemas": SCHEMAS, "store": STORE,
        "tables/__init__": "from app.tables.pages import *\n",
        "tables/pages": "from app.models import Page\n",
        "main": MAIN.format(imports=imports, alias=alias, parameters=parameters, code=code),
    }  # fmt: skip
    (folder / "app" / "tables").mkdir(parents=True)
    for name, text in {"__init__": "", **files}.items():
        (folder / "app" / f"{name}.py").write_text(text)
    (folder / "requirements.txt").write_text("fastapi\nsqlalchemy\n")
    return folder


@pytest.mark.parametrize("way", WAYS)
def test_a_row_that_is_made_is_seen(tmp_path: Path, way: str) -> None:
    root = host(tmp_path, *WAYS[way])
    assert [use.made for use in uses_of(read_project(root), Draft(root))] == [{"Page"}]


def test_a_parameter_of_a_functions_name_is_not_that_function(tmp_path: Path) -> None:
    root = host(
        tmp_path, "from app.store import change\nfrom app.models import Page", "",
        "change: PageIn, ", "db.add(Page(**dict(change)))",
    )  # fmt: skip
    project, draft = read_project(root), Draft(root)
    guard(draft, project, plan(project, draft, Answers(yes=True)), {})
    assert "Page(**dict(change), owner_id=current_user.id)" in draft.text("app/main.py")


def test_accounts_join_the_tables_that_have_the_base_in_their_module(tmp_path: Path) -> None:
    root = host(
        tmp_path, "from app.models.page import Page", "", "page: PageIn, ",
        "db.add(Page(**page.model_dump()))",
    )  # fmt: skip
    (root / "app" / "models").mkdir()
    (root / "app" / "models.py").rename(root / "app" / "models" / "page.py")
    (root / "app" / "models" / "__init__.py").write_text("")
    (root / "app" / "store.py").unlink()
    (root / "app" / "tables" / "pages.py").unlink()
    project, draft = read_project(root), Draft(root)
    guard(draft, project, plan(project, draft, Answers(yes=True)), {})
    code = draft.text("app/models/page.py")
    assert code.index("class Base") < code.index("class User(Base)") < code.index("class Page")
    assert "from .models.page import User" in draft.text("app/auth.py") or (
        "from app.models.page import User" in draft.text("app/auth.py")
    )


def test_a_row_that_a_function_inside_a_fixture_makes_gets_one_owner(tmp_path: Path) -> None:
    root = host(tmp_path, *WAYS["everything that a package gives"])
    (root / "tests").mkdir()
    (root / "tests" / "conftest.py").write_text(FIXTURES)
    project, draft = read_project(root), Draft(root)
    guard(draft, project, plan(project, draft, Answers(yes=True)), {})
    code = draft.text("tests/conftest.py")
    assert 'row = Page(text="one", owner_id=owner(session).id)' in code
    assert 'return Page(text="two", owner_id=owner(session).id)' in code


@pytest.mark.parametrize(
    ("layout", "files"),
    [
        ("app/{}.py", ["app/account_routes.py", "app/auth.py", "app/security.py"]),
        (
            "app/{}/routes.py",
            ["app/auth/accounts.py", "app/auth/routes.py", "app/auth/security.py"],
        ),
    ],
)
def test_no_module_of_accounts_hides_another(tmp_path: Path, layout: str, files: list[str]) -> None:
    root = host(tmp_path, "", "", "", "pass")
    places = [layout.format(one) for one in ("pages", "books")]
    for place in places:
        (root / place).parent.mkdir(exist_ok=True)
        (root / place).write_text(ROUTES)
    lines = [
        f"from {one[:-3].replace('/', '.')} import router as r{i}\n" for i, one in enumerate(places)
    ]
    lines += ["from fastapi import FastAPI\napp = FastAPI()\n"]
    lines += [f"app.include_router(r{i}, prefix='/{one}')\n" for i, one in enumerate(places)]
    (root / "app" / "main.py").write_text("".join(lines))
    project, draft = read_project(root), Draft(root)
    guard(draft, project, plan(project, draft, Answers(yes=True)), {})
    made = [path for path in draft.modules() if not (root / path).exists()]
    made = [one for one in made if "tests/" not in one and not re.search("user|__init__", one)]
    assert sorted(made) == files
