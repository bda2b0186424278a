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
