"""Folders that are only called as a resource is have nothing to do with it."""

from pathlib import Path

from backwright.project import read_project
from backwright.transfer.draft import Draft
from backwright.transfer.example.chain import read_chain
from backwright.transfer.example.modules import read_modules
from backwright.transfer.example.nouns import read_nouns
from backwright.transfer.example.ownership import Ownership

FILES = {
    "app/main.py": "from fastapi import FastAPI\nfrom app.api.tasks import router\n\n"
    "app = FastAPI()\napp.include_router(router)\n",
    "app/models/tasks.py": "from sqlmodel import Field, SQLModel\n\n\n"
    "class Task(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n    title: str\n",
    "app/api/tasks.py": "from fastapi import APIRouter\nfrom app.models.tasks import Task\n\n"
    'router = APIRouter(prefix="/tasks")\n\n\n'
    '@router.get("")\ndef list_tasks() -> list[Task]:\n    return []\n',
    "app/tasks/celery.py": "class Celery: ...\n\n\ncelery = Celery()\n",
    "app/tasks/mails.py": "from app.tasks.celery import celery\n\n\ndef send() -> None: ...\n",
}


def test_a_queue_of_tasks_is_not_the_resource_task(tmp_path: Path) -> None:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    project = read_project(tmp_path)
    owners = Ownership(project, read_modules(Draft(tmp_path)), read_nouns(project.models))
    chain = read_chain(owners, project.models[0])
    assert {part.path for part in chain.parts} == {"app/models/tasks.py", "app/api/tasks.py"}
    assert [(n.file, n.line) for n in chain.notes] == [("app/tasks/celery.py", 1)]
