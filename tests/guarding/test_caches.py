"""What is kept for whoever asks next is kept no longer, where it is of one account."""

from pathlib import Path

import pytest
from tests.guarding.test_scoping import DATABASE, MODELS

from backwright.project import read_project
from backwright.transfer.draft import Draft
from backwright.transfer.guarding.guard import guard
from backwright.transfer.guarding.host import Wanted

MAIN = """{imports}
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import get_db
from app.models import Page, Shelf

app = FastAPI()


@app.get("/pages")
{decorator}
def handle(db: Session = Depends(get_db)):
    return db.scalars(select(Page)).all()


@app.get("/shelves")
{other}def shelves(db: Session = Depends(get_db)):
    return db.scalars(select(Shelf)).all()
"""
KEPT = {
    "@cache(expire=60)": "from fastapi_cache.decorator import cache",
    "@cache(\n    expire=60,\n)": "from fastapi_cache.decorator import cache",
    "@functools.lru_cache": "import functools",
    "@cached(ttl=9)": "from aiocache import cached, Cache  # of all",
}


def guarded(folder: Path, imports: str, decorator: str, other: str = "") -> tuple[str, list[str]]:
    """Return a module whose pages belong to accounts, and the notes."""
    main = MAIN.format(imports=imports, decorator=decorator, other=other)
    (folder / "app").mkdir()
    files = {"__init__": "", "models": MODELS, "database": DATABASE, "main": main}
    for name, text in files.items():
        (folder / "app" / f"{name}.py").write_text(text)
    (folder / "requirements.txt").write_text("fastapi\nsqlalchemy\n")
    draft = Draft(folder)
    public = frozenset({("GET", "/shelves")})
    done = guard(draft, read_project(folder), Wanted(("Page",), (), public), {})
    return draft.text("app/main.py"), [note.text for note in done.notes]


@pytest.mark.parametrize("decorator", KEPT)
def test_rows_of_one_account_are_not_kept(tmp_path: Path, decorator: str) -> None:
    code, notes = guarded(tmp_path, KEPT[decorator], decorator)
    assert '@app.get("/pages")\ndef handle(' in code
    assert "functools" not in code
    assert "import cache\n" not in code
    assert "cached" not in code
    assert ("from aiocache import Cache  # of all\n" in code) == ("ttl" in decorator)
    assert [one for one in notes if one.startswith("handle shows rows of one account")]


def test_what_is_everybodys_is_kept(tmp_path: Path) -> None:
    decorator = "@cache(expire=60)"
    code, notes = guarded(tmp_path, KEPT[decorator], decorator, f"{decorator}\n")
    assert code.count(decorator) == 1
    assert KEPT[decorator] in code
    assert len([one for one in notes if "kept" in one]) == 1


def test_a_decorator_of_another_kind_stays(tmp_path: Path) -> None:
    code, _ = guarded(tmp_path, "from functools import wraps\nfrom app.ways import cache", "@cache")
    assert "@cache\ndef handle(" in code
