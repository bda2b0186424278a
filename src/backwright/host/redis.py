"""A throw-away Redis for hosts that need one, where the machine has a Redis or a Valkey."""

from __future__ import annotations

import contextlib
import shutil
import socket
import time
from collections.abc import Iterator

from backwright.errors import MissingError
from backwright.host.folders import scratch
from backwright.host.process import Processes, close_streams
from backwright.host.server import free_port

_PROGRAMS = ("redis-server", "valkey-server")
_SECONDS = 10.0


def find_redis() -> str | None:
    """Return the server's program; None where there is none."""
    return next((found for name in _PROGRAMS if (found := shutil.which(name))), None)


@contextlib.contextmanager
def redis() -> Iterator[int | None]:
    """Give the port of an empty Redis on loopback that is gone afterwards; None where none is."""
    program = find_redis()
    if program is None:
        yield None
        return
    processes = Processes()
    with scratch("redis") as folder:
        port = free_port()
        options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        process = processes.start([program, *options, "--dir", str(folder)], cwd=folder)
        try:
            if not _answers(port):
                raise MissingError(f"{program} does not start")
            yield port
        finally:
            processes.end(process, grace=0)
            close_streams(process)


def _answers(port: int) -> bool:
    """Wait until the server takes a connection."""
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        time.sleep(0.01)
    return False
