"""The examples in a rule's documentation: small projects, one that it finds and one that it does not.

A rule's docstring is

    A line that says what is wrong.

    Why: what follows from it.

    Bad:

        # app/main.py
        app = FastAPI()

    Good:

        app = FastAPI()

    Leave it: when the rule is not for you.

An indented block that begins with `# some/file.py` holds that file, and each such line begins the
next one; without, it is `main.py`. One that begins with `# with users and notes` goes on from `NOTES`.
There may be several blocks of each kind.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from typing import Literal

_BLOCK = re.compile(r"^(Bad|Good):\s*\n\n((?:[ \t]+\S.*\n|[ \t]*\n)+)", re.MULTILINE)
_NOTES = "# with users and notes"
NOTES = """\
from typing import Annotated
from fastapi import Depends, FastAPI, Header, HTTPException
from fastapi.security import OAuth2PasswordBearer
from sqlmodel import Field, Session, SQLModel, create_engine, select
app = FastAPI()
engine = create_engine("sqlite://")
token = OAuth2PasswordBearer(tokenUrl="login")
class User(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    email: str
    hashed_password: str
class Note(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    owner_id: int = Field(foreign_key="user.id")
    title: str
def session():
    with Session(engine) as opened:
        yield opened
def current_user(db: Annotated[Session, Depends(session)], sent: Annotated[str, Depends(token)]) -> User:
    user = db.exec(select(User).where(User.email == sent)).first()
    if user is None:
        raise HTTPException(401)
    return user
"""
_FILE = re.compile(r"^# (\S+\.(?:py|toml|txt|env))$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Example:
    """A small project, and whether the rule finds something in it."""

    kind: Literal["bad", "good"]
    files: dict[str, str]


def examples_of(text: str) -> tuple[Example, ...]:
    """Return the examples of a rule's documentation, in order."""
    return tuple(
        Example("bad" if found[1] == "Bad" else "good", _files(textwrap.dedent(found[2])))
        for found in _BLOCK.finditer(text + "\n")
    )


def _files(block: str) -> dict[str, str]:
    head, _, rest = block.partition("\n")
    block = f"# main.py\n{NOTES}{rest}" if head.strip() == _NOTES else block
    parts = _FILE.split(block.strip("\n") + "\n")
    if len(parts) == 1:
        return {"main.py": parts[0]}
    return dict(zip(parts[1::2], (part.lstrip("\n") for part in parts[2::2]), strict=True))
