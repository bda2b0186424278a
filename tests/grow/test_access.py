"""Who may use a grown resource, where what refuses strangers cannot be taken over."""

from pathlib import Path

import pytest

from backwright.errors import QuestionError, UsageError
from backwright.project import read_project
from backwright.project.types import Project
from backwright.spec.resource import read_resource_line
from backwright.tasks.add_by_growth import write
from backwright.tasks.growth_access import settle_access
from backwright.tasks.questions import Answers
from backwright.transfer.grow import Grown

HOST = """\
import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer

app = FastAPI()
scheme = OAuth2PasswordBearer(tokenUrl="/login")


@app.get("/readings")
def readings(token: str = Depends(scheme)) -> list[str]:
    try:
        return [jwt.decode(token, "secret", algorithms=["HS256"])["sub"]]
    except jwt.PyJWTError:
        raise HTTPException(401)
"""
SPEC = read_resource_line("Note title:str:1..200")


@pytest.fixture
def before(tmp_path: Path) -> Project:
    (tmp_path / "main.py").write_text(HOST)
    (tmp_path / "requirements.txt").write_text("fastapi\npyjwt\n")
    return read_project(tmp_path)


@pytest.fixture
def grown(before: Project, tmp_path: Path) -> Grown:
    return write(tmp_path, before, SPEC, {"pydantic": "2.12.0"})[0]


def test_strangers_are_asked_about(before: Project, grown: Grown) -> None:
    with pytest.raises(QuestionError) as raised:
        settle_access(before, grown, SPEC, Answers())
    question = raised.value.question
    assert question.key == "guard"
    assert question.recommended == "stop"
    assert "GET /readings (main.py:10)" in question.why


def test_nothing_is_opened_unasked(before: Project, grown: Grown) -> None:
    with pytest.raises(UsageError, match="1 of 1 endpoints") as raised:
        settle_access(before, grown, SPEC, Answers(yes=True))
    assert str(raised.value.place) == "main.py:10"


def test_what_was_opened_is_noted(before: Project, grown: Grown) -> None:
    opened = settle_access(before, grown, SPEC, Answers({"guard": "open"}))
    assert (opened.notes[-1].file, opened.notes[-1].line) == ("main.py", 10)
