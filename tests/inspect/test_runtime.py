"""The second witness: what it adds, what it must not do, and that its failure is only a note."""

from __future__ import annotations

import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from tests.inspect.documents import APPLICATION, write_project

from backwright.host.environment import Environment, inspect_prefix
from backwright.host.sandbox import Sandbox, find_sandbox
from backwright.project import runtime
from backwright.project.inspection import inspect_project
from backwright.project.types import Project


@pytest.fixture(autouse=True)
def own_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every project the interpreter of these tests, which has FastAPI and SQLAlchemy."""
    found = inspect_prefix(Path(sys.prefix), "venv")
    assert found

    def find(_: Path) -> Environment:
        return found

    monkeypatch.setattr(runtime.environments, "find", find)


def inspected(root: Path, text: str = APPLICATION) -> Project:
    return inspect_project(write_project(root, text))


def notes(project: Project) -> str:
    return "\n".join(f"{one.file}:{one.line} {one.why}" for one in project.unresolved)


def test_both_witnesses_agree(tmp_path: Path) -> None:
    project = inspected(tmp_path)
    assert project.runtime.heard, project.runtime.why
    assert {(one.method, one.path, one.seen) for one in project.endpoints} == {
        ("GET", "/api/books", "both"),
        ("GET", "/api/books/{book_id}", "both"),
        ("POST", "/api/books", "both"),
    }
    assert {(one.table, one.seen) for one in project.models} == {
        ("author", "both"),
        ("book", "both"),
    }
    assert project.unresolved == ()
    assert (project.runtime.routes, project.runtime.tables) == (3, 2)


def test_static_never_imports(tmp_path: Path) -> None:
    project = inspect_project(write_project(tmp_path), static=True)
    assert {one.seen for one in project.endpoints} == {"static"}
    assert not project.runtime.heard
    assert "--static" in project.runtime.why


COMPUTED = (
    APPLICATION
    + '''

import base64

exec(base64.b64decode(b"QGFwcC5nZXQoJy9oaWRkZW4nKQpkZWYgaGlkZGVuKCkgLT4gTm9uZTogLi4uCg=="))


class Extra(FastAPI):
    """Mounted below."""


extra = FastAPI()


@extra.websocket("/chat")
async def chat(websocket) -> None: ...


@extra.get("/mounted")
def mounted() -> None: ...


app.mount("/extra", extra)
'''
)


def test_what_only_the_program_knows_is_added_and_noted(tmp_path: Path) -> None:
    project = inspected(tmp_path, COMPUTED)
    seen = {(one.method, one.path): one.seen for one in project.endpoints}
    assert seen["GET", "/hidden"] == "runtime"
    assert seen["GET", "/extra/mounted"] == "both"
    assert seen["WEBSOCKET", "/extra/chat"] == "both"
    assert "the running program has GET /hidden, it was not found in the source" in notes(project)


def test_what_only_the_source_has_is_noted(tmp_path: Path) -> None:
    text = APPLICATION + "\nfrom starlette import routing\n"
    text += "app.router.routes[:] = [r for r in app.router.routes if False]\n"
    project = inspected(tmp_path, text)
    assert project.runtime.heard
    if any(one.seen == "static" for one in project.endpoints):
        assert "the source has GET /api/books, the running program does not" in notes(project)
    else:
        assert project.endpoints == ()  # the reader followed the assignment


def test_a_failing_import_is_a_note_with_its_cause(tmp_path: Path) -> None:
    project = inspected(tmp_path, APPLICATION + "\nimport no_such_library\n")
    assert not project.runtime.heard
    assert len(project.endpoints) == 3
    line = len((tmp_path / "main.py").read_text().splitlines())
    assert (
        f"main.py:{line} main:app cannot be imported: "
        "ModuleNotFoundError: No module named 'no_such_library'" in notes(project)
    )


def test_an_endless_import_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "SECONDS", 6.0)
    project = inspected(tmp_path, APPLICATION + "\nimport time\ntime.sleep(600)\n")
    assert "longer than 6 s" in project.runtime.why
    assert len(project.endpoints) == 3


def test_memory_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "MEMORY", 1024**3)
    project = inspected(tmp_path, APPLICATION + "\nbig = bytearray(3 * 1024**3)\n")
    assert "MemoryError" in notes(project)


def test_an_import_that_kills_its_process_is_a_reason(tmp_path: Path) -> None:
    project = inspected(tmp_path, APPLICATION + "\nimport os\nos._exit(3)\n")
    assert "the import ended with 3" in project.runtime.why


NEEDS_SETTINGS = """
import os
from pydantic import Field
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    database_url: str
    secret_key: str = Field(min_length=10)
    port: int
    mode: bool


