"""A model that imports its schemas: choices stand with those, so that neither waits for the other."""

from pathlib import Path

import pytest

from backwright.project import read_project
from backwright.spec.resource import read_resource_line
from backwright.tasks.by_example import lessons
from backwright.tasks.questions import Answers
from backwright.transfer.draft import Draft
from backwright.transfer.example.transfer import learn

MODEL = """\
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base
{line}


class Task(Base):
    __tablename__ = "tasks"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
"""
FILES = {
    "app/main.py": "from fastapi import FastAPI\nfrom app.api.tasks import router\n\n"
    "app = FastAPI()\napp.include_router(router)\n",
    "app/database.py": "from sqlalchemy.orm import DeclarativeBase\n\n\n"
    "class Base(DeclarativeBase): ...\n",
    "app/schemas/tasks.py": "from pydantic import BaseModel\n\n\n"
    "class TaskRead(BaseModel):\n    id: int\n    title: str\n\n\n"
    "class TaskCreate(BaseModel):\n    title: str\n",
    "app/api/tasks.py": "from fastapi import APIRouter\n\nfrom app.models.tasks import Task\n"
    "from app.schemas.tasks import TaskCreate, TaskRead\n\n"
    'router = APIRouter(prefix="/tasks")\n\n\n'
    '@router.get("")\ndef list_tasks() -> list[TaskRead]:\n    return []\n\n\n'
    '@router.get("/{task_id}")\ndef get_task(task_id: int) -> TaskRead: ...\n\n\n'
    '@router.post("")\ndef add_task(data: TaskCreate) -> TaskRead:\n    return Task()\n',
}


@pytest.mark.parametrize(
    ("line", "home"),
    [
        ("from app.schemas.tasks import TaskRead", "app/schemas/invoices.py"),
        ("if TYPE_CHECKING:\n    from app.schemas.tasks import TaskRead", None),
        ("import datetime", None),
    ],
)
def test_where_choices_stand(tmp_path: Path, line: str, home: str | None) -> None:
    for path, text in {**FILES, "app/models/tasks.py": MODEL.format(line=line)}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    spec = read_resource_line("Invoice status:enum:open,paid")
    draft, project = Draft(tmp_path), read_project(tmp_path)
    made = lessons(draft, project, spec, Answers(yes=True))[0]
    learning = learn(draft, made.owners, made.choice.chain, spec, {}, owned=False)
    assert learning.dialect.enum.home == home
