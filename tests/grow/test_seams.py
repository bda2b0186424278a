"""What of a host is found to sew new code on to."""

from pathlib import Path

import pytest

from backwright.project.reader import read_project
from backwright.transfer.draft import Draft
from backwright.transfer.grow.seams import read_seams
from backwright.transfer.grow.sources import Sources

BASES = {
    "assigned": "from sqlalchemy.orm import declarative_base\n\nBase = declarative_base()\n",
    "decorated": "from sqlalchemy.ext.declarative import as_declarative\n\n\n"
    "@as_declarative()\nclass Base:\n    id: int\n",
    "derived": "from sqlalchemy.orm import DeclarativeBase\n\n\nclass Base(DeclarativeBase):\n"
    "    pass\n",
}


@pytest.mark.parametrize("form", BASES)
def test_the_declarative_base_is_found_however_it_is_made(tmp_path: Path, form: str) -> None:
    (tmp_path / "main.py").write_text("from fastapi import FastAPI\n\napp = FastAPI()\n")
    (tmp_path / "base.py").write_text(BASES[form])
    seams = read_seams(Sources(Draft(tmp_path), read_project(tmp_path)))
    assert seams.base == ("base", "Base")


def test_an_engine_that_comes_with_its_sessions_is_found(tmp_path: Path) -> None:
    """`engine, Session = connect()`: other modules import it by the first name."""
    (tmp_path / "main.py").write_text("from fastapi import FastAPI\n\napp = FastAPI()\n")
    (tmp_path / "session.py").write_text(
        "from sqlalchemy import create_engine\nfrom sqlalchemy.orm import sessionmaker\n\n\n"
        "def connect():\n    made = create_engine('postgresql://localhost/shop')\n"
        "    return made, sessionmaker(bind=made)\n\n\nengine, Session = connect()\n"
    )
    seams = read_seams(Sources(Draft(tmp_path), read_project(tmp_path)))
    assert seams.engine == ("session", "engine")


