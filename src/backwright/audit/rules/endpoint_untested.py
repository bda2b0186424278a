"""No test calls an endpoint.

Why: what no test calls may answer 500, or anybody, and nobody notices before the users do.

Bad:

    # main.py
    from fastapi import FastAPI
    app = FastAPI()
    @app.get("/items/{item_id}")
    def read(item_id: int) -> int:
        return item_id
    @app.delete("/items/{item_id}")
    def delete(item_id: int) -> None:
        return None
    # tests/test_items.py
    from fastapi.testclient import TestClient
    from main import app
    def test_read() -> None:
        assert TestClient(app).get("/items/1").status_code == 200

Good:

    # main.py
    from fastapi import FastAPI
    app = FastAPI()
    @app.get("/items/{item_id}")
    def read(item_id: int) -> int:
        return item_id
    # tests/test_items.py
    from fastapi.testclient import TestClient
    from main import app
    def test_read() -> None:
        made = 1
        assert TestClient(app).get(f"/items/{made}").status_code == 200

Good:

    # main.py
    from fastapi import APIRouter, FastAPI
    router = APIRouter(prefix="/v1/items")
    @router.get("/all/")
    def items() -> list[int]:
        return []
    app = FastAPI()
    app.include_router(router)
    # tests/test_items.py
    from fastapi import FastAPI
    from fastapi.testclient import TestClient
    from main import router
    def test_items() -> None:
        app = FastAPI()
        app.include_router(router, prefix="/api")
        assert TestClient(app).get("/api/v1/items/all").status_code == 200

Leave it: for endpoints that are tested elsewhere (a collection of requests, end-to-end tests).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from backwright.audit.rule import Found, Judged, Looked, Unsure, rule
from backwright.audit.subject import Subject
from backwright.audit.suite import suite_of
from backwright.project.types import Endpoint
from backwright.values import Place

_PAGES = re.compile(r"/(docs|redoc|openapi\.json|metrics|favicon\.ico|robots\.txt)$")

_WHOLE = ("sqladmin.", "fastapi_users.", "prometheus_fastapi_instrumentator.")


@rule(item=8, level="warning")
def check(subject: Subject) -> Iterator[Judged]:
    """Look for a test that calls each endpoint."""
    endpoints = [
        one
        for one in subject.project.endpoints
        if one.file in subject.all and not _is_of_library(one)
    ]
    if not endpoints:
        return
    if not subject.tests:
        first = endpoints[0]
        yield Found(
            Place(first.file, first.line),
            f"the project has no tests: none of its {len(endpoints)} endpoints is called",
            "begin with the endpoints that write:\nbackwright probe --write-tests writes what it proves",
            units=tuple(_unit(one) for one in endpoints),
        )
        return
    suite = suite_of(subject)
    for one in endpoints:
        called = suite.calls(one)
        if called:
            yield Looked(_unit(one))
        elif called is None:
            yield Unsure(
                _unit(one),
                f"some tests send requests whose paths are not known, perhaps {one.method} {one.path}",
            )
        else:
            yield Found(
                Place(one.file, one.line),
                f"no test calls {one.method} {one.path}",
                f'client.{one.method.lower()}("{one.path}") in a test, with the status that you expect',
                units=(_unit(one),),
            )


def _is_of_library(one: Endpoint) -> bool:
    """Tell whether an endpoint is a page that a library or every site brings: nobody tests these."""
    return _PAGES.search(one.path) is not None or one.handler.startswith(_WHOLE)


def _unit(one: Endpoint) -> Place:
    """Return what is counted: several endpoints may stand in one line."""
    return Place(f"{one.file} {one.method} {one.path}", one.line)
