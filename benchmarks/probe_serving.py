"""Serving a project's one module quickly: forked from a process that has the libraries loaded."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from backwright.host.server import ServerFailedError, free_port

_LIBRARIES = (
    "fastapi.security", "uvicorn.main", "uvicorn.protocols.http.httptools_impl", "uvicorn.lifespan.on",
    "sqlmodel", "sqlalchemy.ext.asyncio", "sqlalchemy.dialects.postgresql.asyncpg",
    "sqlalchemy.dialects.postgresql.psycopg", "sqlalchemy.dialects.sqlite", "bcrypt", "jwt",
    "email_validator", "python_multipart", "psycopg", "asyncpg",
)  # fmt: skip
_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class FileLog:
    """A log in a file."""

    file: Path

    @property
    def size(self) -> int:
        """Return how many bytes there are so far."""
        return self.file.stat().st_size if self.file.exists() else 0

    def between(self, start: int, end: int | None = None) -> str:
        """Return the text from one byte to another, or to the end."""
        with self.file.open("rb") as stream:
            stream.seek(start)
            return stream.read(-1 if end is None else max(0, end - start)).decode(
                "utf-8", "replace"
            )

    def text(self) -> str:
        """Return all of it."""
        return self.between(0)


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that answers on `url`."""

    url: str
    log: FileLog


@contextlib.contextmanager
def serving(folder: Path, variables: Mapping[str, str]) -> Iterator[Serving]:
    """Serve `main:app` of a folder until the block ends.

    Raises:
        ServerFailedError: it ended or stayed silent; its output is the message.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(_LIBRARIES))
    port, log = free_port(), folder / "server.log"
    process = context.Process(target=_run, args=(str(folder), dict(variables), port, str(log)))
    process.start()
    try:
        _wait(process, port, log)
        yield Serving(f"http://127.0.0.1:{port}", FileLog(log))
    finally:
        process.terminate()
        process.join(5)
        if process.is_alive():
            process.kill()
            process.join()


def _run(folder: str, variables: dict[str, str], port: int, log: str) -> None:
    """Become the server."""
    with Path(log).open("ab", buffering=0) as stream:
        os.dup2(stream.fileno(), 1)
        os.dup2(stream.fileno(), 2)
    os.chdir(folder)
    os.environ.update(variables)
    sys.path.insert(0, folder)
    for name in ("main", "__main__"):
        sys.modules.pop(name, None)
    import uvicorn

    uvicorn.run("main:app", port=port, log_level="warning")


def _wait(process: multiprocessing.process.BaseProcess, port: int, log: Path) -> None:
    until = time.monotonic() + _SECONDS
    while process.is_alive() and time.monotonic() < until:
        with contextlib.suppress(httpx.HTTPError):
            httpx.get(f"http://127.0.0.1:{port}/", timeout=2, trust_env=False)
            return
        time.sleep(0.01)
    raise ServerFailedError(log.read_text(encoding="utf-8", errors="replace")[-2000:] or "silent")
