"""Password hashing away from the event loop; the schemes themselves are in `hashing.py`.

A hash takes a quarter of a second of one core. It is computed by a few processes of lower priority
than the server, so that reads stay quick while people log in. Threads would do without processes,
but a thread of low priority that holds Python's lock makes the event loop wait for its turn: on busy
processors that was seen in the slowest reads.

What waits for the processes is bounded: beyond that a login is answered with 503 and Retry-After at
once, instead of piling up behind logins whose clients have long given up.
"""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import Any, ParamSpec, TypeVar

from app import hashing
from app.config import get_settings
from app.exceptions import ServiceUnavailableError
from app.logs import get_logger

logger = get_logger(__name__)

RETRY_AFTER_SECONDS = 5
ANSWER_SECONDS = 30  # many times what a hash takes; after that the process hangs

P = ParamSpec("P")
T = TypeVar("T")


class HashingProcess:
    """A process of low priority that hashes for one thread."""

    def __init__(self, niceness: int) -> None:
        """Start the process; it ends by `end()`, or as soon as nobody refers to it any more."""
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-m", hashing.__name__, str(niceness)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environment(),
            start_new_session=True,  # Ctrl-C in the terminal is for the server, which ends this
        )
        self.end = weakref.finalize(self, _end, self._process)

    @property
    def pid(self) -> int:
        """The number that the system knows the process by."""
        return self._process.pid

    def ask(self, question: dict[str, Any]) -> Any:
        """Send a question and wait for the answer; a process that gives none is killed.

        Raises:
            OSError: If the process has ended.
        """
        assert self._process.stdin is not None  # noqa: S101 - both are pipes
        assert self._process.stdout is not None  # noqa: S101
        watch = threading.Timer(ANSWER_SECONDS, self._process.kill)
        watch.start()
        try:
            self._process.stdin.write(json.dumps(question).encode() + b"\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        finally:
            watch.cancel()
        if not line:
            raise BrokenPipeError
        return json.loads(line)


class HashingPool:
    """Threads that each have a process to hash, and a bound on how much may wait for them."""

    def __init__(self, workers: int, queue: int, niceness: int) -> None:
        """Make a pool of `workers` threads with room for `queue` waiting calls."""
        self._executor = ThreadPoolExecutor(workers, "password")
        self._room = threading.BoundedSemaphore(workers + queue)
        self._niceness = niceness
        self._own = threading.local()

    @property
    def full(self) -> bool:
        """Whether a call would be refused now."""
        if not self._room.acquire(blocking=False):
            return True
        self._room.release()
        return False

    async def ask(self, question: dict[str, Any]) -> Any:
        """Have a question answered by one of the processes.

        Raises:
            ServiceUnavailableError: When as many calls wait as may wait.
        """
        return await self.run(self._ask, question)

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work` in one of the threads and return what it returns.

        Raises:
            ServiceUnavailableError: When as many calls wait as may wait.
        """
        if not self._room.acquire(blocking=False):
            raise _busy()
        future = self._executor.submit(work, *args, **kwargs)
        future.add_done_callback(self._leave)
        # A client that hangs up cancels the wait, and with it a call that has not begun.
        return await asyncio.wrap_future(future)

    def _ask(self, question: dict[str, Any]) -> Any:
        """Ask the calling thread's process; a new one if it has none, or none that answers."""
        process: HashingProcess | None = getattr(self._own, "process", None)
        if process is not None:
            try:
                return process.ask(question)
            except OSError:
                process.end()
        try:
            self._own.process = HashingProcess(self._niceness)
            return self._own.process.ask(question)
        except OSError as error:
            logger.error("no process for passwords", error=repr(error))
            raise _busy() from error

    def _leave(self, _: Future[T]) -> None:
        """Give the place of a finished or cancelled call back."""
        self._room.release()


def part_of_processors(workers: int) -> int:
    """Return how many processes may hash for one of so many server workers."""
    bound = getattr(os, "sched_getaffinity", None)  # Linux knows which it may use
    processors = len(bound(0)) if bound else os.cpu_count() or 1
    return max(1, min(4, processors // workers))


@cache
def hashing_pool() -> HashingPool:
    """Return the process's pool, made from the settings at the first call."""
    settings = get_settings()
    return HashingPool(
        settings.password_hash_workers or part_of_processors(settings.workers),
        settings.password_hash_queue,
        settings.password_hash_niceness,
    )


def refuse_if_busy() -> None:
    """Refuse before anything is done or counted for a request that will need the pool.

    Raises:
        ServiceUnavailableError: When the pool is full.
    """
    if hashing_pool().full:
        raise _busy()


async def hash_password(password: str) -> str:
    """Hash a password of any length at the cost that the settings ask for.

    Raises:
        ServiceUnavailableError: When the pool is full.
    """
    question = {"password": password, "cost": get_settings().bcrypt_cost}
    return str(await hashing_pool().ask(question))


async def verify_password(password: str, password_hash: str | None) -> bool:
    """Return whether the password is the one that was hashed.

    With `None` (no such user) it does the work of a comparison all the same and returns False,
    so that the time of an answer does not tell which users exist.

    Raises:
        ServiceUnavailableError: When the pool is full.
    """
    question = {"password": password, "cost": get_settings().bcrypt_cost}
    return bool(await hashing_pool().ask(question | {"password_hash": password_hash or ""}))


def needs_rehash(password_hash: str) -> bool:
    """Return whether a stored hash is of a lower cost (or another scheme) than today's."""
    cost = hashing.cost_of(password_hash)
    return cost is None or cost < get_settings().bcrypt_cost


def _environment() -> dict[str, str]:
    """Return what the interpreter needs to run, and none of the application's secrets."""
    names = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    return kept | {"PYTHONPATH": os.pathsep.join(path or "." for path in sys.path)}


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process, and wait until it is gone."""
    process.kill()
    with contextlib.suppress(OSError), process:
        pass  # closes the pipes and waits


def _busy() -> ServiceUnavailableError:
    """Say when to come again."""
    return ServiceUnavailableError("Too many logins at once, try again soon", RETRY_AFTER_SECONDS)
