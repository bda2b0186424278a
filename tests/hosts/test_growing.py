"""A first resource added to hosts that have none: the whole change is a diff that was read.

A host is a folder: the project (`before/`), the words of the command (`grow.txt`), the change
(`after.diff`), and what is installed (`versions.json`), where that is not of our time. `UPDATE_GOLDEN=1 pytest tests/hosts` writes the changes anew; read what changed.
"""

import difflib
import json
import os
import shutil
from pathlib import Path

import pytest

from backwright.project import read_project
from backwright.spec.resource import read_resource_line
from backwright.tasks.add_by_growth import write
from backwright.tasks.by_example import existing, lessons
from backwright.tasks.questions import Answers
from backwright.transfer.draft import Draft

HERE = Path(__file__).parent
HOSTS = sorted(path.parent.name for path in HERE.glob("*/grow.txt"))
VERSIONS = {"pydantic": "2.12.0", "sqlalchemy": "2.0.44", "sqlmodel": "0.0.27"}


@pytest.mark.parametrize("name", HOSTS)
def test_grow(name: str, tmp_path: Path) -> None:
    before, host = HERE / name / "before", tmp_path / "host"
    shutil.copytree(before, host)
    spec = read_resource_line((HERE / name / "grow.txt").read_text())
    project = read_project(host)
    assert not lessons(Draft(host), project, spec, Answers())
    done, files = write(host, project, spec, versions_of(name))
    diff = "".join(_diff(path, before, host) for path in sorted(files))
    diff += "".join(f"note {n.file}:{n.line} {n.text}\n" for n in done.notes)
    golden = HERE / name / "after.diff"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(diff)
    assert diff == golden.read_text()

    after = read_project(host)
    assert len(after.endpoints) == len(project.endpoints) + 5
    assert existing(after, spec), "a second run must find it there"


def versions_of(name: str) -> dict[str, str]:
    file = HERE / name / "versions.json"
    versions: dict[str, str] = json.loads(file.read_text()) if file.is_file() else VERSIONS
    return versions


def _diff(path: str, before: Path, after: Path) -> str:
    old, new = (_lines(folder / path) for folder in (before, after))
    return "".join(difflib.unified_diff(old, new, f"a/{path}", f"b/{path}"))


def _lines(file: Path) -> list[str]:
    return file.read_text().splitlines(keepends=True) if file.is_file() else []


def test_a_new_module_of_schemas_says_what_it_imports_by_its_own_name(tmp_path: Path) -> None:
    """Another `Field`, in the module that shows how schemas are written, hides none there."""
    host = tmp_path / "host"
    shutil.copytree(HERE / "packaged" / "before", host)
    (host / "app/models").mkdir()
    (host / "app/schemas").mkdir()
    (host / "app/models/shelf.py").write_text(
        "from sqlmodel import Field, SQLModel\n\n\nclass Shelf(SQLModel, table=True):\n"
        "    id: int | None = Field(default=None, primary_key=True)\n    name: str\n"
    )
    (host / "app/schemas/shelf.py").write_text(
        "from pydantic import BaseModel\nfrom sqlmodel import Field\n\n\n"
        "class ShelfCreate(BaseModel):\n    name: str = Field(min_length=1)\n"
    )
    (host / "app/api/health.py").write_text(
        "from fastapi import APIRouter\n\nfrom app.models.shelf import Shelf\n"
        "from app.schemas.shelf import ShelfCreate\n\nrouter = APIRouter()\n\n\n"
        '@router.get("/health")\ndef health(body: ShelfCreate) -> Shelf:\n    return Shelf()\n'
    )
    spec = read_resource_line("Reading value:int:1..9 note:str:1..40")
    _, files = write(host, read_project(host), spec, VERSIONS)
    (schemas,) = (path for path in files if path.startswith("app/schemas/"))
    code = (host / schemas).read_text()
    assert "Field(" in code
    assert "SQLField" not in code


