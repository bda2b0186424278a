"""The key that signs tokens stands in the source.

Why: everybody who sees the repository, its history or an image can write tokens for any user. A default
in the settings is as bad: it is what runs where the variable was forgotten (a warning, as it can be
overridden).

Bad:

    import jwt
    SECRET_KEY = "09d25e094faa6ca2556c818166b7a956"
    def make(user_id: int) -> str:
        return jwt.encode({"sub": str(user_id), "exp": 1}, SECRET_KEY, algorithm="HS256")

Bad:

    import os
    import jwt
    SECRET_KEY = os.getenv("SECRET_KEY", "secret")
    def make(user_id: int) -> str:
        return jwt.encode({"sub": str(user_id), "exp": 1}, SECRET_KEY, algorithm="HS256")

Bad:

    import jwt
    from pydantic_settings import BaseSettings
    class Settings(BaseSettings):
        secret_key: str = "secret"
    settings = Settings()
    def make(user_id: int) -> str:
        return jwt.encode({"sub": str(user_id), "exp": 1}, settings.secret_key, algorithm="HS256")

Bad:

    from fastapi import FastAPI
    from starlette.middleware.sessions import SessionMiddleware
    app = FastAPI()
    app.add_middleware(SessionMiddleware, secret_key="your-secret-key")

Good:

    import os
    import jwt
    SECRET_KEY = os.environ["SECRET_KEY"]
    def make(user_id: int) -> str:
        return jwt.encode({"sub": str(user_id), "exp": 1}, SECRET_KEY, algorithm="HS256")

Good:

    import jwt
    from pydantic_settings import BaseSettings
    class Settings(BaseSettings):
        secret_key: str
    settings = Settings()
    def make(user_id: int) -> str:
        return jwt.encode({"sub": str(user_id), "exp": 1}, settings.secret_key, algorithm="HS256")

Good:

    import jwt
    from pydantic_settings import BaseSettings
    DEVELOPMENT_KEY = "only-for-development"
    class Settings(BaseSettings):
        secret_key: str = DEVELOPMENT_KEY
        production: bool = True
    settings = Settings()
    if settings.production and settings.secret_key == DEVELOPMENT_KEY:
        raise SystemExit("set SECRET_KEY")
    def make(user_id: int) -> str:
        return jwt.encode({"sub": str(user_id), "exp": 1}, settings.secret_key, algorithm="HS256")

Leave it: where starting with the default is refused outside development.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.audit.names import Meaning
from backwright.audit.rule import Found, Judged, Looked, at, rule
from backwright.audit.sources import Source, argument, keyword, last_name
from backwright.audit.subject import Subject
from backwright.audit.tokens import decodings, encodings
from backwright.values import Place

_READERS = ("getenv", "environ.get", "config", "Config()", "get")
_REMEDY = (
    "let the program not start without it:\nsecret_key: SecretStr  (no default), or os.environ[…]"
)


@rule(item=6, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Follow the key of each call that signs or reads tokens to where it is written."""
    seen: set[Place] = set()
    for source, call, _ in [*encodings(subject), *decodings(subject)]:
        key = argument(call, 1, "key", "secret")
        if key is None:
            continue
        found = _judged(subject, source, key)
        place = found.place if isinstance(found, Found) else at(source, call)
        if place not in seen:
            seen.add(place)
            yield found or Looked(place)
    yield from _sessions(subject)


def _sessions(subject: Subject) -> Iterator[Judged]:
    """Judge the keys that sign the cookies of sessions, where they are written at the middleware."""
    for source in subject.program:
        for call in source.nodes(ast.Call) if "SessionMiddleware" in source.text else ():
            signs = [call.func, *call.args[:1]]
            if not any(last_name(one) == "SessionMiddleware" for one in signs):
                continue
            known = subject.names.meaning(source, keyword(call, "secret_key"))
            if (
                isinstance(known.node, ast.Constant)
                and isinstance(known.node.value, str)
                and known.source is not None
                and not subject.is_setting(known)
            ):
                yield Found(
                    at(known.source, known.node),
                    "the key that signs the cookies of sessions stands in the source",
                    _REMEDY,
                    level="warning",
                )


def _judged(subject: Subject, source: Source, key: ast.expr) -> Found | None:
    """Return what is wrong with a key: a literal, or a literal that stands in for the real one."""
    known = subject.names.meaning(source, key)
    if isinstance(known.node, ast.Constant) and known.source is not None:
        if not isinstance(known.node.value, str) or len(known.node.value) < 2:
            return None
        return _of_literal(subject, known, known.source, known.node)
    read = _reading(subject, source, key)
    if read is None:
        return None
    at_source, call = read
    default = argument(call, 1, "default")
    text = subject.constant(at_source, default)
    if not isinstance(text, str) or not text:
        return None
    message = (
        "where the variable is not set, tokens are signed with a key that stands in the source"
    )
    return Found(at(at_source, call), message, _REMEDY, level="warning")


def _of_literal(
    subject: Subject, known: Meaning, source: Source, node: ast.Constant
) -> Found | None:
    if _is_compared(source, node):
        return None  # who still has it is refused
    if not subject.is_setting(known):
        return Found(at(source, node), "the key that signs tokens stands in the source", _REMEDY)
    twice = sum(one.value == node.value for one in source.nodes(ast.Constant)) > 1
    if twice:
        return None  # it is compared with the default somewhere: that is refused
    message = (
        "the settings have a default for the key that signs tokens: forgotten, it is what signs"
    )
    return Found(at(source, node), message, _REMEDY, level="warning")


def _is_compared(source: Source, node: ast.Constant) -> bool:
    """Tell whether the module compares something with the name that a literal is kept under."""
    names = {name for name, value in source.bindings.items() if value is node}
    return any(
        isinstance(it, ast.Name) and it.id in names
        for one in source.nodes(ast.Compare)
        for it in (one.left, *one.comparators)
    )


def _reading(subject: Subject, source: Source, key: ast.expr) -> tuple[Source, ast.Call] | None:
    """Return the call that reads the key from the environment."""
    return subject.names.call_behind(source, key, _READERS)
