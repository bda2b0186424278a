"""How a host's handlers are told who is calling, whatever they call it."""

from pathlib import Path

import pytest

from backwright.project import read_project
from backwright.transfer.draft import Draft
from backwright.transfer.grow.sources import Sources
from backwright.transfer.guarding.callers import Caller, parameter_of, read_caller
from backwright.transfer.guarding.program import Program

CODE = """from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

app = FastAPI()
scheme = OAuth2PasswordBearer(tokenUrl="login")


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    hashed_password: Mapped[str]


def {getter}(token: str = Depends(scheme)){returns}:
    claims = jwt.decode(token, "key", algorithms=["HS256"])
    user = find(User, claims["sub"])
    if user is None:
        raise HTTPException(status_code=401)
    return user


Me = Annotated[User, Depends({getter})]


def save(row: str, other: User, user: User) -> None:
    pass


@app.get("/me")
def me({parameter}):
    return {{}}
"""
GETTER, USER = ("main", "get_current_user"), ("main", "User")


@pytest.mark.parametrize(
    ("parameter", "caller"),
    [
        ("who: User = Depends(get_current_user)", Caller(GETTER, USER, "who")),
        ("who=Depends(get_current_user)", Caller(GETTER, USER, "who")),
        ("who: dict = Depends(get_current_user)", Caller(GETTER, None, "who", is_dict=True)),
        (
            "who: Annotated[User, Depends(get_current_user)]",
            Caller(GETTER, USER, "who", annotated=True),
        ),
        ("who: Me", Caller(GETTER, USER, "who", ("main", "Me"), annotated=True)),
    ],
)
def test_the_caller(tmp_path: Path, parameter: str, caller: Caller) -> None:
    code = CODE.format(getter="get_current_user", returns=" -> User", parameter=parameter)
    (tmp_path / "main.py").write_text(code)
    project = read_project(tmp_path)
    program = Program(Sources(Draft(tmp_path), project))
    found = read_caller(program, project)
    assert found == caller
    handler, save = (next(f for f in program.functions if f.name == n) for n in ("me", "save"))
    there = parameter_of(program, caller, handler)
    assert there is not None
    assert there.arg == "who"
    told = parameter_of(program, caller, save)
    assert (told.arg if told else None) == (None if caller.is_dict else "user")


def test_how_it_is_said() -> None:
    assert Caller(GETTER, USER, "me").parameter == "me: User = Depends(get_current_user)"
    assert Caller(GETTER, USER, "me", ("main", "Me"), annotated=True).parameter == "me: Me"
    assert Caller(GETTER, None, "me", is_dict=True).key("me", "id") == 'me["id"]'
