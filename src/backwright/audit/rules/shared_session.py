"""All requests share one database session.

Why: a session is neither safe for threads nor for tasks: requests see each other's uncommitted rows,
commit each other's work, and one failed transaction breaks all that follow until the restart.

Bad:

    from fastapi import FastAPI
    from sqlalchemy import create_engine
    from sqlalchemy.orm import Session
    app = FastAPI()
    session = Session(create_engine("sqlite://"))
    @app.get("/items")
    def read() -> list[object]:
        return session.query(object).limit(9).all()

Good:

    from collections.abc import Iterator
    from fastapi import FastAPI
    from sqlalchemy import create_engine
    from sqlalchemy.orm import Session, sessionmaker
    app = FastAPI()
    SessionLocal = sessionmaker(create_engine("sqlite://"))
    def session() -> Iterator[Session]:
        with SessionLocal() as opened:
            yield opened

Leave it: in scripts that one process runs from beginning to end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from backwright.audit.identity import mentions
from backwright.audit.rule import Found, Judged, at, rule
from backwright.audit.subject import Subject

_SESSION = re.compile(
    r"^(sqlalchemy\.orm(\.session)?\.(Session|sessionmaker\(\))|sqlmodel\.Session"
    r"|sqlalchemy\.ext\.asyncio(\.session)?\.(AsyncSession|async_sessionmaker\(\)))$"
)


@rule(item=None, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Look for sessions that modules of the program hold."""
    for source, call, name in subject.calls():
        if not _SESSION.match(name) or source.function_around(call) is not None:
            continue
        bound = [one for one, value in source.bindings.items() if value is call]
        uses = sum(
            len(re.findall(rf"\b{one}\b", it.text)) for one in bound for it in subject.program
        )
        if bound and uses > 1:
            yield Found(
                at(source, call),
                f"{bound[0]} is one session for all requests",
                "open one for each: def session(): with SessionLocal() as opened: yield opened",
                level=None if _answers(subject, bound[0]) else "warning",
            )


def _answers(subject: Subject, name: str) -> bool:
    """Tell whether a handler, or what it depends on, speaks of a name."""
    depended = {it for one in subject.project.endpoints for it in one.dependencies}
    named = {it.rpartition(":")[2].removesuffix("()") for it in depended}
    functions = [one.node for one in subject.handlers]
    functions += [it for one in named for it in subject.functions_named.get(one, ())]
    return any(mentions(one, {name}) for one in functions)