settings = Settings()
region = os.environ["REGION"]
limit = int(os.environ["UPLOAD_LIMIT_" + "MB"])
"""


def test_missing_settings_get_placeholders(tmp_path: Path) -> None:
    project = inspected(tmp_path, NEEDS_SETTINGS + APPLICATION)
    assert project.runtime.heard, project.runtime.why
    assert len(project.endpoints) == 3


NEEDS_TYPED_SETTINGS = """
from enum import Enum
from typing import Annotated, Literal
from pydantic import AnyHttpUrl, Field, SecretStr
from pydantic_settings import BaseSettings


class Stage(Enum):
    local = "local"
    live = "live"


class Mail(BaseSettings):
    sender: Annotated[AnyHttpUrl, Field()]


class Settings(BaseSettings):
    fastapi: Mail = Mail()
    hosts: list[str]
    stage: Stage
    format: Literal["plain", "json"]
    workers: int
    share: float
    is_on: bool
    extra: dict[str, str]
    secret: SecretStr


settings = Settings()
if settings.secret.get_secret_value() == "fastapi":
    raise ValueError("fastapi is no secret")
"""


def test_made_up_values_fit_the_declared_types(tmp_path: Path) -> None:
    project = inspected(tmp_path, NEEDS_TYPED_SETTINGS + APPLICATION)
    shapes = {one.name: (one.shape, one.choices) for one in project.settings}
    assert shapes == {
        "sender": ("url", ()),
        "fastapi": ("nested", ()),
        "hosts": ("list", ()),
        "stage": ("choice", ("local", "live")),
        "format": ("choice", ("plain", "json")),
        "workers": ("integer", ()),
        "share": ("number", ()),
        "is_on": ("boolean", ()),
        "extra": ("object", ()),
        "secret": ("text", ()),
    }
    assert project.runtime.heard, project.runtime.why


def test_settings_that_are_there_are_not_replaced(tmp_path: Path) -> None:
    text = """
        from pydantic_settings import BaseSettings

        class Settings(BaseSettings):
            model_config = {"env_file": ".env"}
            prefix: str

        settings = Settings()
    """
    (tmp_path / ".env").write_text("PREFIX=/given\n")
    text += APPLICATION.replace('prefix="/api"', "prefix=settings.prefix").replace(
        "\n", "\n        "
    )
    project = inspected(tmp_path, text)
    assert project.runtime.heard, project.runtime.why
    assert {one.path for one in project.endpoints if one.seen != "static"} == {
        "/given/books",
        "/given/books/{book_id}",
    }


HARMFUL = """
from pathlib import Path
import os, shutil, socket, subprocess

here = Path(__file__).parent


def attempt(deed):
    try:
        deed()
    except Exception:
        pass


attempt(lambda: Path({outside!r}).write_text("harm"))
attempt(lambda: os.remove({victim!r}))
attempt(lambda: shutil.rmtree({folder!r}))
attempt(lambda: socket.create_connection(("127.0.0.1", {port})).sendall(b"GET / HTTP/1.0\\r\\n\\r\\n"))
attempt(lambda: subprocess.run(["sh", "-c", "echo harm > {outside}"]))
attempt(lambda: (here / "log.txt").write_text("own"))
"""


@pytest.mark.parametrize("means", ["bubblewrap", "unshare", "none"])
def test_harm_is_kept_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, means: str) -> None:
    """Nothing is written, removed or called outside, whichever sandbox is there."""
    if means != "none" and find_sandbox().means == "none":
        pytest.skip("this machine allows no namespaces")
    if means == "bubblewrap" and find_sandbox().means != "bubblewrap":
        pytest.skip("no bubblewrap here")
    monkeypatch.setattr(runtime, "find_sandbox", lambda: Sandbox(means))  # type: ignore[arg-type]
    calls: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            calls.append(self.path)

    server = HTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "victim").write_text("precious")
    text = HARMFUL.format(
        outside=str(tmp_path / "outside.txt"),
        victim=str(kept / "victim"),
        folder=str(kept),
        port=server.server_port,
    )
    root = tmp_path / "project"
    project = inspected(root, text + APPLICATION)
    server.shutdown()
    server.server_close()
    assert project.runtime.heard, project.runtime.why
    assert (kept / "victim").read_text() == "precious"
    assert not (tmp_path / "outside.txt").exists()
    assert calls == []
    assert sorted(one.name for one in root.iterdir()) == ["main.py"]


def test_tables_are_not_created_at_import(tmp_path: Path) -> None:
    text = APPLICATION.replace('"sqlite://"', '"postgresql+psycopg://u:p@127.0.0.1:1/x"')
    project = inspected(tmp_path, text + "\nBase.metadata.create_all(engine)\n")
    assert project.runtime.heard, notes(project)


def test_no_application_is_no_error(tmp_path: Path) -> None:
    project = inspected(tmp_path, "x = 1\n")
    assert project.runtime.why == "there is no application to import"
    assert project.endpoints == ()
