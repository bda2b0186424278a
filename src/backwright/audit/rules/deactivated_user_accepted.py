"""A user who was deactivated stays signed in.

Why: the table of users has a column that says whether an account may be used, but nothing that reads
the caller's token looks at it: switching an account off changes nothing.

Bad:

    from typing import Annotated
    from fastapi import Depends, FastAPI, HTTPException
    from fastapi.security import OAuth2PasswordBearer
    from sqlmodel import Field, Session, SQLModel, create_engine, select
    app = FastAPI()
    engine = create_engine("sqlite://")
    token = OAuth2PasswordBearer(tokenUrl="login")
    class User(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        email: str
        hashed_password: str
        is_active: bool = True
    def current_user(sent: Annotated[str, Depends(token)]) -> User:
        with Session(engine) as db:
            user = db.exec(select(User).where(User.email == sent)).first()
        if user is None:
            raise HTTPException(401)
        return user
    @app.get("/me")
    def me(user: Annotated[User, Depends(current_user)]) -> str:
        return user.email

Good:

    from typing import Annotated
    from fastapi import Depends, FastAPI, HTTPException
    from fastapi.security import OAuth2PasswordBearer
    from sqlmodel import Field, Session, SQLModel, create_engine, select
    app = FastAPI()
    engine = create_engine("sqlite://")
    token = OAuth2PasswordBearer(tokenUrl="login")
    class User(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        email: str
        hashed_password: str
        is_active: bool = True
    def current_user(sent: Annotated[str, Depends(token)]) -> User:
        with Session(engine) as db:
            user = db.exec(select(User).where(User.email == sent)).first()
        if user is None or not user.is_active:
            raise HTTPException(401)
        return user
    @app.get("/me")
    def me(user: Annotated[User, Depends(current_user)]) -> str:
        return user.email

Good:

    from typing import Annotated
    from fastapi import Depends, FastAPI
    from fastapi_users import FastAPIUsers
    from sqlmodel import Field, SQLModel
    from backend import get_manager, backend
    app = FastAPI()
    class User(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        email: str
        hashed_password: str
        is_active: bool = True
    users = FastAPIUsers[User, int](get_manager, [backend])
    signed_in = users.current_user(active=True)
    @app.get("/me")
    def me(user: Annotated[User, Depends(signed_in)]) -> str:
        return user.email

Leave it: where the column says something else (whether a seller is open for orders).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.rule import Found, Judged, Looked, rule
from backwright.audit.sources import FunctionNode, Source
from backwright.audit.subject import Subject
from backwright.values import Place

_STATE = re.compile(
    r"(?i)^(is_?)?(active|enabled|disabled|blocked|banned|suspended|deactivated|locked)$"
)


@rule(item=6, level="warning")
def check(subject: Subject) -> Iterator[Judged]:
    """Look for who reads the state of accounts."""
    facts = subject.project.auth
    model = next((one for one in subject.project.models if one.name == facts.user_model), None)
    column = next((one for one in model.columns if _STATE.match(one.name)), None) if model else None
    if facts.approach == "none" or model is None or column is None:
        return
    place = Place(model.file, column.line or model.line)
    if any(_reads(source, column.name) for source in subject.program):
        yield Looked(place)
        return
    yield Found(
        place,
        f"{model.name}.{column.name} is never asked for: a deactivated user stays signed in",
        f"refuse them where the caller is found:\nif user is None or not user.{column.name}: raise …",
    )


def _reads(source: Source, name: str) -> bool:
    """Tell whether a function of a module asks for a column: of a row, or in a query."""
    for one in source.nodes(ast.Attribute):
        if one.attr == name and isinstance(one.ctx, ast.Load):
            return True
    for it in source.nodes(ast.keyword):
        around = source.parents.get(it)
        func = ast.unparse(around.func) if isinstance(around, ast.Call) else ""
        if it.arg == name and "filter" in func:
            return True
        if func.endswith("current_user") and it.arg and name.endswith(it.arg):
            return True  # FastAPI Users: current_user(active=True)
    return any(
        isinstance(it.value, str) and re.search(rf"(?i)\b{name}\s*(=|is\b)", it.value)
        for it in source.nodes(ast.Constant)
        if any(isinstance(up, FunctionNode) for up in source.above(it))
    )
