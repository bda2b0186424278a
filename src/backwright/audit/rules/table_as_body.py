"""A table is the body of a request.

Why: a client may set every column: the owner, `is_admin`, the balance, even the id (mass assignment).
SQLModel's tables do not validate either: `table=True` switches it off.

Bad:

    from fastapi import FastAPI
    from sqlmodel import Field, SQLModel
    app = FastAPI()
    class Hero(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        name: str
        is_admin: bool = False
    @app.post("/heroes")
    def make(hero: Hero) -> str:
        return hero.name

Good:

    from fastapi import FastAPI
    from sqlmodel import Field, SQLModel
    app = FastAPI()
    class HeroCreate(SQLModel):
        name: str = Field(max_length=100)
    class Hero(HeroCreate, table=True):
        id: int | None = Field(default=None, primary_key=True)
        is_admin: bool = False
    @app.post("/heroes")
    def make(hero: HeroCreate) -> str:
        return hero.name

Good:

    # depends/user.py
    from typing import Annotated
    from fastapi import Depends
    from sqlmodel import Field, SQLModel
    class User(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        email: str
    def current_user() -> User:
        return User(email="ada@example.com")
    CurrentUser = Annotated[User, Depends(current_user)]
    # depends/__init__.py
    from depends.user import CurrentUser
    # main.py
    from depends import CurrentUser
    from fastapi import FastAPI
    app = FastAPI()
    @app.post("/heroes")
    def make(user: CurrentUser) -> str:
        return user.email

Leave it: never.
"""

from __future__ import annotations

from collections.abc import Iterator

from backwright.audit.inputs import inputs_of, shown, writes
from backwright.audit.rule import Found, Judged, Looked, at, rule
from backwright.audit.subject import Subject


@rule(item=4, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge the bodies of each endpoint."""
    for handler in subject.handlers:
        place = at(handler.source, handler.node)
        yield Looked(place)
        for one in inputs_of(subject, handler) if writes(handler) else ():
            model = subject.model_of(one.kind)
            if model is not None and not one.in_path:
                yield Found(
                    at(handler.source, one.argument),
                    f"{shown(handler)} takes the table {model.name} as its body: clients set every "
                    f"column ({', '.join(column.name for column in model.columns[:4])}…), unvalidated",
                    f"take a schema with the fields that clients may set: {model.name}Create",
                    cause=f"{model.name} as a body",
                    units=(place,),
                )
