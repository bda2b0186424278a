"""A server of the host, on a free loopback port, for as long as a `with` block lasts."""

from __future__ import annotations

import contextlib
import http.client
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from backwright.errors import BackwrightError
from backwright.host.process import OUTPUT_LIMIT, Bounded, Processes, close_streams

_PORT_ATTEMPTS = 3
_PORT_TAKEN = ("address already in use", "Errno 98", "Errno 48")


class ServerFailedError(BackwrightError):
    """The server ended, or did not answer in time; the message carries what it said."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers on `url`; `log` keeps what it has said so far."""

    url: str
    port: int
    pid: int
    seconds: float
    log: Bounded

    def output(self) -> str:
        """Return what it has said so far."""
        return self.log.text()


def free_port() -> int:
    """Return a TCP port that nobody listens on now, on the loopback interface."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def serve(
    command: Callable[[int], Sequence[str]],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    timeout: float = 30.0,
    processes: Processes | None = None,
) -> Iterator[Server]:
    """Start a server, wait until it answers HTTP (any status), and end its group afterwards.

    Args:
        command: Gives the command line for a port.
        cwd: The folder to run in.
        env: The whole environment; ours when None.
        timeout: Seconds to wait for the first answer.
        processes: Where to enter it, so that it can be stopped from another thread.

    Raises:
        ServerFailedError: it ended or stayed silent; its output is the message.
        MissingError: the program cannot be started.
    """
    owner = processes or Processes()
    for attempt in range(_PORT_ATTEMPTS):
        port = free_port()
        started = time.monotonic()
        process = owner.start(command(port), cwd=cwd, env=env)
        kept, readers = _collect(process)
        try:
            if not _wait_until_answers(process, port, started + timeout):
                owner.end(process)
                _join(readers)
                said = kept.text().strip()
                if attempt + 1 < _PORT_ATTEMPTS and any(word in said for word in _PORT_TAKEN):
                    continue
                raise ServerFailedError(said or "the server did not answer and said nothing")
            seconds = time.monotonic() - started
            yield Server(f"http://127.0.0.1:{port}", port, process.pid, seconds, kept)
            return
        finally:
            owner.end(process)
            _join(readers)
            close_streams(process)


def _collect(process: subprocess.Popen[bytes]) -> tuple[Bounded, list[threading.Thread]]:
    """Read both streams into one bounded text, each in a thread."""
    kept = Bounded(OUTPUT_LIMIT)
    lock = threading.Lock()

    def read(stream: object) -> None:
        with contextlib.suppress(OSError, ValueError):
            while data := stream.read1(65_536):  # type: ignore[attr-defined]
                with lock:
                    kept.add(data)

    readers = [
        threading.Thread(target=read, args=(stream,), daemon=True)
        for stream in (process.stdout, process.stderr)
    ]
    for reader in readers:
        reader.start()
    return kept, readers


def _join(readers: list[threading.Thread]) -> None:
    """Wait for the rest of the output, but not for a grandchild that keeps the pipe open."""
    for reader in readers:
        reader.join(0.5)


def _wait_until_answers(process: subprocess.Popen[bytes], port: int, deadline: float) -> bool:
    """Ask until there is an HTTP answer; False when the process ended or time is up."""
    while process.poll() is None and time.monotonic() < deadline:
        if _answers(port, deadline):
            return True
        time.sleep(0.01)
    return False


def _answers(port: int, deadline: float) -> bool:
    """Tell whether an HTTP request to the root gets any answer."""
    left = max(0.1, deadline - time.monotonic())
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=left)
    try:
        connection.request("GET", "/")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True
