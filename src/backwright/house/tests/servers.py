"""The application in processes of its own, for what one process cannot show."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import httpx
import pytest

ROOT = Path(__file__).parent.parent
_START_SECONDS = 60.0
_STOP_SECONDS = 60.0


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def wait_for_a_blocked_query(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Wait until the server's statement waits for our lock."""
    question = (
        "SELECT count(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    )
    deadline = time.monotonic() + 10
    while not await connection.fetchval(question):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


@contextmanager
def run_server(**environment: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Serve the application until the block ends; its URL and its process."""
    with run_servers(1, **environment) as servers:
        yield servers[0]


@contextmanager
def run_servers(
    count: int, **environment: str
) -> Iterator[list[tuple[str, subprocess.Popen[bytes]]]]:
    """Serve the application by several processes until the block ends; their URLs and they."""
    with ExitStack() as stack:
        servers = []
        folder = stack.enter_context(TemporaryDirectory())  # which has no `.env`
        environment = {"PYTHONPATH": str(ROOT), **environment}
        for port in [free_port() for _ in range(count)]:
            process = subprocess.Popen(
                [sys.executable, "-m", "app"],
                cwd=folder,
                env={**os.environ, **environment, "PORT": str(port)},
                stdout=subprocess.DEVNULL,
            )
            stack.enter_context(_ended_at_last(process))
            servers.append((f"http://127.0.0.1:{port}", process))
        for url, process in servers:
            wait_until(partial(_answers, f"{url}/health/ready"), process)
        yield servers


@contextmanager
def run_redis(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run a Redis of our own until the block ends; its URL and its process."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not on this machine (Debian: apt-get install redis-server)")
    port = free_port()
    process = subprocess.Popen(
        [program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(folder)],
        stdout=subprocess.DEVNULL,
    )
    with _ended_at_last(process):
        wait_until(lambda: _listens(port), process)
        yield f"redis://127.0.0.1:{port}/0", process


def wait_until(condition: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    """Wait until a condition holds, which a process brings about."""
    deadline = time.monotonic() + _START_SECONDS
    while not condition():
        assert process.poll() is None, f"{process.args!r} ended with {process.returncode}"
        assert time.monotonic() < deadline, f"{process.args!r} is not ready in time"
        time.sleep(0.05)


@contextmanager
def _ended_at_last(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """End a process, whatever happens in the block."""
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


def _answers(url: str) -> bool:
    """Whether there is an answer, and a good one."""
    try:
        return httpx.get(url, timeout=5).is_success
    except httpx.TransportError:
        return False


def _listens(port: int) -> bool:
    """Whether somebody listens on a port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
