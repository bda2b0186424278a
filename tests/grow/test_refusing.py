"""What may refuse a request: a session's getter does not, whatever asks for a token does."""

from pathlib import Path

import pytest

from backwright.project import read_project
from backwright.transfer.draft import Draft
from backwright.transfer.grow.refusing import may_refuse
from backwright.transfer.grow.sources import Sources

MAIN = """\
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBearer

app = FastAPI()
scheme = HTTPBearer()


def session():
    with make() as made:
        try:
            yield made
        except ValueError:
            raise


def make():
    return open("x")


def checked(token: str):
    if not token:
        raise HTTPException(401)


def current(token=Depends(scheme)):
    return token


class Checker:
    def __call__(self, token: str):
        checked(token)

    def plain(self):
        return 1


checker = Checker()
"""


@pytest.mark.parametrize(
    ("label", "refuses"),
    [
        ("main:session", False),
        ("main:checked", True),
        ("main:current", True),
        ("main:Checker()", True),
        ("main:Checker.plain", False),
        ("main:checker", True),
        ("main:nothing", False),
    ],
)
def test_what_may_refuse(tmp_path: Path, label: str, *, refuses: bool) -> None:
    (tmp_path / "main.py").write_text(MAIN)
    sources = Sources(Draft(tmp_path), read_project(tmp_path))
    assert may_refuse(sources, label) is refuses
