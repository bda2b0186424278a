"""What reading tells of a changed project: handlers without an application, guards and rows lost."""

from pathlib import Path

import pytest

from backwright.agent.loop.witnesses import checklist, reading
from backwright.project import read_project
from backwright.project.types import Project

MAIN = '''"""Notes."""

from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from sqlmodel import Field, SQLModel

app = FastAPI()
router = APIRouter(prefix="/notes")
scheme = OAuth2PasswordBearer(tokenUrl="login")


class Note(SQLModel, table=True):
    """A note."""

    id: int | None = Field(default=None, primary_key=True)
    text: str


def caller(token: Annotated[str, Depends(scheme)]) -> str:
    """Return who calls."""
    if token != "right":
        raise HTTPException(status_code=401)
    return token


@router.get("/{note_id}")
def read_note(note_id: int, user: Annotated[str, Depends(caller)]) -> str:
    """Return a note."""
    return f"{note_id} {user}"


app.include_router(router)
'''


def project(folder: Path, text: str, more: dict[str, str] | None = None) -> Project:
    folder.mkdir()
    (folder / "main.py").write_text(text)
    for name, source in (more or {}).items():
        (folder / name).write_text(source)
    return read_project(folder)


@pytest.fixture
def before(tmp_path: Path) -> Project:
    """The project as it was."""
    return project(tmp_path / "before", MAIN)


HANDLER = '''

@{router}.get("/{{note_id}}/title")
def read_title(note_id: int) -> str:
    """Return a title."""
    return str(note_id)
'''


@pytest.mark.parametrize(
    ("text", "more", "fault"),
    [
        (MAIN, {"extra.py": f"from fastapi import APIRouter\nr = APIRouter()\n{HANDLER.format(router='r')}"},
         "GET /{note_id}/title (extra.py:"),
        (MAIN + HANDLER.format(router="APIRouter()"), {}, "main.py:"),
        (MAIN.replace("app.include_router(router)", HANDLER.format(router="router")), {}, "main.py:"),
    ],
)  # fmt: skip
def test_a_handler_that_no_application_has(
    before: Project, tmp_path: Path, text: str, more: dict[str, str], fault: str
) -> None:
    after = project(tmp_path / "after", text, more)
    found = reading.wired(before, after, ("main.py", *more))
    assert found.verdict == "fail"
    assert fault in found.detail


def test_what_is_registered_is_wired(before: Project, tmp_path: Path) -> None:
    text = MAIN.replace(
        "app.include", f"{HANDLER.format(router='router').strip()}\n\n\napp.include"
    )
    after = project(tmp_path / "after", text)
    assert reading.wired(before, after, ("main.py",)).verdict == "pass"
    assert [one.path for one in reading.added(before, after)] == ["/notes/{note_id}/title"]
    assert "GET /notes/{note_id}/title" in reading.places(before, after)[0].text


def test_a_patched_test_is_no_route(before: Project, tmp_path: Path) -> None:
    tests = 'from unittest import mock\n\n@mock.patch("main.app")\ndef helper(app: object) -> None: ...\n'
    after = project(tmp_path / "after", MAIN, {"helpers.py": tests})
    assert reading.wired(before, after, ("helpers.py",)).verdict == "pass"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('@router.get("/{note_id}")\n', "", "GET /notes/{note_id}"),
        ('prefix="/notes"', 'prefix="/memos"', "GET /notes/{note_id}"),
        ("(SQLModel, table=True)", "(SQLModel)", "note"),
        ("app.include_router(router)\n", "", "GET /notes/{note_id}"),
    ],
)
def test_what_is_lost_is_named(
    before: Project, tmp_path: Path, old: str, new: str, fault: str
) -> None:
    assert old in MAIN
    found = reading.lost(before, project(tmp_path / "after", MAIN.replace(old, new)))
    assert found.verdict == "fail"
    assert fault in found.detail


def test_a_guard_that_is_gone(before: Project, tmp_path: Path) -> None:
    text = MAIN.replace(", user: Annotated[str, Depends(caller)]", ', user: str = "me"')
    found = reading.guarded(before, project(tmp_path / "after", text))
    assert found.verdict == "fail"
    assert "GET /notes/{note_id} (main.py:" in found.detail
    assert reading.guarded(before, before).verdict == "pass"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('    """Return a note."""\n', "", "missing-docstring"),
        ("note_id: int, user", "note_id, user", "missing-type-hints"),
        (
            '    """Return a note."""\n',
            "    # backwright: ignore[missing-docstring] later\n",
            "docstring",
        ),
    ],
)
def test_the_checklist_knows_what_is_new(
    before: Project, tmp_path: Path, old: str, new: str, fault: str
) -> None:
    after = project(tmp_path / "after", MAIN.replace(old, new))
    was, now = checklist.audited(before, before), checklist.audited(after, before)
    found, _ = checklist.checklist(was, now, before)
    assert found.verdict == "fail"
    assert fault in found.detail
    assert checklist.checklist(was, was, before)[0].verdict == "pass"


def test_a_change_does_not_quiet_its_judge(before: Project, tmp_path: Path) -> None:
    text = MAIN.replace('    """Return a note."""\n', "")
    quiet = {"pyproject.toml": '[tool.backwright.audit]\nignore = ["missing-docstring"]\n'}
    after = project(tmp_path / "after", text, quiet)
    was, now = checklist.audited(before, before), checklist.audited(after, before)
    assert checklist.checklist(was, now, before)[0].verdict == "fail"