def test_an_engine_is_found_under_a_condition_and_not_in_what_migrates(tmp_path: Path) -> None:
    """Nobody can import Alembic's `env.py`."""
    files = {
        "main.py": "from fastapi import FastAPI\nfrom database import session\n\napp = FastAPI()\n",
        "alembic.ini": "[alembic]\nscript_location = alembic\n",
        "alembic/versions/1_first.py": "revision = '1'\ndown_revision = None\n",
        "alembic/env.py": "import os\n\nfrom alembic import context\n"
        "from sqlalchemy.ext.asyncio import create_async_engine\n\nurl = os.environ['DATABASE_URL']\n"
        "context.configure(url=url, target_metadata=None)\nconnectable = create_async_engine(url)\n",
        "database/session.py": "import os\n\nfrom sqlalchemy.ext.asyncio import create_async_engine\n\n"
        "URL = os.environ['DATABASE_URL']\nif os.environ.get('MODE') == 'testing':\n"
        "    engine = create_async_engine(URL)\nelse:\n"
        "    engine = create_async_engine(URL, pool_size=5)\n",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    project = read_project(tmp_path)
    assert project.database is not None
    assert project.database.file == "database/session.py"
    seams = read_seams(Sources(Draft(tmp_path), project))
    assert seams.engine == ("database.session", "engine")
    (tmp_path / "database/session.py").unlink()
    seams = read_seams(Sources(Draft(tmp_path), read_project(tmp_path)))
    assert seams.address is None


ACCOUNTS = """import jwt
from fastapi import Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy import Column, Integer
from sqlalchemy.orm import declarative_base

Base = declarative_base()
scheme = OAuth2PasswordBearer(tokenUrl="token")


class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)


def get_current_user(permissions: list[str] | None = None):
    def current_user(token: str = Depends(scheme)) -> User:
        claims = jwt.decode(token, "secret", algorithms=["HS256"])
        if "sub" not in claims:
            raise HTTPException(401)
        return User(id=claims["sub"])

    return current_user


def user_of_path(user_id: int) -> User:
    return User(id=user_id)
"""
MAIN = """from fastapi import Depends, FastAPI

{imported}
from accounts import User, user_of_path

app = FastAPI()


@app.get("/users/me")
def me(user: User = Depends({name}())):
    return user.id


@app.get("/users/{{user_id}}")
def one(user: User = Depends(user_of_path), caller: User = Depends({name}())):
    return user.id
"""


@pytest.mark.parametrize(
    ("imported", "name", "said", "needed"),
    [
        (
            "from accounts import get_current_user",
            "get_current_user",
            "signed_in",
            "get_current_user",
        ),
        ("import accounts", "accounts.get_current_user", "get_current_user", ""),
    ],
)
def test_who_asks_is_told_by_what_a_function_makes_in_place(
    tmp_path: Path, imported: str, name: str, said: str, needed: str
) -> None:
    """A row that a path names is of the same class, and is nobody who asks."""
    (tmp_path / "accounts.py").write_text(ACCOUNTS)
    (tmp_path / "main.py").write_text(MAIN.format(imported=imported, name=name))
    users = read_seams(Sources(Draft(tmp_path), read_project(tmp_path))).users
    assert users is not None
    made = users.dependency.made
    assert made is not None
    assert (made.said, made.made) == (said, f"{name}()")
    assert made.imports == (("accounts", needed),)


HELPER = """\
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine


class DatabaseHelper:
    def __init__(self, url: str) -> None:
        self.engine = create_async_engine(url=url)
        self.sessions = async_sessionmaker(self.engine)

    async def session(self):
        async with self.sessions() as session:
            yield session


db_helper = DatabaseHelper(url=str(settings.db.url))
"""
ROUTES = """\
from fastapi import APIRouter, Depends
from sqlalchemy.ext.asyncio import AsyncSession

from core import db_helper

router = APIRouter()


@router.get("/")
async def home(session: AsyncSession = Depends(db_helper.session)):
    return 1
"""


def test_a_session_may_be_a_method_of_an_object(tmp_path: Path) -> None:
    """The object is what is imported, also where a package gives it the name of its module."""
    for path, text in {
        "core/__init__.py": "from .db_helper import db_helper\n",
        "core/config.py": "settings = object()\n",
        "core/db_helper.py": f"from core.config import settings\n{HELPER}",
        "routes.py": ROUTES,
        "main.py": "from fastapi import FastAPI\nfrom routes import router\n\napp = FastAPI()\n"
        "app.include_router(router)\n",
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    seams = read_seams(Sources(Draft(tmp_path), read_project(tmp_path)))
    assert seams.session is not None
    assert seams.session.getter == ("core.db_helper", "db_helper.session")
    assert seams.address is not None
    assert seams.address.code == "str(settings.db.url)"


CLASS = """\
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer

scheme = OAuth2PasswordBearer(tokenUrl="token")


class Security:
    @staticmethod
    def current(token: str = Depends(dependency=scheme)) -> str:
        if not token:
            raise HTTPException(401)
        return token

    @staticmethod
    def active(user: str = Depends(dependency=current)) -> str:
        return user


router = APIRouter()


@router.get("/notes")
def notes(user: Annotated[str, Depends(dependency=Security.active)]) -> list[str]:
    return []
"""


def test_a_guard_may_be_a_method_of_a_class(tmp_path: Path) -> None:
    """What it depends on may be told by keyword, and refuses for it."""
    (tmp_path / "notes.py").write_text(CLASS)
    (tmp_path / "main.py").write_text(
        "from fastapi import FastAPI\nfrom notes import router\n\napp = FastAPI()\n"
        "app.include_router(router)\n"
    )
    guard = read_seams(Sources(Draft(tmp_path), read_project(tmp_path))).guard
    assert guard is not None
    assert guard.imports == (("notes", "Security"),)
    assert guard.said in ("Security.active", "Security.current")


def test_the_engine_is_the_applications_where_only_migrations_say_the_address(
    tmp_path: Path,
) -> None:
    """What `env.py` is told stands for the database; the engine is still another module's."""
    files = {
        "main.py": "from fastapi import FastAPI\n\nimport db\n\napp = FastAPI()\n",
        "db.py": "from sqlalchemy import create_engine\n\nfrom outside import address\n\n"
        "engine = create_engine(address())\n",
        "alembic.ini": "[alembic]\nscript_location = alembic\n",
        "alembic/versions/1_first.py": "revision = '1'\ndown_revision = None\n",
        "alembic/env.py": "import os\n\nfrom alembic import context\nfrom sqlmodel import SQLModel\n\n"
        "target_metadata = SQLModel.metadata\nconfig = context.config\n"
        "config.set_main_option('sqlalchemy.url', os.environ['DB_URL'])\n",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    project = read_project(tmp_path)
    assert project.database is not None
    assert project.database.file == "alembic/env.py"
    assert read_seams(Sources(Draft(tmp_path), project)).engine == ("db", "engine")
