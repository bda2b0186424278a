"""Users can make themselves administrators.

Why: the body of an endpoint that anybody (or every user for their own account) may call has a field like
`is_admin`, and it reaches the row (mass assignment).

Bad:

    # with users and notes
    class Account(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        email: str
        hashed_password: str
        is_admin: bool = False
    class Register(SQLModel):
        email: str
        is_admin: bool = False
    @app.post("/register")
    def register(data: Register, db: Annotated[Session, Depends(session)]) -> None:
        db.add(Account(**data.model_dump(), hashed_password=""))
        db.commit()

Good:

    # with users and notes
    class Account(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        email: str
        hashed_password: str
        is_admin: bool = False
    class Register(SQLModel):
        email: str
    @app.post("/register")
    def register(data: Register, db: Annotated[Session, Depends(session)]) -> None:
        db.add(Account(**data.model_dump(), hashed_password=""))
        db.commit()

Good:

    from fastapi import FastAPI
    from sqlmodel import Field, Session, SQLModel, create_engine
    app = FastAPI()
    engine = create_engine("sqlite://")
    class User(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        name: str
        hashed_password: str = ""
        role: str = "editor"
    class UserIn(SQLModel):
        name: str
        role: str
    @app.post("/users")
    def make_user(data: UserIn) -> None:
        with Session(engine) as db:
            db.add(User(name=data.name, role=data.role))
            db.commit()

Leave it: where only administrators may call, in a way that reading does not see.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.inputs import Input, inputs_of, shown, writes
from backwright.audit.isolation import (
    PRIVILEGE_FIELD,
    asks_in_code,
    by_privilege,
    of_administrators,
)
from backwright.audit.passwords import COLUMN
from backwright.audit.refusing import ADMINISTRATORS
from backwright.audit.rule import Found, Judged, Looked, Unsure, at, rule
from backwright.audit.sources import last_name
from backwright.audit.subject import Handler, Subject

_OVERWRITTEN = "exclude"

_SIGNS_IN = re.compile(
    r"OAuth2|HTTPBearer|HTTPBasic|APIKey|(?i:jwt|cookie|session_?middleware|authoriz)"
)


@rule(item=5, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge the bodies of endpoints that administrators do not have for themselves."""
    if not any(_SIGNS_IN.search(one.text) for one in subject.program):
        return  # nobody is known here, and nobody has a privilege
    for handler in subject.handlers:
        if not writes(handler) or not any(
            one.file == handler.source.file for one in handler.endpoints
        ):
            continue
        place = at(handler.source, handler.node)
        one = handler.endpoints[0]
        for given in inputs_of(subject, handler):
            field = _field(subject, given)
            if field is None:
                continue
            guarded = of_administrators(subject, one) or asks_in_code(subject, one)
            if guarded:
                yield Looked(place)
            elif by_privilege(subject, one) or not _is_used(handler, given, field):
                yield Unsure(
                    place, f"whether {field} of {shown(handler)} reaches the row is not known"
                )
            else:
                yield Found(
                    place,
                    f"{shown(handler)} takes {field} from the body: callers make themselves privileged",
                    f"leave {field} out of the schema; set it in an endpoint of the administrators",
                )


def _field(subject: Subject, given: Input) -> str | None:
    """Return the field of a body that gives a privilege, where a table has such a column."""
    users = subject.project.auth.user_model
    models = [
        one
        for one in subject.project.models
        if one.name == users or any(COLUMN.match(it.name) for it in one.columns)
    ]
    columns = {column.name for model in models for column in model.columns}
    if not isinstance(given.kind.node, ast.ClassDef) or given.kind.source is None:
        return None
    for one in subject.names.fields(given.kind.source, given.kind.node):
        name = ast.unparse(one.target)
        if (
            PRIVILEGE_FIELD.match(name)
            and name in columns
            and not _is_harmless(subject, given, one)
        ):
            return name
    return None


def _is_harmless(subject: Subject, given: Input, field: ast.AnnAssign) -> bool:
    """Tell whether the roles that may be chosen are written down, and none of them is an administrator's."""
    for one in ast.walk(field.annotation):
        if isinstance(one, ast.Subscript) and last_name(one.value) == "Literal":
            return ADMINISTRATORS.search(ast.unparse(one.slice)) is None
        kind = (
            subject.names.meaning(given.kind.source, one)
            if given.kind.source and isinstance(one, ast.Name | ast.Attribute)
            else None
        )
        if (
            kind is not None
            and isinstance(kind.node, ast.ClassDef)
            and any("Enum" in ast.unparse(it) for it in kind.node.bases)
        ):
            return ADMINISTRATORS.search(ast.unparse(kind.node)) is None
    return False


def _is_used(handler: Handler, given: Input, field: str) -> bool:
    """Tell whether a handler puts the field, or the whole body, into a row."""
    text = ast.unparse(handler.node)
    if re.search(rf"\.{field} = |\['{field}'\] = |pop\('{field}'", text):
        return False  # what the client says is overwritten
    if f"{given.name}.{field}" in text:
        return re.search(rf"{field}=(False|None)|{field}\"\]? = (False|None)", text) is None
    whole = re.search(
        rf"\b{given.name}\.(model_dump|dict)\(|model_validate\({given.name}|setattr\(", text
    )
    return (
        whole is not None
        and _OVERWRITTEN not in text.replace("exclude_unset", "").replace("exclude_none", "")
        and (field not in text)
    )
