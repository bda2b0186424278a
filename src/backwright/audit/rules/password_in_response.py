"""An endpoint answers with a password or its hash.

Why: everybody who may see a user then has the hash to try passwords on at home, and it stays in caches
and logs on the way.

Bad:

    from fastapi import FastAPI
    from pydantic import BaseModel
    app = FastAPI()
    class UserOut(BaseModel):
        id: int
        hashed_password: str
    @app.get("/users/{user_id}", response_model=UserOut)
    def read(user_id: int) -> dict[str, object]:
        return {"id": user_id, "hashed_password": ""}

Bad:

    from fastapi import FastAPI
    from sqlmodel import Field, SQLModel
    app = FastAPI()
    class User(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        password: str
    @app.get("/users")
    def read() -> list[User]:
        return []

Good:

    from fastapi import FastAPI
    from pydantic import BaseModel, Field
    app = FastAPI()
    class UserOut(BaseModel):
        id: int
        hashed_password: str = Field(exclude=True)
    @app.get("/users/{user_id}", response_model=UserOut)
    def read(user_id: int) -> dict[str, object]:
        return {"id": user_id}

Leave it: where the password was made by the server and is shown once.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.fixes.answers import narrowed
from backwright.audit.passwords import COLUMN
from backwright.audit.rule import Found, Judged, Looked, at, rule
from backwright.audit.sources import FunctionNode, Source, keyword
from backwright.audit.subject import Handler, Subject
from backwright.values import Place


@rule(item=6, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge the schema of each endpoint's answer."""
    for handler in subject.handlers:
        place = at(handler.source, handler.node)
        for source, cls in _answers(subject, handler):
            field = _secret(subject, source, cls)
            if field is None or _narrowed(handler.node):
                yield Looked(place)
                continue
            name = ast.unparse(field.target)
            one = handler.endpoints[0]
            yield Found(
                place,
                f"{one.method} {one.path} answers with {cls.name}.{name} ({source.file}:{field.lineno})",
                f"answer with a schema that has no {name}",
                cause=f"{cls.name} answers with {name}",
                units=(Place(handler.source.file, handler.node.lineno),),
                fix=narrowed(subject, handler, source, cls, name),
            )


def _answers(subject: Subject, handler: Handler) -> Iterator[tuple[Source, ast.ClassDef]]:
    """Yield the classes that an endpoint answers with: of `response_model`, else of the annotation."""
    given = [
        keyword(one, "response_model")
        for one in handler.node.decorator_list
        if isinstance(one, ast.Call)
    ]
    shown = next((one for one in given if one is not None), handler.node.returns)
    if shown is None or (isinstance(shown, ast.Constant) and shown.value is None):
        return
    for one in ast.walk(shown):
        if isinstance(one, ast.Name | ast.Attribute):
            kind = subject.names.meaning(handler.source, one)
            if isinstance(kind.node, ast.ClassDef) and kind.source is not None:
                yield kind.source, kind.node


def _secret(subject: Subject, source: Source, cls: ast.ClassDef) -> ast.AnnAssign | None:
    """Return the field of a class (or of what it inherits from) that holds a password."""
    bases = subject.names.bases(source, cls)
    if not bases & {"BaseModel", "SQLModel"}:
        return None
    for field in subject.names.fields(source, cls):
        if not isinstance(field.target, ast.Name) or not COLUMN.match(field.target.id):
            continue
        hidden = isinstance(field.value, ast.Call) and keyword(field.value, "exclude") is not None
        if ast.unparse(field.annotation) == "bool":
            continue  # whether there is one
        if not hidden and not re.search(r"exclude|None$", ast.unparse(field.annotation)):
            return field
    return None


def _narrowed(node: FunctionNode) -> bool:
    """Tell whether the decorator chooses the fields that are answered."""
    chosen = {"response_model_exclude", "response_model_include"}
    calls = [one for one in node.decorator_list if isinstance(one, ast.Call)]
    return any(one.arg in chosen for call in calls for one in call.keywords)
