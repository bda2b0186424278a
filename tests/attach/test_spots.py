"""Where a middleware goes: around what is there, wherever that is added."""

from dataclasses import replace
from pathlib import Path

import pytest

from backwright.errors import UsageError
from backwright.project import read_project
from backwright.transfer.attach.spots import inside, outermost, put
from backwright.transfer.draft import Draft
from backwright.transfer.grow.sources import Sources

HEAD = """from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

"""


def sources(root: Path, main: str) -> Sources:
    (root / "main.py").write_text(HEAD + main)
    return Sources(Draft(root), read_project(root))


def written(found: Sources, *, within: str = "") -> str:
    app = found.project.apps[0]
    spot = inside(found, app, within) if within else outermost(found, app)
    return put(found.draft.text(spot.file), spot, "New", ["of=1"]).removeprefix(HEAD)


@pytest.mark.parametrize(
    ("main", "after"),
    [
        ("app = FastAPI()\n", "app = FastAPI()\n\napp.add_middleware(\n    New,\n    of=1,\n)\n"),
        (
            "def create():\n    return FastAPI(\n        title='A'\n    )\n",
            "def create():\n    app = FastAPI(\n        title='A'\n    )\n\n"
            "    app.add_middleware(\n        New,\n        of=1,\n    )\n\n    return app\n",
        ),
        (
            "app = FastAPI()\n\n\n@app.middleware('http')\nasync def log(request, call_next):\n"
            "    return await call_next(request)\n\n\nlast = 1\n",
            "app = FastAPI()\n\n\n@app.middleware('http')\nasync def log(request, call_next):\n"
            "    return await call_next(request)\n\n"
            "app.add_middleware(\n    New,\n    of=1,\n)\n\n\nlast = 1\n",
        ),
        (
            "app = FastAPI(middleware=[\n    Middleware(GZipMiddleware),\n])\n",
            "app = FastAPI(middleware=[\n    Middleware(\n        New,\n        of=1,\n    ),\n"
            "    Middleware(GZipMiddleware),\n])\n",
        ),
        (
            "app = FastAPI(middleware=[Middleware(GZipMiddleware)])\n",
            "app = FastAPI(middleware=[Middleware(New, of=1), Middleware(GZipMiddleware)])\n",
        ),
        (
            "def around(it):\n    if True:\n        it.add_middleware(GZipMiddleware)\n\n\n"
            "app = FastAPI()\naround(app)\n",
            "def around(it):\n    if True:\n        it.add_middleware(GZipMiddleware)\n\n"
            "    it.add_middleware(\n        New,\n        of=1,\n    )\n\n\n"
            "app = FastAPI()\naround(app)\n",
        ),
    ],
)
def test_outermost(tmp_path: Path, main: str, after: str) -> None:
    assert written(sources(tmp_path, main)) == after


@pytest.mark.parametrize(
    ("main", "after"),
    [
        (
            "app = FastAPI()\n# who may read\napp.add_middleware(CORSMiddleware)\n",
            "app = FastAPI()\n\napp.add_middleware(\n    New,\n    of=1,\n)\n\n"
            "# who may read\napp.add_middleware(CORSMiddleware)\n",
        ),
        (
            "app = FastAPI(middleware=[Middleware(CORSMiddleware)])\n",
            "app = FastAPI(middleware=[Middleware(CORSMiddleware), Middleware(New, of=1)])\n",
        ),
    ],
)
def test_inside_cors(tmp_path: Path, main: str, after: str) -> None:
    assert written(sources(tmp_path, main), within="CORSMiddleware") == after


def test_order_in_which_they_stand(tmp_path: Path) -> None:
    main = """app = FastAPI(middleware=[Middleware(CORSMiddleware), Middleware(GZipMiddleware)])


@app.middleware("http")
async def log(request, call_next):
    return await call_next(request)
"""
    found = sources(tmp_path, main).project.middleware
    assert [one.name for one in found] == ["GZipMiddleware", "CORSMiddleware", "log"]


def test_application_out_of_a_dictionary_has_its_name_of_the_module(tmp_path: Path) -> None:
    found = sources(tmp_path, "apps = {'a': FastAPI()}\napp = apps['a']\n")
    assert outermost(found, found.project.apps[0]).app == "app"
    nameless = replace(found.project.apps[0], object="main:apps.a", line=99)
    with pytest.raises(UsageError, match="gives it a name"):
        outermost(found, nameless)
