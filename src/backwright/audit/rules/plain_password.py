"""A password is stored or compared as it was typed.

Why: whoever reads the table, a backup or a log has every account, and people use one password in many
places.

Bad:

    from sqlmodel import Field, Session, SQLModel
    class User(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        email: str
        password: str
    class UserIn(SQLModel):
        email: str
        password: str
    def register(data: UserIn, db: Session) -> None:
        db.add(User(email=data.email, password=data.password))
        db.commit()

Bad:

    from sqlmodel import Field, Session, SQLModel
    class User(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        email: str
        password: str
    class UserIn(SQLModel):
        email: str
        password: str
    def register(data: UserIn, db: Session) -> None:
        db.add(User(**data.model_dump()))
        db.commit()

Bad:

    from sqlmodel import Field, Session, SQLModel
    class User(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        password: str
    def login(db: Session, key: int, password: str) -> bool:
        user = db.get(User, key)
        return user is not None and user.password == password

Good:

    import bcrypt
    from sqlmodel import Field, Session, SQLModel
    class User(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        email: str
        password: str
    class UserIn(SQLModel):
        email: str
        password: str
        again: str
    def register(data: UserIn, db: Session) -> None:
        if data.password != data.again:
            raise ValueError("two passwords")
        hashed = bcrypt.hashpw(data.password.encode(), bcrypt.gensalt()).decode()
        db.add(User(email=data.email, password=hashed))
        data.password = hashed
        db.add(User(**data.model_dump()))
        db.commit()

Good:

    from sqlmodel import Field, Session, SQLModel
    class Upstream(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        host: str
        port: int
        password: str
    class UpstreamIn(SQLModel):
        host: str
        port: int
        password: str
    def add(db: Session, data: UpstreamIn) -> None:
        db.add(Upstream(host=data.host, port=data.port, password=data.password))
        db.commit()

Leave it: never.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.passwords import COLUMN, hashes, is_password, is_set_again, of_account
from backwright.audit.rule import Found, Judged, Looked, at, rule
from backwright.audit.sources import FunctionNode, Source, assigned, last_name
from backwright.audit.subject import Subject

_AGAIN = re.compile(
    r"(?i)confirm|repeat|again|retype|verify|re_?password|password_?2|old|current|new"
)
_SIGNS_IN = re.compile(r"(?i)^(e_?mail|user_?name|login|phone(_?number)?|nick_?name)$")
_REMEDY = "hash it where it comes in:\nhashed = PasswordHash((BcryptHasher(),)).hash(data.password)"


@rule(item=6, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge rows made with passwords, and comparisons of passwords."""
    for source in subject.program:
        if not re.search(r"(?i)passw|pwd", source.text):
            continue
        for call in source.nodes(ast.Call):
            yield from _made(subject, source, call)
        for one in source.nodes(ast.Compare):
            yield from _compared(subject, source, one)


def _made(subject: Subject, source: Source, call: ast.Call) -> Iterator[Judged]:
    """Judge a call that makes a row with a password."""
    kind = subject.names.meaning(source, call.func)
    model = subject.model_of(kind) if not kind.made else None
    columns = [one.name for one in model.columns if COLUMN.match(one.name)] if model else []
    if model is None or not columns or kind.source is None or kind.node is None:
        return
    if not of_account(one.name for one in model.columns):
        return
    function = source.function_around(call)
    given = next((one for one in call.keywords if one.arg in columns), None)
    if given is not None:
        name, value = given.arg or "", _bound(function, given.value)
        plain = is_password(value) and not is_set_again(function, last_name(value))
    else:
        name = columns[0]
        plain = _is_spread(subject, source, call, name) and not is_set_again(function, name)
        plain = plain and function is not None and not hashes(function)
    signs_in = model.name == subject.project.auth.user_model or any(
        _SIGNS_IN.search(one.name) for one in model.columns
    )
    if plain and not hashes(kind.node) and not isinstance(given and given.value, ast.Constant):
        yield Found(
            at(source, call),
            f"{model.name}.{name} is the password as it was typed",
            _REMEDY,
            level=None if signs_in else "warning",
        )
    elif given is not None:
        yield Looked(at(source, call))


def _is_spread(subject: Subject, source: Source, call: ast.Call, name: str) -> bool:
    """Tell whether `Model(**data.model_dump())` is of a schema with such a field."""
    for one in call.keywords:
        value = one.value
        if (
            one.arg is None
            and isinstance(value, ast.Call)
            and isinstance(value.func, ast.Attribute)
        ):
            if value.func.attr not in {"dict", "model_dump"} or value.keywords:
                continue
            kind = subject.names.meaning(source, value.func.value)
            if isinstance(kind.node, ast.ClassDef) and kind.source is not None:
                member = subject.names.field(kind.source, kind.node, name)
                return member is not None and not hashes(kind.node)
    return False


def _compared(subject: Subject, source: Source, one: ast.Compare) -> Iterator[Judged]:
    """Judge a comparison of two passwords: of what is stored with what was typed."""
    if len(one.ops) != 1 or not isinstance(one.ops[0], ast.Eq | ast.NotEq):
        return
    sides = (one.left, one.comparators[0])
    if any(isinstance(side, ast.Constant) for side in sides):
        return  # a mark in the column: accounts of another provider have no password
    stored = any(isinstance(side, ast.Attribute) and COLUMN.match(side.attr) for side in sides)
    typed = [is_password(side) for side in sides]
    if not (all(typed) or (any(typed) and stored)) or _AGAIN.search(ast.unparse(one)):
        return
    for side in sides:
        owner = side.value if isinstance(side, ast.Attribute) else None
        kind = subject.names.meaning(source, owner) if owner is not None else None
        is_row = kind is not None and subject.model_of(kind) is not None
        if is_row or (owner is not None and _is_looked_up(source, owner)):
            yield Found(at(source, one), "the stored password is compared as it was typed", _REMEDY)
            return


def _is_looked_up(source: Source, owner: ast.expr) -> bool:
    """Tell whether a name is a row by how it is called: `user`, `db_user`."""
    function: FunctionNode | None = source.function_around(owner)
    return (
        function is not None
        and isinstance(owner, ast.Name)
        and owner.id in {"user", "db_user", "account"}
    )


def _bound(function: FunctionNode | None, value: ast.expr) -> ast.expr:
    """Return what a local name was bound to, if it was bound once."""
    if not isinstance(value, ast.Name) or function is None:
        return value
    given = assigned(function, value.id)
    return given[0] if given and len(given) == 1 and given[0] is not None else value
