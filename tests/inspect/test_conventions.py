"""Conventions: what is voted for, by how many, and where."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.inspect.documents import APPLICATION, write_project

from backwright.project import read_project
from backwright.project.conventions.evidence import Vote
from backwright.project.conventions.registry import count
from backwright.project.types import Convention

HOUSE = Path(__file__).parents[2] / "src/backwright/house"


def conventions(root: Path) -> dict[str, Convention]:
    return {one.name: one for one in read_project(root).conventions}


@pytest.fixture(scope="module")
def house() -> dict[str, Convention]:
    return conventions(HOUSE)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("layout", "layered"),
        ("handlers", "async"),
        ("session", "async"),
        ("session_from", "SessionDep"),
        ("id", "uuid"),
        ("timestamps", "created_at, updated_at"),
        ("models", "SQLModel"),
        ("services", "functions"),
        ("queries", "select()"),
        ("create_handlers", "create_{resource}"),
        ("list_handlers", "list_{resource}"),
        ("delete_handlers", "delete_{resource}"),
        ("create_schemas", "{Model}Create"),
        ("update_schemas", "{Model}Update"),
        ("public_schemas", "{Model}Public"),
        ("route_files", "{resources}.py"),
        ("router_names", "router"),
        ("prefixes", "on the router"),
        ("errors", "errors of its own raised in services"),
        ("error_handlers", "in one place of the application"),
        ("response_type", "response_model="),
        ("optional", "X | None"),
        ("imports", "absolute"),
        ("quotes", "double"),
        ("line_length", "100"),
        ("test_client", "AsyncClient"),
        ("test_form", "async functions"),
    ],
)
def test_the_house_style_is_recognized(house: dict[str, Convention], name: str, value: str) -> None:
    assert house[name].value == value
    assert house[name].votes_for > house[name].votes_against


def test_places_lie_where_they_say(house: dict[str, Convention]) -> None:
    for one in house.values():
        assert one.places
        for file, line in one.places:
            assert 0 < line <= len((HOUSE / file).read_text().splitlines())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("layout", "single file"),
        ("handlers", "sync"),
        ("session", "sync"),
        ("session_from", "Depends(get_db)"),
        ("id", "int"),
        ("models", "Mapped[]"),
        ("timestamps", "none"),
        ("pages", "skip and limit"),
        ("errors", "HTTPException raised in handlers"),
        ("error_detail", '{"error": …}'),
        ("response_type", "the return annotation"),
        ("docstrings", "plain sentences"),
    ],
)
def test_a_small_project(tmp_path: Path, name: str, value: str) -> None:
    assert conventions(write_project(tmp_path))[name].value == value


OTHER_STYLE = '''
from typing import Optional
from fastapi import APIRouter, Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession as DB

task_router = APIRouter()


async def get_session(): ...


@task_router.get('/tasks', response_model=None)
async def read_tasks(page: int = 1, size: int = 10, db: DB = Depends(get_session)):
    """Read tasks.

    Args:
        page: The page.
    """
    return {'items': []}


@task_router.get('/tasks/{task_id}', response_model=None)
async def read_task(task_id: int, note: Optional[str] = None, db: DB = Depends(get_session)):
    """Read.

    Returns:
        The task.
    """
    return {'id': task_id}


app = FastAPI()
app.include_router(task_router, prefix='/api')
'''


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("handlers", "async"),
        ("session", "async"),
        ("session_from", "Depends(get_session)"),
        ("pages", "page and size"),
        ("router_names", "{resource}_router"),
        ("prefixes", "where it is included"),
        ("quotes", "single"),
        ("docstrings", "Google"),
        ("optional", "Optional[X]"),
        ("list_handlers", "read_{resource}"),
        ("response_made", "dictionaries"),
        ("response_type", "response_model="),
    ],
)
def test_another_style(tmp_path: Path, name: str, value: str) -> None:
    assert conventions(write_project(tmp_path, OTHER_STYLE))[name].value == value


def test_domains_and_services_in_classes(tmp_path: Path) -> None:
    routes = APPLICATION.replace("app = FastAPI()", "").rpartition("app.include_router")[0]
    write_project(tmp_path / "src/books", routes, "router.py")
    write_project(
        tmp_path / "src/books",
        "class BookService:\n    def list(self) -> list[str]:\n        return []\n",
        "service.py",
    )
    main = """
        from fastapi import FastAPI
        from books.router import router
        from books.service import BookService

        app = FastAPI()
        app.include_router(router)
    """
    write_project(tmp_path / "src", main)
    found = conventions(tmp_path)
    assert found["layout"].value == "by domain"
    assert found["route_files"].value == "router.py in the package of each domain"
    assert found["services"].value == "classes"


def test_a_session_class_of_its_own_is_read(tmp_path: Path) -> None:
    text = APPLICATION.replace(
        "class Base(",
        "class Session:\n    async def one(self) -> None: ...\n\n\nclass Base(",
    )
    assert conventions(write_project(tmp_path, text))["session"].value == "async"


def test_no_code_no_habits(tmp_path: Path) -> None:
    assert conventions(tmp_path) == {}
    write_project(tmp_path, "", "empty.py")
    assert conventions(tmp_path) == {}


def test_votes_are_counted_and_places_spread() -> None:
    votes = [Vote("a", "x.py", line) for line in range(1, 9)]
    votes += [Vote("a", "y.py", 1), Vote("b", "z.py", 1)]
    found = count("habit", votes)
    assert found
    assert (found.value, found.votes_for, found.votes_against) == ("a", 9, 1)
    assert found.places[:3] == (("x.py", 1), ("y.py", 1), ("x.py", 2))
    assert len(found.places) == 5


def test_equal_votes_are_settled_the_same_way_each_time() -> None:
    votes = [Vote("b", "x.py", 1), Vote("a", "x.py", 2)]
    assert count("habit", votes) == count("habit", list(reversed(votes)))
    assert count("habit", []) is None