def test_schemas_beside_tables_call_a_uuid_by_its_module(tmp_path: Path) -> None:
    """In a module of tables, `UUID` is a type of columns: no answer can be declared with it."""
    host = tmp_path / "host"
    files = {
        "app/__init__.py": "",
        "app/main.py": "from fastapi import FastAPI\n\nfrom app.db import get_db\n"
        "from app.models.post import Post, PostRead\n\napp = FastAPI()\n\n\n"
        '@app.get("/latest")\nasync def latest() -> PostRead:\n    return PostRead(title=Post.__name__)\n',
        "app/db.py": "from collections.abc import AsyncIterator\n\n"
        "from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine\n\n"
        'engine = create_async_engine("postgresql+asyncpg://localhost/blog")\n'
        "maker = async_sessionmaker(engine)\n\n\n"
        "async def get_db() -> AsyncIterator[AsyncSession]:\n    async with maker() as session:\n"
        "        yield session\n",
        "app/models/__init__.py": "from sqlalchemy.orm import declarative_base\n\n"
        "Base = declarative_base()\n",
        "app/models/post.py": "from pydantic import BaseModel\nfrom sqlalchemy import UUID, Column, String, func\n\n"
        "from app.models import Base\n\n\nclass Post(Base):\n"
        '    __tablename__ = "posts"\n\n    id = Column(UUID(as_uuid=True), primary_key=True, '
        "server_default=func.gen_random_uuid())\n    title = Column(String, nullable=False)\n\n\n"
        "class PostRead(BaseModel):\n    title: str\n",
    }
    for path, text in files.items():
        (host / path).parent.mkdir(parents=True, exist_ok=True)
        (host / path).write_text(text)
    spec = read_resource_line("Invoice number:str:1..9")
    write(host, read_project(host), spec, VERSIONS)
    code = (host / "app/models/invoice.py").read_text()
    assert "class InvoicePublic" in code
    assert "from sqlalchemy import UUID, " in code
    assert "    id: uuid.UUID\n" in code


FACTORY = {
    "app/__init__.py": "",
    "app/main.py": "from fastapi import FastAPI\n\nfrom app.db import engine\n\n\n"
    "def create_app() -> FastAPI:\n    app = FastAPI()\n    app.state.engine = engine\n    return app\n",
    "app/db.py": "from sqlalchemy import create_engine\nfrom sqlalchemy.orm import DeclarativeBase, Session\n\n"
    'engine = create_engine("postgresql+psycopg://localhost/blog")\n\n\n'
    "class Base(DeclarativeBase):\n    pass\n\n\n"
    "def get_session():\n    with Session(engine) as session:\n        return session\n",
}


def _grown(host: Path, files: dict[str, str]) -> list[str]:
    for path, text in files.items():
        (host / path).parent.mkdir(parents=True, exist_ok=True)
        (host / path).write_text(text)
    spec = read_resource_line("Invoice number:str:1..9")
    return write(host, read_project(host), spec, VERSIONS)[1]


def test_tests_of_an_application_that_a_function_makes_speak_of_what_it_makes(
    tmp_path: Path,
) -> None:
    files = _grown(tmp_path, FACTORY)
    tests = next((tmp_path / path).read_text() for path in files if "/test_" in path)
    assert "app = create_app()\n" in tests
    assert "app.dependency_overrides[" in tests
    assert "create_app.dependency_overrides" not in tests


def test_a_function_that_is_called_as_ours_would_be_stays(tmp_path: Path) -> None:
    """What returns a session that is closed already is no dependency, and it has the name."""
    _grown(tmp_path, FACTORY)
    code = (tmp_path / "app/db.py").read_text()
    assert code.count("def get_session(") == 1
    assert "def get_db_session() -> Iterator[Session]:" in code
    assert "Depends(get_db_session)" in code


def test_tests_know_the_address_of_an_engine_that_a_function_makes_when_it_is_asked(
    tmp_path: Path,
) -> None:
    """`settings = get_settings()` stands in the function alone: tests say what it is given."""
    files = {
        "app/__init__.py": "",
        "app/main.py": "from typing import Annotated\n\nfrom fastapi import Depends, FastAPI\n"
        "from sqlalchemy.ext.asyncio import AsyncSession\n\nfrom app.db import get_db\n\napp = FastAPI()\n\n\n"
        '@app.get("/health")\nasync def health(db: Annotated[AsyncSession, Depends(get_db)]) -> bool:\n'
        "    return db.is_active\n",
        "app/settings.py": "from pydantic_settings import BaseSettings\n\n\nclass Settings(BaseSettings):\n"
        "    DATABASE_URL: str\n\n\ndef get_settings() -> Settings:\n    return Settings()\n",
        "app/db.py": "from collections.abc import AsyncGenerator\n\n"
        "from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine\n"
        "from sqlalchemy.orm import DeclarativeBase\n\nfrom app.settings import get_settings\n\n"
        "_engine: AsyncEngine | None = None\n\n\nclass Base(DeclarativeBase):\n    pass\n\n\n"
        "async def get_db() -> AsyncGenerator[AsyncSession, None]:\n    global _engine\n"
        "    settings = get_settings()\n    if _engine is None:\n"
        "        _engine = create_async_engine(settings.DATABASE_URL)\n"
        "    async with AsyncSession(_engine) as session:\n        yield session\n",
    }
    paths = _grown(tmp_path, files)
    code = "".join((tmp_path / path).read_text() for path in paths if path.startswith("tests/"))
    assert "create_async_engine(get_settings().DATABASE_URL, " in code
    assert "from app.settings import get_settings\n" in code
    assert "engine.url" not in code


