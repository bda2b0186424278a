"""An `async` endpoint blocks every other request.

Why: an `async def` runs on the event loop. While it waits for a synchronous database driver, for
`requests` or in `time.sleep`, the whole process answers nobody. In a plain `def` FastAPI would give it a
thread of its own.

Bad:

    import time
    from fastapi import FastAPI
    app = FastAPI()
    @app.get("/")
    async def root() -> str:
        time.sleep(1)
        return "ok"

Bad:

    from fastapi import Depends, FastAPI
    from sqlalchemy.orm import Session
    app = FastAPI()
    def get_db() -> Session:
        ...
    @app.get("/")
    async def root(db: Session = Depends(get_db)) -> list[object]:
        return db.query(object).limit(9).all()

Good:

    import asyncio
    import time
    from fastapi import Depends, FastAPI
    from sqlalchemy.orm import Session
    app = FastAPI()
    def get_db() -> Session:
        ...
    @app.get("/")
    def root(db: Session = Depends(get_db)) -> list[object]:
        time.sleep(0.1)
        return db.query(object).limit(9).all()
    @app.get("/slow")
    async def slow() -> str:
        await asyncio.sleep(1)
        return "ok"

Leave it: where the call is known to take no time.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.rule import Found, Judged, Looked, at, rule
from backwright.audit.sources import Source, own_nodes
from backwright.audit.subject import Handler, Subject

_BLOCKING = re.compile(
    r"^(time\.sleep|requests\.(get|post|put|patch|delete|head|request|Session\(\)\.\w+)"
    r"|subprocess\.(run|call|check_call|check_output)|os\.system|urllib\.request\.urlopen"
    r"|httpx\.(get|post|put|patch|delete|head|request))$"
)
_SESSION = re.compile(
    r"^(sqlalchemy\.orm(\.session)?|sqlmodel(\.orm\.session)?)\.Session\(\)\."
    r"(query|execute|exec|scalars?|get|commit|flush|refresh|delete|merge)$"
)


@rule(item=3, level="warning")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge the endpoints that are `async def`."""
    for handler in subject.handlers:
        place = at(handler.source, handler.node)
        if not isinstance(handler.node, ast.AsyncFunctionDef):
            continue
        found = next(_blocking(subject, handler), None)
        if found is None:
            yield Looked(place)
            continue
        call, name = found
        one = handler.endpoints[0]
        database = _SESSION.match(name) is not None
        yield Found(
            at(handler.source, call),
            f"{one.method} {one.path} is async and waits here for "
            + ("a synchronous database session" if database else f"{name}()"),
            "declare the endpoint with `def` instead of `async def`, or use "
            + (
                "an AsyncSession"
                if database
                else "what can be awaited (asyncio.sleep, httpx.AsyncClient)"
            ),
            cause="synchronous sessions in async endpoints" if database else "",
            units=(place,),
        )


def _blocking(subject: Subject, handler: Handler) -> Iterator[tuple[ast.Call, str]]:
    source: Source = handler.source
    for node in own_nodes(handler.node):
        if isinstance(node, ast.Call) and not isinstance(source.parents.get(node), ast.Await):
            name = subject.names.library(source, node.func)
            if _BLOCKING.match(name) or _SESSION.match(name):
                yield node, name
