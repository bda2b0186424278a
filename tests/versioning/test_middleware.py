"""The middleware of versions, as it is put into hosts: answers of the old version, and who gets which."""

import importlib.util
from datetime import date
from types import ModuleType

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient

from backwright.transfer.grow.template import template_root

VERSIONS = {"/v1": "/v2"}


def module(name: str) -> ModuleType:
    """Return a module of the template."""
    spec = importlib.util.spec_from_file_location(name, template_root("edge") / f"app/{name}.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.fixture
def app() -> FastAPI:
    """Give an application with two versions, and a path that belongs to none."""
    made, router = FastAPI(), APIRouter()

    @router.get("/items/{name}")
    def item(name: str) -> str:
        return name

    @router.post("/fails")
    def fails() -> None:
        return None

    made.include_router(router, prefix="/v1")
    made.include_router(router, prefix="/v2")

    @made.get("/health")
    def health() -> str:
        return "ok"

    return made


def deprecated(app: FastAPI, **options: object) -> TestClient:
    kind = module("deprecation").DeprecationMiddleware
    given = {"versions": VERSIONS, "deprecated_on": date(2026, 11, 26), **options}
    app.add_middleware(kind, **given)
    return TestClient(app)


def test_the_old_version_says_so(app: FastAPI) -> None:
    answer = deprecated(app, sunset_on=date(2027, 6, 30)).get("/v1/items/a%20b")
    assert answer.json() == "a b"
    assert answer.headers["deprecation"] == "@1795651200"
    assert answer.headers["sunset"] == "Wed, 30 Jun 2027 00:00:00 GMT"
    assert answer.headers["link"] == '</v2/items/a%20b>; rel="successor-version"'


@pytest.mark.parametrize("path", ["/v2/items/a", "/health", "/v11", "/openapi.json"])
def test_nothing_else_does(app: FastAPI, path: str) -> None:
    answer = deprecated(app).get(path)
    assert {"deprecation", "sunset", "link"}.isdisjoint(answer.headers)


def test_errors_of_the_old_version_say_so_too(app: FastAPI) -> None:
    client = deprecated(app)
    for answer in (client.get("/v1/nothing"), client.get("/v1/fails")):
        assert answer.status_code in (404, 405)
        assert answer.headers["deprecation"] == "@1795651200"
        assert "sunset" not in answer.headers


def test_an_old_version_without_a_prefix(app: FastAPI) -> None:
    client = deprecated(app, versions={"": "/v2"}, apart=["/health"])
    assert "deprecation" in client.get("/v1/items/a").headers
    assert "deprecation" not in client.get("/v2/items/a").headers
    assert "deprecation" not in client.get("/health").headers


def choosing(app: FastAPI, name: str) -> TestClient:
    kind = module(name).VersionMiddleware
    app.add_middleware(kind, versions=VERSIONS, old="v1", new="v2")

    @app.get("/v2/only")
    def only() -> str:
        return "new"

    return TestClient(app)


def test_by_header(app: FastAPI) -> None:
    client = choosing(app, "version_header")
    assert client.get("/v1/only").status_code == 404
    asked = client.get("/v1/only", headers={"API-Version": "v2"})
    assert asked.json() == "new"
    assert asked.headers["api-version"] == "v2"
    assert asked.headers["vary"] == "API-Version"
    old = client.get("/v1/items/a", headers={"API-Version": "v1"})
    assert old.json() == "a"
    assert old.headers["api-version"] == "v1"
    unknown = client.get("/v1/items/a", headers={"API-Version": "v9"})
    assert unknown.status_code == 400
    assert unknown.json() == {"detail": "API-Version is one of: v1, v2"}
    assert client.get("/health", headers={"API-Version": "v9"}).status_code == 200


def test_by_media_type(app: FastAPI) -> None:
    client = choosing(app, "version_media_type")
    asked = client.get("/v1/only", headers={"Accept": "application/vnd.api.v2+json"})
    assert asked.json() == "new"
    assert asked.headers["content-type"] == "application/vnd.api.v2+json"
    assert asked.headers["vary"] == "Accept"
    plain = client.get("/v1/items/a", headers={"Accept": "application/json"})
    assert plain.headers["content-type"] == "application/json"
    refused = client.get("/v1/only", headers={"Accept": "application/vnd.api.v9+json"})
    assert refused.status_code == 406
