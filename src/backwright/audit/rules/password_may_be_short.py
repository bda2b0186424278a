"""A new password may have any length from one character on.

Why: what people may choose, some do. One of eight characters or more is not found by trying.

Bad:

    import bcrypt
    from fastapi import FastAPI
    from pydantic import BaseModel
    app = FastAPI()
    class Join(BaseModel):
        email: str
        password: str
    @app.post("/register")
    def register(data: Join) -> None:
        bcrypt.hashpw(data.password.encode(), bcrypt.gensalt())

Good:

    import bcrypt
    from fastapi import FastAPI
    from pydantic import BaseModel, Field
    app = FastAPI()
    class Join(BaseModel):
        email: str
        password: str = Field(min_length=8, max_length=72)
    @app.post("/register")
    def register(data: Join) -> None:
        bcrypt.hashpw(data.password.encode(), bcrypt.gensalt())

Good:

    # main.py
    from checks import Password
    from fastapi import FastAPI
    from pydantic import BaseModel
    app = FastAPI()
    class Register(BaseModel):
        email: str
        password: Password
    @app.post("/register")
    def register(data: Register) -> str:
        return data.email
    # checks.py
    from typing import Annotated
    from pydantic import AfterValidator
    def strong(value: str) -> str:
        if value == value.lower():
            raise ValueError("too weak")
        return value
    Password = Annotated[str, AfterValidator(strong)]

Leave it: where the password's strength is asked for elsewhere (a policy of the identity provider).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.inputs import inputs_of, shown
from backwright.audit.passwords import of_account
from backwright.audit.rule import Found, Judged, Looked, at, rule
from backwright.audit.sources import Source
from backwright.audit.subject import Handler, Subject

_NEW = re.compile(
    r"(?i)register|sign_?-?up|join|create|accounts?$|users?$|customers?$|members?$|reset|change"
)
_ENTRY = re.compile(r"(?i)log_?-?in|sign_?-?in|token|authenticate")
_NAMES = frozenset({"password", "new_password", "passwd"})
_ASKED = re.compile(r"min_length|minlength|pattern|regex|min=|\bconstr|\w*Validator\(")


@rule(item=6, level="warning")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge the passwords in the bodies of endpoints that set them."""
    if _is_asked_elsewhere(subject):
        return
    seen: set[tuple[str, int]] = set()
    for handler in subject.handlers:
        for source, field in _new_passwords(subject, handler):
            if (source.file, field.lineno) in seen:
                continue
            seen.add((source.file, field.lineno))
            text = ast.unparse(field) + subject.names.alias_text(source, field.annotation)
            if _ASKED.search(text) or _is_validated(source, field):
                yield Looked(at(source, field))
                continue
            yield Found(
                at(source, field),
                f"the password that {shown(handler)} sets may be one character long",
                f"{ast.unparse(field.target)}: str = Field(min_length=8, max_length=72)",
            )


def _new_passwords(subject: Subject, handler: Handler) -> Iterator[tuple[Source, ast.AnnAssign]]:
    words = f"{handler.endpoints[0].path.rstrip('/')} {handler.node.name}"
    if handler.endpoints[0].method == "GET" or not _NEW.search(words) or _ENTRY.search(words):
        return
    for one in inputs_of(subject, handler):
        kind = one.kind
        if not isinstance(kind.node, ast.ClassDef) or kind.source is None:
            continue
        if not subject.names.bases(kind.source, kind.node) & {"BaseModel", "SQLModel"}:
            continue
        fields = subject.names.fields(kind.source, kind.node)
        if not of_account(ast.unparse(it.target) for it in fields):
            continue
        for field in fields:
            if isinstance(field.target, ast.Name) and field.target.id in _NAMES:
                yield subject.names.source_of(field) or kind.source, field


def _is_validated(source: Source, field: ast.AnnAssign) -> bool:
    cls = source.class_around(field)
    return cls is not None and "validator" in ast.unparse(cls)


def _is_asked_elsewhere(subject: Subject) -> bool:
    """Tell whether the program measures passwords itself."""
    return any(
        re.search(
            r"(?i)len\(\s*[\w.]*passw|password_?(strength|policy)|validate_password"
            r"|class \w*Password\w*\([^)]*\):(.|\n){0,400}?\blen\(",
            one.text,
        )
        for one in subject.program
    )
