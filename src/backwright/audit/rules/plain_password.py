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

Good:

    import bcrypt
    from sqlmodel import Field, Session, SQLModel
    class User(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        email: str
        password: str
    class SignUp(SQLModel):
        email: str
        password: str
    def make(db: Session, payload: dict) -> None:
        db.add(User(email=payload["email"], password=payload["password"]))
    def sign_up(db: Session, data: SignUp) -> None:
        hashed = bcrypt.hashpw(data.password.encode(), bcrypt.gensalt())
        make(db, {"email": data.email, "password": hashed.decode()})

Good:

    import hashlib
    from sqlmodel import Field, Session, SQLModel, select
    class User(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        name: str
        salt: str
        password: str
    def sign_in(db: Session, name: str, password: str) -> bool:
        user = db.exec(select(User).where(User.name == name)).first()
        sent = hashlib.pbkdf2_hmac("sha256", password.encode(), user.salt.encode(), 600_000).hex()
        return user.password == sent

Leave it: never.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.passwords import COLUMN, hashes, is_password, is_set_again, of_account
from backwright.audit.refusing import passed_to
from backwright.audit.rule import Found, Judged, Looked, Unsure, at, rule
from backwright.audit.sources import FunctionNode, Source, assigned, last_name, parameters
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
    if not plain or hashes(kind.node) or isinstance(given and given.value, ast.Constant):
        if given is not None:
            yield Looked(at(source, call))
        return
    typed = given is None or _is_typed(subject, source, function, value)
    if typed is None:
        why = f"whether {model.name}.{name} is hashed before it comes here is not read"
        yield Unsure(at(source, call), why, live=False)
        return
    signs_in = model.name == subject.project.auth.user_model or any(
        _SIGNS_IN.search(one.name) for one in model.columns
    )
    yield Found(
        at(source, call),
        f"{model.name}.{name} is the password as it was typed",
        _REMEDY,
        level=None if signs_in else "warning",
    )


def _is_typed(
    subject: Subject, source: Source, function: FunctionNode | None, value: ast.expr
) -> bool | None:
    """Tell whether a password is surely as it was typed: what the request says, or a schema of it.

    An object of the program's own, a dictionary or an argument may have been hashed by who gives it:
    then the calls decide, and `None` says that they do not.
    """
    root = value
    while isinstance(root, ast.Attribute | ast.Subscript | ast.Call):
        root = root.func if isinstance(root, ast.Call) else root.value
    if function is None or not isinstance(root, ast.Name):
        return None
    if (source.file, function.lineno) in subject.handled:
        return True
    given = next((one for one, _ in parameters(function) if one.arg == root.id), None)
    if given is None:
        return None
    kind = subject.names.annotated(source, given.annotation)
    if isinstance(kind.node, ast.ClassDef) and kind.source is not None:
        bases = subject.names.bases(kind.source, kind.node)
        return True if bases & {"BaseModel", "SQLModel"} else None
    passed = [
        one
        for at_source in subject.program
        for call in at_source.nodes(ast.Call)
        if last_name(call.func) == function.name
        for name, one in passed_to(call, function)
        if name == root.id
    ]
    return True if passed and all(map(is_password, passed)) else None


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
    if _AGAIN.search(ast.unparse(one)):
        return
    for stored, typed in (sides, sides[::-1]):
        if _is_stored(subject, source, stored) and _is_as_typed(source, typed):
            yield Found(at(source, one), "the stored password is compared as it was typed", _REMEDY)
            return


def _is_stored(subject: Subject, source: Source, side: ast.expr) -> bool:
    """Tell whether one side of a comparison is the password of a row."""
    if not isinstance(side, ast.Attribute) or not COLUMN.match(side.attr):
        return False
    kind = subject.names.meaning(source, side.value)
    return subject.model_of(kind) is not None or _is_looked_up(source, side.value)


def _is_as_typed(source: Source, side: ast.expr) -> bool:
    """Tell whether one side of a comparison is a password that nothing in the function hashes."""
    function: FunctionNode | None = source.function_around(side)
    given = assigned(function, side.id) if function and isinstance(side, ast.Name) else None
    return is_password(side) and not any(hashes(one) for one in given or () if one is not None)


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
