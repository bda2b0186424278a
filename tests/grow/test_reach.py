"""What an application cannot import is no part of it."""

from pathlib import Path

import pytest

from backwright.errors import UsageError
from backwright.project.reader import read_project
from backwright.spec.resource import read_resource_line
from backwright.transfer.draft import Draft
from backwright.transfer.grow.grow import grow

MAIN = "from fastapi import FastAPI\nfrom routes import router\n\napp = FastAPI()\n"
ROUTES = "from fastapi import APIRouter\n\nrouter = APIRouter()\n"
DATABASE = (
    "from sqlalchemy import create_engine\nfrom sqlalchemy.orm import DeclarativeBase\n\n"
    "engine = create_engine('sqlite://')\n\n\nclass Base(DeclarativeBase):\n    pass\n"
)


def test_a_database_of_another_application_is_not_taken(tmp_path: Path) -> None:
    """Nor is anything written: which of them is meant is for the user to say."""
    for path, text in {
        "shop-one/main.py": f"{MAIN}app.include_router(router)\n",
        "shop-one/routes.py": ROUTES,
        "shop-two/main.py": f"{MAIN}app.include_router(router)\n",
        "shop-two/routes.py": ROUTES,
        "shop-two/database.py": DATABASE,
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    draft = Draft(tmp_path)
    spec = read_resource_line("Note title:str")
    with pytest.raises(UsageError, match=r"cannot be imported by shop-one/main\.py") as caught:
        grow(draft, read_project(tmp_path), spec, {})
    assert "shop-two/main.py" in caught.value.message
    assert "--project" in caught.value.remedy
    assert not draft.changes()
