"""Make the logs of the clinic's cases: run each broken project, send its requests, keep what it says.

python tests/doctor/record.py [CHECK/NAME…]      those that are named, else those without a log
python tests/doctor/record.py FOLDER             those without a log of another folder of cases
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).parent))

from cases import CLINIC, Case, cases
from tls import speaking_tls

from backwright.host.postgres import Address, Cluster, cluster
from backwright.host.server import ServerFailedError, serve

_TABLES = "import app.models; from app.database import engine; from sqlmodel import SQLModel; SQLModel.metadata.create_all(engine)"
_ASYNC_TABLES = """
import asyncio, app.models
from app.database import Base, engine
async def main():
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
asyncio.run(main())
"""
_FORMATS = Path(__file__).parent / "formats"
# What a collector puts before each line.
_PREFIXES = {
    "compose": "api-1  | ",
    "journal": "Nov 26 02:17:00 web1 uvicorn[4711]: ",
    "kubernetes": "2026-11-26T02:17:00.123456789Z stderr F ",
}
# How uvicorn's own loggers write: those of gunicorn's workers, JSON, and Rich's handler.
_HANDLERS = {
    "gunicorn": {"class": "logging.StreamHandler", "formatter": "gunicorn"},
    "json": {"class": "logging.StreamHandler", "formatter": "json"},
    "rich": {"class": "rich.logging.RichHandler", "rich_tracebacks": True},
}
_FORMATTERS = {
    "gunicorn": {
        "format": "[%(asctime)s] [%(process)d] [%(levelname)s] %(message)s",
        "datefmt": "%Y-%m-%d %H:%M:%S +0000",
    },
    "json": {"class": "log_formats.Json"},
}
_QUIET, _LONGEST = 1.5, 30.0
_USER = {"email": "ann@example.com", "password": "correct horse"}


def record(case: Case, server: Cluster) -> str:
    """Return what the broken project says when it is started and sent its requests."""
    with tempfile.TemporaryDirectory() as name:
        return said_in(case, case.make(Path(name) / "app"), server)


def said_in(case: Case, folder: Path, server: Cluster, python: str = sys.executable) -> str:
    """Return what a project in a folder says, with the paths of a server in the place of ours.

    Args:
        case: What is sent to it, and in which circumstances.
        folder: The project.
        server: Where its database is made.
        python: The interpreter of its environment.
    """
    address = server.create_database(server.fresh_name("clinic"))
    scheme = "postgresql+asyncpg" if case.base.name == "async" else "postgresql+psycopg"
    url = re.sub(r"^\w+(\+\w+)?://", f"{scheme}://", address.url())
    env = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG")}
    env |= {"PYTHONPATH": "."}
    given = dict(case.words.get("environment", {}))
    if case.words.get("database", True):
        env["DATABASE_URL"] = url
        code = _ASYNC_TABLES if case.base.name == "async" else _TABLES
        if case.words.get("tables", True):
            done = subprocess.run(
                [sys.executable, "-c", code], cwd=case.base, env=env, capture_output=True, text=True
            )
            assert done.returncode == 0, done.stderr
    cut = partial(_cut, server, address.database)
    with _reached(case, folder, env, address):
        said = _run(case, folder, {**env, **given}, python, cut)
    prefix = str(Path(sys.prefix).resolve())
    said = said.replace(str(folder.resolve()), "/srv/app").replace(str(folder), "/srv/app")
    said = said.replace(prefix, "/srv/venv").replace(sys.prefix, "/srv/venv")
    said = re.sub(re.escape(sys.base_prefix), "/usr", said)
    said = said.replace(url, "postgresql://app@localhost/app")
    before = _PREFIXES.get(case.words.get("format", ""), "")
    return "".join(f"{before}{line}\n" for line in said.splitlines())


@contextlib.contextmanager
def _reached(case: Case, folder: Path, env: dict[str, str], address: Address) -> Iterator[None]:
    """Let a project reach its database by the address in its own file, where the case wants that."""
    if not case.words.get("in_file"):
        yield
        return
    env.pop("DATABASE_URL", None)
    with contextlib.ExitStack() as stack:
        port = address.port
        if case.words.get("tls"):
            port = stack.enter_context(speaking_tls(address.port))
        where = f"{address.user}:{address.password}@127.0.0.1:{port}/{address.database}"
        file = folder / ".env"
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("app:app@localhost:5432/app", where), encoding="utf-8")
        yield
        file.write_text(text, encoding="utf-8")


def _cut(server: Cluster, database: str) -> None:
    """End all connections to a database, as a server does that starts anew."""
    server.execute(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'"
    )


def _run(
    case: Case, folder: Path, env: dict[str, str], python: str, cut: Callable[[], None]
) -> str:
    command = case.words.get("command")
    if command:
        return _ended([python, *command], folder, env)
    target = case.words.get("target", "app.main:app")
    extra: list[str] = []
    if case.words.get("format") in _HANDLERS:
        config = folder.parent / "log.json"
        config.write_text(json.dumps(_log_config(case.words["format"])), encoding="utf-8")
        extra = ["--log-config", str(config)]
        env = {**env, "PYTHONPATH": f".:{_FORMATS}", "COLUMNS": "160"}
    starts = partial(_starting, folder, case.words.get("as_written"), python, [target, *extra])
    place = folder / case.words.get("cwd", ".")
    headers: dict[str, str] = {}
    try:
        if case.words.get("restarts"):
            with serve(starts, cwd=place, env=env) as before, _client(before.url) as client:
                headers = _signed_in(client)
        with serve(starts, cwd=place, env=env) as running:
            asked = _send(case, running.url, headers, cut)
            return _without_start(_settled(running.output)) + asked
    except ServerFailedError as error:
        return error.message + "\n"


def _starting(
    folder: Path, written: str | None, python: str, words: list[str], port: int
) -> list[str]:
    """Return the command that starts a server, as uvicorn takes it or as a file of the project says."""
    if written is None:
        return [python, "-m", "uvicorn", *words[:1], "--port", str(port), *words[1:]]
    text = (folder / written).read_text(encoding="utf-8")
    listed = re.search(r"(?m)^CMD (\[.*\])$", text)
    plain = re.search(r"(?m)^web: (.+)$", text)
    told = json.loads(listed[1]) if listed else shlex.split(plain[1] if plain else "")
    told = [re.sub(r"0\.0\.0\.0:\d+", f"127.0.0.1:{port}", one) for one in told]
    if "--bind" not in told:
        told += ["--port", str(port)]
    return [str(Path(python).parent / told[0]), *told[1:]]


def _ended(command: list[str], folder: Path, env: dict[str, str]) -> str:
    """Return what a command says until it ends, or for a while."""
    with tempfile.TemporaryFile("w+") as said:
        running = subprocess.Popen(
            command, cwd=folder, env=env, stdout=said, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
        try:
            running.wait(_LONGEST)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGTERM)
            running.wait()
        said.seek(0)
        return said.read()


def _settled(output: Callable[[], str]) -> str:
    """Return what a server says once it says no more: it answers before it writes its traceback."""
    said = ""
    until = time.monotonic() + _LONGEST
    while time.monotonic() < until:
        time.sleep(_QUIET)
        now = output()
        is_whole = "Traceback" in now or not re.search(r'HTTP/1.1" 500', now)
        if now == said and is_whole:
            break
        said = now
    return said


def _log_config(name: str) -> dict[str, Any]:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": _FORMATTERS,
        "handlers": {"one": _HANDLERS[name]},
        "loggers": {
            "uvicorn": {"handlers": ["one"], "level": "INFO", "propagate": False},
            "uvicorn.access": {"handlers": ["one"], "level": "INFO", "propagate": False},
        },
    }


def _client(url: str) -> httpx.Client:
    closing = httpx.Limits(max_keepalive_connections=0)
    return httpx.Client(base_url=url, timeout=60, limits=closing)


def _signed_in(client: httpx.Client) -> dict[str, str]:
    client.post("/auth/register", json=_USER)
    form = {"username": _USER["email"], "password": _USER["password"]}
    token = client.post("/auth/login", data=form).json()["access_token"]
    return {"Authorization": f"Bearer {token}"}


def _send(case: Case, url: str, headers: dict[str, str], cut: Callable[[], None]) -> str:
    refused = []
    with _client(url) as client:
        if case.words.get("signed_in"):
            headers = _signed_in(client)
        if sent := case.token("sent", now=time.time()):
            headers = {"Authorization": f"Bearer {sent}"}
        headers |= case.words.get("headers", {})
        for line in case.words.get("requests", ()):
            if line == "CUT":
                cut()
                continue
            method, path, *rest = line.split(" ", 2)
            if method == "MULTIPART":
                form = {"data": '{"title": "a"}'}
                reply = client.post(path, headers=headers, data=form, files={"file": b"some text"})
                refused += [json.dumps(reply.json()) + "\n"] if reply.status_code == 422 else []
                continue
            options: dict[str, Any] = {"content": rest[0]} if rest else {}
            is_json = bool(rest) and rest[0][:1] in "{["
            kind = "application/json" if is_json else "application/x-www-form-urlencoded"
            extra = {"Content-Type": kind} if rest else {}
            reply = client.request(method, path, headers={**extra, **headers}, **options)
            if reply.status_code == 422:
                refused.append(json.dumps(reply.json()) + "\n")
    return "".join(refused)


def _without_start(text: str) -> str:
    """Return a log without the request by which the recorder waited for the server."""
    lines = text.splitlines(keepends=True)
    return "".join(one for one in lines if '"GET / HTTP/1.1" 404' not in one)


def main() -> None:
    """Record the cases that are named, or those without a log that send requests."""
    wanted = sys.argv[1:]
    other = Path(wanted.pop(0)) if wanted and Path(wanted[0]).is_dir() else CLINIC
    with cluster() as server:
        for case in cases(other):
            runs = "requests" in case.words or "command" in case.words or case.words.get("start")
            if runs and (case.name in wanted if wanted else not case.log.is_file()):
                said = record(case, server)
                case.log.write_text(said, encoding="utf-8")
                sys.stdout.write(f"{case.name}: {len(said.splitlines())} lines\n")


if __name__ == "__main__":
    main()
