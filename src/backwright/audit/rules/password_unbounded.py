"""A password may be longer than bcrypt takes.

Why: bcrypt looks at 72 bytes. Since bcrypt 5 a longer one is an error (500 at the registration); before,
the rest did not count: two passwords with the same beginning were one.

Bad:

    import bcrypt
    from fastapi import FastAPI
    from pydantic import BaseModel
    app = FastAPI()
    class Register(BaseModel):
        email: str
        password: str
    @app.post("/register")
    def register(data: Register) -> str:
        return bcrypt.hashpw(data.password.encode(), bcrypt.gensalt()).decode()

Good:

    import bcrypt
    from fastapi import FastAPI
    from pydantic import BaseModel, Field
    app = FastAPI()
    class Register(BaseModel):
        email: str
        password: str = Field(min_length=8, max_length=72)
    @app.post("/register")
    def register(data: Register) -> str:
        return bcrypt.hashpw(data.password.encode(), bcrypt.gensalt()).decode()

Good:

    # accounts/main.py
    from fastapi import FastAPI
    from pydantic import BaseModel
    from accounts.directory import directory
    app = FastAPI()
    class Register(BaseModel):
        email: str
        password: str
    @app.post("/register")
    def register(data: Register) -> str:
        return directory.create_user(data.email, data.password)
    # accounts/__init__.py
    # accounts/directory.py
    directory = object()
    # notes/__init__.py
    # notes/main.py
    from fastapi import FastAPI
    from passlib.context import CryptContext
    app = FastAPI()
    context = CryptContext(schemes=["bcrypt"])
    @app.get("/key")
    def key() -> str:
        return context.hash("key")

Leave it: where passwords are hashed with something that takes all of them (Argon2), or cut before.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.fixes.repair import Fix, end_of, inserted, needs
from backwright.audit.inputs import inputs_of
from backwright.audit.passwords import of_account
from backwright.audit.rule import Found, Judged, Looked, at, rule
from backwright.audit.sources import Source
from backwright.audit.subject import Handler, Subject
from backwright.project.types import App

_NAMES = frozenset({"password", "new_password", "passwd"})


@rule(item=6, level="warning")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge the passwords in the bodies of requests, where bcrypt hashes them."""
    if "bcrypt" not in (subject.project.auth.hashing or "") or _is_cut(subject):
        return
    seen: set[tuple[str, int]] = set()
    apps = _hashing(subject)
    for handler in subject.handlers:
        if apps is not None and not _is_part(subject, handler, apps):
            continue
        for one in inputs_of(subject, handler):
            kind = one.kind
            if not isinstance(kind.node, ast.ClassDef) or kind.source is None:
                continue
            for field in _passwords(subject, kind.source, kind.node):
                if field[:2] in seen:
                    continue
                seen.add(field[:2])
                yield from field[2]


def _hashing(subject: Subject) -> tuple[App, ...] | None:
    """Return the applications that hash by bcrypt; of several, some leave that to another service.

    `None` where there is one alone, or none that says so in its modules.
    """
    speak = frozenset(one.file for one in subject.program if "bcrypt" in one.text)
    if len(subject.project.apps) < 2 or not speak:
        return None
    return tuple(one for one in subject.project.apps if speak & subject.reached([one.file]))


def _is_part(subject: Subject, handler: Handler, apps: tuple[App, ...]) -> bool:
    """Tell whether a handler is of some applications: services beside each other call theirs the same."""
    folder = handler.source.file.partition("/")[0]
    objects = {one.app for one in handler.endpoints}
    for one in apps:
        alone = sum(it.object == one.object for it in subject.project.apps) == 1
        if one.object in objects and (alone or one.file.partition("/")[0] == folder):
            return True
    return False


def _passwords(
    subject: Subject, source: Source, cls: ast.ClassDef
) -> Iterator[tuple[str, int, list[Judged]]]:
    if not subject.names.bases(source, cls) & {"BaseModel", "SQLModel"}:
        return
    fields = subject.names.fields(source, cls)
    if not of_account(ast.unparse(one.target) for one in fields):
        return
    for field in fields:
        if not isinstance(field.target, ast.Name) or field.target.id not in _NAMES:
            continue
        at_source = subject.names.source_of(field) or source
        shown = ast.unparse(field) + subject.names.alias_text(at_source, field.annotation)
        judged: Judged = Looked(at(at_source, field))
        if not re.search(r"max_length|max_digits|\bconstr|le=", shown) and not _is_validated(
            at_source, field
        ):
            judged = Found(
                at(at_source, field),
                f"{field.target.id} has no upper bound, and bcrypt takes 72 bytes",
                f"{field.target.id}: str = Field(min_length=8, max_length=72)",
                fix=_bounded(subject, at_source, field),
            )
        yield at_source.file, field.lineno, [judged]


def _bounded(subject: Subject, source: Source, field: ast.AnnAssign) -> Fix | None:
    """Return what bounds a plain field; passwords that are longer are refused from then on."""
    if ast.unparse(field.annotation) not in {"str", "SecretStr"} or field.value is not None:
        return None
    there = subject.names.bound(source, "Field").library
    if (there and not there.endswith(".Field")) or "Field" in source.bindings:
        return None
    imported = () if there else needs(source.file, [("pydantic", "Field")])
    text = " = Field(max_length=72)"
    return Fix((inserted(source, end_of(field.annotation), text),), imported, safe=False)


def _is_validated(source: Source, field: ast.AnnAssign) -> bool:
    """Tell whether a validator of the class speaks of the password's length."""
    cls = source.class_around(field)
    text = ast.unparse(cls) if cls is not None else ""
    return "validator" in text and re.search(r"len\(|72|max_length", text) is not None


def _is_cut(subject: Subject) -> bool:
    """Tell whether the program measures passwords itself, or hashes them to one length before.

    Cutting them to 72 bytes is no answer: what comes behind counts for nothing then.
    """
    return any(
        re.search(r"len\([^()]*(\([^()]*\))?[^()]*\)\s*(>|>=)\s*7[0-3]\b", one.text)
        or re.search(r"(?i)bcrypt_sha256|sha256\(\s*[\w.]*passw", one.text)
        for one in subject.program
        if "bcrypt" in one.text.lower()
    )
