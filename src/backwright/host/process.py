"""Commands of the host, each in a process group of its own that never outlives us."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from backwright.errors import MissingError
from backwright.host import watchdog
from backwright.host.interrupts import interrupts_wait

OUTPUT_LIMIT = 1_000_000
GRACE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a command; `code` is None when it was ended by us (time limit or stop)."""

    argv: tuple[str, ...]
    code: int | None
    stdout: str
    stderr: str
    seconds: float
    timed_out: bool = False

    @property
    def ok(self) -> bool:
        """Tell whether it ended by itself with 0."""
        return self.code == 0

    @property
    def output(self) -> str:
        """Return both streams, what it said on stderr last."""
        return "\n".join(part for part in (self.stdout.rstrip(), self.stderr.rstrip()) if part)


class Bounded:
    """Keeps the beginning and the end of a stream, and says how much lies between."""

    def __init__(self, limit: int) -> None:
        """Keep at most `limit` bytes, half from each end."""
        self._half = max(limit // 2, 1)
        self._head = bytearray()
        self._tail = bytearray()
        self._dropped = 0

    def add(self, data: bytes) -> None:
        """Take the next bytes of the stream."""
        room = self._half - len(self._head)
        self._head += data[:room] if room > 0 else b""
        self._tail += data[max(room, 0) :]
        if (excess := len(self._tail) - self._half) > 0:
            del self._tail[:excess]
            self._dropped += excess

    @property
    def size(self) -> int:
        """Return how many bytes have come so far."""
        return len(self._head) + self._dropped + len(self._tail)

    def between(self, start: int, end: int | None = None) -> str:
        """Return the text that came from the byte `start` on, before the byte `end`.

        What lies in the middle and was not kept is left out.
        """
        stop = self.size if end is None else end
        behind = len(self._head) + self._dropped
        head = self._head[start:stop]
        tail = self._tail[max(0, start - behind) : max(0, stop - behind)]
        return (bytes(head) + bytes(tail)).decode("utf-8", "replace")

    def text(self) -> str:
        """Return what was kept, as text; bytes that are no UTF-8 are replaced."""
        gap = f"\n… {self._dropped} bytes left out …\n".encode() if self._dropped else b""
        return (bytes(self._head) + gap + bytes(self._tail)).decode("utf-8", "replace")


class Processes:
    """The processes of one run, so that another thread can end them all at once."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self.stopped = False

    def start(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        stdin: int = subprocess.DEVNULL,
    ) -> subprocess.Popen[bytes]:
        """Start a command as the leader of a new session, its output going into pipes.

        Raises:
            MissingError: the program cannot be started, or this run has been stopped.
        """
        with interrupts_wait(), self._lock:
            if self.stopped:
                raise MissingError("the run was stopped")
            try:
                process = subprocess.Popen(
                    list(argv),
                    cwd=cwd,
                    env=dict(env) if env is not None else None,
                    stdin=stdin,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    start_new_session=True,
                )
            except OSError as error:
                raise MissingError(f"cannot start {argv[0]}: {error}") from error
            self._running.add(process)
            watchdog.end_when_orphaned(process.pid, signal.SIGKILL, group=True)
        return process

    def end(
        self,
        process: subprocess.Popen[bytes],
        *,
        grace: float = GRACE_SECONDS,
        finished: bool = False,
    ) -> int:
        """End a process and its group: asked twice, then killed. Return its exit code.

        With `finished` the process is known to have ended: only what it left running is killed
        (before it is reaped, while its id cannot have been given to another).
        """
        for sent, patience in ((signal.SIGINT, grace), (signal.SIGTERM, grace / 3)):
            if finished or patience <= 0 or process.poll() is not None:
                break
            _signal_group(process.pid, sent)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(patience)
        _signal_group(process.pid, signal.SIGKILL)
        code = process.wait()
        with self._lock:
            self._running.discard(process)
        watchdog.spare(process.pid, signal.SIGKILL, group=True)
        return code

    def stop(self) -> None:
        """End everything that runs now; nothing can be started here afterwards."""
        with self._lock:
            self.stopped = True
            running = tuple(self._running)
        for process in running:
            _signal_group(process.pid, signal.SIGINT)
        until = time.monotonic() + GRACE_SECONDS
        for process in running:
            self.end(process, grace=max(0.0, until - time.monotonic()))


def run(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    timeout: float | None = None,
    stdin: bytes = b"",
    limit: int = OUTPUT_LIMIT,
    processes: Processes | None = None,
) -> Result:
    """Run a command to its end, and end whatever it left running in its group.

    Args:
        argv: The program and its arguments; no shell is involved.
        cwd: The folder to run in.
        env: The whole environment; ours when None.
        timeout: Seconds until it is ended.
        stdin: What it reads.
        limit: Bytes kept of each output stream.
        processes: Where to enter it, so that it can be stopped from another thread.

    Raises:
        MissingError: the program cannot be started.
    """
    started = time.monotonic()
    owner = processes or Processes()
    process = owner.start(argv, cwd=cwd, env=env, stdin=subprocess.PIPE)
    out, err = Bounded(limit), Bounded(limit)
    finished = timed_out = False
    try:
        _feed(process, stdin)
        deadline = None if timeout is None else started + timeout
        finished = _pump(process, out, err, deadline)
        timed_out = not finished
    finally:
        code = owner.end(process, finished=finished)
        close_streams(process)
    return Result(
        argv=tuple(argv),
        code=None if timed_out or owner.stopped else code,
        stdout=out.text(),
        stderr=err.text(),
        seconds=time.monotonic() - started,
        timed_out=timed_out,
    )


def _feed(process: subprocess.Popen[bytes], data: bytes) -> None:
    """Write all of stdin from a thread, so that a program that does not read cannot block us."""
    stream = process.stdin
    if stream is None:
        return

    def write() -> None:
        with contextlib.suppress(OSError, ValueError):
            stream.write(data)
            stream.close()

    if data:
        threading.Thread(target=write, daemon=True).start()
    else:
        write()


def _pump(
    process: subprocess.Popen[bytes], out: Bounded, err: Bounded, deadline: float | None
) -> bool:
    """Read until the process has ended; False when the deadline came first.

    A grandchild that keeps the pipes open is not waited for: the end of the process counts.
    """
    with _exit_descriptor(process) as ended, selectors.DefaultSelector() as selector:
        selector.register(ended, selectors.EVENT_READ, None)
        for stream, kept in ((process.stdout, out), (process.stderr, err)):
            if stream is not None:
                os.set_blocking(stream.fileno(), False)
                selector.register(stream, selectors.EVENT_READ, kept)
        finished = False
        while not finished:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                return False
            finished = _read_once(selector, left)
        for key in list(selector.get_map().values()):
            while key.data is not None and _drain(key.fd, key.data):
                pass
    return True


def _read_once(selector: selectors.BaseSelector, left: float | None) -> bool:
    """Take what there is; True when the process has ended."""
    finished = False
    for key, _ in selector.select(left):
        if key.data is None:
            finished = True
        elif _drain(key.fd, key.data) is False:
            selector.unregister(key.fileobj)
    return finished


def _drain(descriptor: int, kept: Bounded) -> bool | None:
    """Read once; False at the end of the stream, None when nothing is there now."""
    try:
        data = os.read(descriptor, 65_536)
    except BlockingIOError:
        return None
    except OSError:
        return False
    kept.add(data)
    return bool(data)


@contextlib.contextmanager
def _exit_descriptor(process: subprocess.Popen[bytes]) -> Iterator[int]:
    """Give a file descriptor that becomes readable when the process ends.

    A pidfd on Linux (pidfd_open(2)); elsewhere a pipe that a waiting thread closes.
    """
    descriptor = _pidfd(process.pid)
    if descriptor is None:
        descriptor, writing = os.pipe()

        def wait() -> None:
            process.wait()
            os.close(writing)

        threading.Thread(target=wait, daemon=True).start()
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _pidfd(pid: int) -> int | None:
    """Return a descriptor of the process itself, where the system has such a thing."""
    if sys.platform != "linux":
        return None
    with contextlib.suppress(OSError):
        return os.pidfd_open(pid)
    return None


def _signal_group(pid: int, sent: signal.Signals) -> None:
    """Send a signal to a process group that may be gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, sent)


def close_streams(process: subprocess.Popen[bytes]) -> None:
    """Close our ends of the pipes."""
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
