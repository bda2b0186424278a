"""A session is not closed when the request fails.

Why: without `try … finally` (or `with`) around the `yield`, an error skips `close()`; the connection stays
out of the pool until the garbage collector comes, and under load the pool is empty.

Bad:

    from sqlalchemy import create_engine
    from sqlalchemy.orm import sessionmaker
    SessionLocal = sessionmaker(create_engine("sqlite://"))
    def get_db():
        db = SessionLocal()
        yield db
        db.close()

Bad:

    from sqlalchemy import create_engine
    from sqlalchemy.orm import Session
    engine = create_engine("sqlite://")
    def get_db() -> Session:
        return Session(engine)

Good:

    from sqlalchemy import create_engine
    from sqlalchemy.orm import sessionmaker
    SessionLocal = sessionmaker(create_engine("sqlite://"))
    def get_db():
        db = SessionLocal()
        try:
            yield db
        finally:
            db.close()
    def get_other():
        with SessionLocal() as db:
            yield db

Leave it: for a factory whose callers close what they get.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.fixes.repair import Edit, Fix, end_of, margin, start_of, step
from backwright.audit.rule import Found, Judged, Looked, at, rule
from backwright.audit.sources import FunctionNode, Source, own_nodes
from backwright.audit.subject import Subject

_GIVES = re.compile(
    r"(?i)^(get_?)?(db|session|database|async_?session|db_?session)(_?(session|db))?$"
)
_SESSION = re.compile(r"\.(Session|AsyncSession|sessionmaker\(\)|async_sessionmaker\(\))\(\)$")


@rule(item=3, level="warning")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge the functions that give a session to requests."""
    for source in subject.program:
        for function in source.functions:
            if not _GIVES.match(function.name):
                continue
            given = next(_given(function), None)
            kind = subject.names.library(source, given.value) if given is not None else ""
            if given is None or isinstance(given.value, ast.Attribute) or not _SESSION.search(kind):
                continue
            guarded = any(
                isinstance(one, ast.Try | ast.With | ast.AsyncWith) for one in source.above(given)
            )
            if guarded:
                yield Looked(at(source, given))
                continue
            what = (
                "returns a session that nobody closes"
                if isinstance(given, ast.Return)
                else ("closes its session only where the request succeeds")
            )
            yield Found(
                at(source, given),
                f"{function.name}() {what}",
                "with SessionLocal() as session:\n    yield session",
                fix=_closing(source, given, is_async="async" in kind.lower()),
            )


def _closing(source: Source, given: ast.Yield | ast.Return, *, is_async: bool) -> Fix | None:
    """Return what closes the session in any case, where a request gets it by `yield`."""
    yielded = source.parents[given]
    block = source.parents[yielded]
    body = getattr(block, "body", [])
    if not isinstance(given, ast.Yield) or not isinstance(given.value, ast.Name):
        return None
    if not isinstance(yielded, ast.Expr) or yielded not in body:
        return None
    rest = body[body.index(yielded) + 1 :]
    name = given.value.id
    closes = f"{'await ' if is_async else ''}{name}.close()"
    if rest and (len(rest) > 1 or ast.unparse(rest[0]) not in {closes, f"{name}.close()"}):
        return None
    outer, unit = margin(source, yielded.lineno), step(source)
    last = rest[0] if rest else yielded
    text = f"try:\n{outer}{unit}yield {name}\n{outer}finally:\n{outer}{unit}{closes}"
    return Fix((Edit(source.file, start_of(yielded), end_of(last), text),))


def _given(function: FunctionNode) -> Iterator[ast.Yield | ast.Return]:
    for one in own_nodes(function):
        if isinstance(one, ast.Yield | ast.Return) and one.value is not None:
            yield one
