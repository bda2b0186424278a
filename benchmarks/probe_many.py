"""A clean project of as many operations as a benchmark wants: six for each resource, and two ways in."""

from __future__ import annotations

from collections.abc import Iterator

_HEAD = """
import os
from typing import Annotated

import bcrypt
import jwt
from datetime import datetime, timedelta, timezone
from fastapi import Depends, FastAPI, HTTPException, Query
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import AfterValidator, BaseModel, EmailStr, Field as F
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, SQLModel, create_engine, select

SECRET = os.environ["SECRET_KEY"]
engine = create_engine(os.environ["DATABASE_URL"])
app = FastAPI(title="Many")
bearer = HTTPBearer(auto_error=False)


@app.exception_handler(RequestValidationError)
def not_valid(_: object, error: RequestValidationError) -> JSONResponse:
    kept = [{"loc": one["loc"], "msg": one["msg"], "type": one["type"]} for one in error.errors()]
    return JSONResponse({"detail": kept}, 422)


DUMMY = bcrypt.hashpw(b"nobody", bcrypt.gensalt(12)).decode()


def _valid(text: str) -> str:
    if "\\x00" in text or any("\\ud800" <= c <= "\\udfff" for c in text):
        raise ValueError("must be text")
    return text


Text = Annotated[str, AfterValidator(_valid)]
Id = Annotated[int, F(ge=1, le=2**31 - 1)]


class User(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True)
    password_hash: str
    is_admin: bool = False


class Credentials(BaseModel):
    email: EmailStr
    password: Annotated[Text, F(min_length=8, max_length=72)]


class UserPublic(BaseModel):
    id: int
    email: str


def session():
    with Session(engine) as s:
        yield s


DB = Annotated[Session, Depends(session)]


def current(db: DB, given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> User:
    try:
        claims = jwt.decode(given.credentials, SECRET, ["HS256"], options={"require": ["exp", "sub"]})
        user = db.get(User, int(claims["sub"]))
    except (AttributeError, jwt.PyJWTError, ValueError, UnicodeError):
        user = None
    except Exception:
        user = None
    if user is None:
        raise HTTPException(401, "not logged in", {"WWW-Authenticate": "Bearer"})
    return user


Me = Annotated[User, Depends(current)]


@app.post("/register", status_code=201, response_model=UserPublic)
def register(data: Credentials, db: DB):
    if len(data.password.encode()) > 72:
        raise HTTPException(422, "too long")
    user = User(email=data.email, password_hash=bcrypt.hashpw(data.password.encode(), bcrypt.gensalt(12)).decode())
    db.add(user)
    try:
        db.commit()
    except IntegrityError:
        raise HTTPException(409, "taken")
    return user


@app.post("/login")
def login(data: Credentials, db: DB):
    user = db.exec(select(User).where(User.email == data.email)).first()
    kept = user.password_hash if user else DUMMY
    if len(data.password.encode()) > 72 or not bcrypt.checkpw(data.password.encode(), kept.encode()) or not user:
        raise HTTPException(401, "wrong")
    claims = {"sub": str(user.id), "exp": datetime.now(timezone.utc) + timedelta(hours=1)}
    return {"access_token": jwt.encode(claims, SECRET, "HS256")}
"""

_RESOURCE = """

class {Name}(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    owner_id: int = Field(foreign_key="user.id")
{parent_column}    title: str
    body: str = ""
    done: bool = False


class {Name}In(BaseModel):
    title: Annotated[Text, F(min_length=1, max_length=100)]
    body: Annotated[Text, F(max_length=500)] = ""
{parent_field}

class {Name}Change(BaseModel):
    title: Annotated[Text, F(min_length=1, max_length=100)] = "untitled"
    body: Annotated[Text, F(max_length=500)] = ""


class {Name}Public(BaseModel):
    id: int
    title: str
    body: str
    done: bool


def own_{name}({name}_id: Id, db: DB, user: Me) -> {Name}:
    found = db.exec(select({Name}).where({Name}.id == {name}_id, {Name}.owner_id == user.id)).first()
    if found is None:
        raise HTTPException(404, "no such {name}")
    return found


Own{Name} = Annotated[{Name}, Depends(own_{name})]


@app.get("/{name}s", response_model=list[{Name}Public])
def list_{name}s(db: DB, user: Me, limit: Annotated[int, Query(ge=1, le=100)] = 50,
                 skip: Annotated[int, Query(ge=0, le=10**6)] = 0):
    return db.exec(select({Name}).where({Name}.owner_id == user.id).offset(skip).limit(limit)).all()


@app.post("/{name}s", status_code=201, response_model={Name}Public)
def create_{name}(data: {Name}In, db: DB, user: Me):
{parent_check}    row = {Name}(**data.model_dump(), owner_id=user.id)
    db.add(row)
    db.commit()
    return row


@app.get("/{name}s/{{{name}_id}}", response_model={Name}Public)
def get_{name}(row: Own{Name}):
    return row


@app.patch("/{name}s/{{{name}_id}}", response_model={Name}Public)
def change_{name}(data: {Name}Change, row: Own{Name}, db: DB):
    row.sqlmodel_update(data.model_dump(exclude_unset=True))
    db.commit()
    return row


@app.delete("/{name}s/{{{name}_id}}", status_code=204)
def delete_{name}(row: Own{Name}, db: DB):
    db.delete(row)
    db.commit()


@app.post("/{name}s/{{{name}_id}}/finish", response_model={Name}Public)
def finish_{name}(row: Own{Name}, db: DB):
    row.done = True
    db.commit()
    return row
"""

_NAMES = (
    "album", "badge", "coupon", "draft", "estate", "folder", "garden", "house", "invoice", "journal",
    "kennel", "letter", "museum", "novel", "order", "parcel", "quilt", "recipe", "song", "ticket",
    "unit", "voucher", "wallet", "yacht", "zone",
)  # fmt: skip


def many(operations: int) -> str:
    """Return the module of a project with about so many operations; every second resource has a parent."""
    names = _NAMES[: max(1, (operations - 2) // 6)]
    return (
        _HEAD + "".join(_resources(names)) + "\n\nSQLModel.metadata.create_all(engine)\n"
    ).lstrip()


def _resources(names: tuple[str, ...]) -> Iterator[str]:
    for number, name in enumerate(names):
        parent = names[number - 1] if number % 2 else ""
        yield _RESOURCE.format(
            name=name,
            Name=name.capitalize(),
            parent_column=f'    {parent}_id: int = Field(foreign_key="{parent}.id", ondelete="CASCADE")\n'
            if parent
            else "",
            parent_field=f"    {parent}_id: Id\n" if parent else "",
            parent_check=f"    own_{parent}(data.{parent}_id, db, user)\n" if parent else "",
        )