def test_a_choice_that_stands_elsewhere_takes_its_base_along(tmp_path: Path) -> None:
    """The module of the table imports the choice, and nothing for declaring it."""
    files = {
        "app/__init__.py": "",
        "app/main.py": "from fastapi import FastAPI\n\nfrom app.models import Student\n\napp = FastAPI()\n\n\n"
        '@app.get("/latest")\ndef latest() -> Student:\n    return Student()\n',
        "app/enums.py": "from enum import StrEnum\n\n\nclass Nation(StrEnum):\n    HERE = 'here'\n",
        "app/models.py": "from sqlmodel import Field, SQLModel\n\nfrom app.enums import Nation\n\n\n"
        "class Student(SQLModel, table=True):\n"
        "    id: int | None = Field(default=None, primary_key=True)\n    nation: Nation\n",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    spec = read_resource_line("Invoice status:enum:open,paid")
    write(tmp_path, read_project(tmp_path), spec, VERSIONS)
    assert "class InvoiceStatus(StrEnum):" in (tmp_path / "app/enums.py").read_text()
    models = (tmp_path / "app/models.py").read_text()
    assert "import InvoiceStatus, Nation\n" in models
    assert "StrEnum" not in models


def test_choices_stand_with_schemas_that_the_tables_import(tmp_path: Path) -> None:
    """Tables may have the lengths of texts from the schemas: neither module waits for the other."""
    files = {
        "app/__init__.py": "",
        "app/main.py": "from fastapi import FastAPI\n\nfrom app.models import Task\n\napp = FastAPI()\n\n\n"
        '@app.get("/latest")\ndef latest() -> str:\n    return Task.__name__\n',
        "app/database.py": "from sqlalchemy import create_engine\nfrom sqlalchemy.orm import declarative_base\n\n"
        'engine = create_engine("postgresql+psycopg://localhost/tasks")\nBase = declarative_base()\n',
        "app/models.py": "from sqlalchemy import Column, Integer, String\n\nfrom app.database import Base\n"
        "from app.schemas import TITLE_MAX\n\n\nclass Task(Base):\n"
        '    __tablename__ = "tasks"\n\n    id = Column(Integer, primary_key=True)\n'
        "    title = Column(String(TITLE_MAX), nullable=False)\n",
        "app/schemas.py": "from pydantic import BaseModel, Field\n\nTITLE_MAX = 200\n\n\n"
        "class TaskCreate(BaseModel):\n    title: str = Field(max_length=TITLE_MAX)\n",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    spec = read_resource_line("Invoice status:enum:open,paid")
    write(tmp_path, read_project(tmp_path), spec, VERSIONS)
    schemas = (tmp_path / "app/schemas.py").read_text()
    assert "class InvoiceStatus(" in schemas
    assert "app.models" not in schemas
    assert "import TITLE_MAX, InvoiceStatus\n" in (tmp_path / "app/models.py").read_text()


def test_a_row_that_others_refer_to_gets_a_choice_of_its_own(tmp_path: Path) -> None:
    """A role needs a name, out of the names that there are."""
    files = {
        "app/__init__.py": "",
        "app/main.py": "from fastapi import FastAPI\n\nfrom app.models.role import Role\n\napp = FastAPI()\n\n\n"
        '@app.get("/latest")\ndef latest() -> Role:\n    return Role()\n',
        "app/db.py": "from sqlmodel import create_engine\n\n"
        'engine = create_engine("postgresql+psycopg://localhost/roles")\n',
        "app/enums/__init__.py": "from .role import RoleName\n",
        "app/enums/role.py": "from enum import Enum\n\n\nclass RoleName(str, Enum):\n    ADMIN = 'admin'\n",
        "app/models/__init__.py": "",
        "app/models/role.py": "from sqlmodel import Field, SQLModel\n\nfrom app.enums import RoleName\n\n\n"
        "class Role(SQLModel, table=True):\n"
        "    id: int | None = Field(default=None, primary_key=True)\n"
        "    name: RoleName = Field(index=True, unique=True)\n",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    spec = read_resource_line("Invoice number:str:1..9 role:ref:Role")
    _, paths = write(tmp_path, read_project(tmp_path), spec, VERSIONS)
    code = "".join((tmp_path / path).read_text() for path in paths if path.startswith("tests/"))
    assert "Role(name=RoleName.ADMIN)" in code
    assert "import RoleName\n" in code
