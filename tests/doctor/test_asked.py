"""What the running application was seen to answer: tokens that it refuses, preflights that it redirects."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.doctor.cases import CLINIC, NOW, Case

from backwright.doctor.engine import examine
from backwright.doctor.evidence import Answer, Evidence, Rejected
from backwright.doctor.sources import Sources
from backwright.host.payloads import refusals
from backwright.project import read_project
from backwright.report.doctor_types import DoctorReport
from backwright.values import Place

_SCHEME = """

def only_bearer(credentials) -> None:
    if credentials.scheme != "bearer":
        raise HTTPException(401, "No")
"""


def seen(tmp_path: Path, change: list[list[str]], **asked: Any) -> DoctorReport:
    root = Case(CLINIC / "logs" / "none.toml", {"change": change}).make(tmp_path / "project")
    return examine(Evidence(read_project(root), Sources(root), now=NOW, **asked))


def at(tmp_path: Path, file: str, words: str) -> int:
    lines = (tmp_path / "project" / file).read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if words in line)


def test_a_scheme_that_is_compared_in_one_case(tmp_path: Path) -> None:
    case = [["app/auth.py", "\n\nCurrentUser =", f"{_SCHEME}\n\nCurrentUser ="]]
    root = Case(CLINIC / "logs" / "none.toml", {"change": case}).make(tmp_path / "project")
    line = at(tmp_path, "app/auth.py", '401, "No"')
    told = Rejected(401, "No", "GET /tasks", True, (Place("app/auth.py", line),))
    report = examine(
        Evidence(
            read_project(root),
            Sources(root),
            rejections=(told,),
            shut="GET /tasks answers 401 (No)",
        )
    )
    first = report.causes[0]
    assert (first.check, first.name) == ("tokens", "token-refused")
    assert first.place == Place("app/auth.py", line - 1)
    assert 'credentials.scheme.lower() != "bearer"' in first.repairs[0].after


def test_a_user_is_looked_up_by_another_column_than_was_written(tmp_path: Path) -> None:
    change = [
        ["app/auth.py", "    user = session.get(User, int(claims[\"sub\"]))\n",
         "    email = claims.get(\"sub\")\n    user = session.exec(select(User).where(User.email == email)).first()\n"],
        ["app/auth.py", "from sqlmodel import Session\n", "from sqlmodel import Session, select\n"],
        ["app/auth.py", "\n\nCurrentUser =", "\n\ndef login_token(user: User) -> str:\n"
         '    return make_token(data={"sub": user.bio})\n\n\nCurrentUser ='],
    ]  # fmt: skip
    report = seen(tmp_path, change, shut="GET /tasks answers 401 (Not signed in)")
    first = report.causes[0]
    assert first.name == "token-claim-other"
    assert first.place == Place("app/auth.py", at(tmp_path, "app/auth.py", "make_token("))
    assert '{"sub": user.email}' in first.repairs[0].after


def test_a_token_whose_user_is_not_in_a_throw_away_database_is_no_cause(tmp_path: Path) -> None:
    root = Case(CLINIC / "logs" / "none.toml", {}).make(tmp_path / "project")
    line = at(tmp_path, "app/auth.py", "    if user is None") + 1
    told = Rejected(401, "Not signed in", "GET /tasks", True, (Place("app/auth.py", line),))
    evidence = Evidence(
        read_project(root), Sources(root), rejections=(told,), guarded=Answer(401), token="a.b.c",
    )  # fmt: skip
    assert "token-refused" not in [one.name for one in examine(evidence).causes]


def test_a_preflight_that_is_redirected(tmp_path: Path) -> None:
    change = [["app/main.py", "app.include_router(auth.router)",
               "app.add_middleware(HTTPSRedirectMiddleware)\napp.include_router(auth.router)"]]  # fmt: skip
    answer = Answer(307, {"location": "https://127.0.0.1/health"})
    report = seen(tmp_path, change, origin="http://localhost:3000", preflight=answer, simple=answer)
    first = report.causes[0]
    assert first.name == "cors-redirect"
    line = at(tmp_path, "app/main.py", "add_middleware(HTTPSRedirectMiddleware)")
    assert first.place == Place("app/main.py", line)
    after = first.repairs[0].after
    assert after.index("HTTPSRedirectMiddleware)") < after.index("CORSMiddleware,")


def test_refusals_say_their_line_and_what_they_hide(capsys: pytest.CaptureFixture[str]) -> None:
    class HTTPException(Exception):  # noqa: N818 - its name is what is looked for
        status_code = 401
        detail = "No"

    async def handler(_: object, __: object) -> str:
        await asyncio.sleep(0)
        return "answered"

    app = SimpleNamespace(exception_handlers={HTTPException: handler})
    refusals.watch(app)
    request = SimpleNamespace(
        method="GET", url=SimpleNamespace(path="/me"), headers={"authorization": "x"}, cookies={}
    )

    async def ask(error: Exception) -> str:
        said: str = await app.exception_handlers[HTTPException](request, error)
        return said

    def refuse() -> None:
        try:
            raise ValueError("too old")
        except ValueError as hidden:
            raise HTTPException from hidden

    with pytest.raises(HTTPException) as raised:
        refuse()
    assert asyncio.run(ask(raised.value)) == "answered"
    HTTPException.status_code = 500
    asyncio.run(ask(raised.value))
    said = capsys.readouterr().err
    first = next(line for line in said.splitlines() if line.startswith(refusals.MARK))
    words = json.loads(first.removeprefix(refusals.MARK))
    assert words["because"] == ["ValueError: too old"]
    assert words["frames"][-1][0].endswith("test_asked.py")
    assert words["carries"] is True
    assert "Traceback" in said
    assert "ValueError: too old" in said


def test_a_wildcard_with_credentials_harms_nothing_where_no_cookie_is_used(tmp_path: Path) -> None:
    change = [
        ["app/main.py", "allow_origins=settings.cors_origins", 'allow_origins=["*"]'],
        ["app/main.py", "allow_credentials=False", "allow_credentials=True"],
    ]
    report = seen(tmp_path, change, origin="http://localhost:3000")
    assert report.causes == ()
    assert "every origin is allowed" in report.notes[0]


def test_a_router_that_is_included_under_a_condition_is_no_cause(tmp_path: Path) -> None:
    change = [["app/main.py", "app.include_router(tasks.router)",
               "if settings.algorithm == 'none':\n    app.include_router(tasks.router)"]]  # fmt: skip
    assert "router-not-included" not in [one.name for one in seen(tmp_path, change).causes]
