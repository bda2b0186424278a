"""Work that is done in a process of its own beside ours, where the system can divide one."""

from __future__ import annotations

import os
import pickle
import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


def apart(work: Callable[[], Result]) -> Callable[[], Result]:
    """Begin work beside ours; what is returned waits for its result, which is pickled.

    The other process is a copy of this one, so that nothing has to be handed to it, and what it
    changes is not seen here. Where there is none to be had (another thread runs, or the system
    knows no `fork`), and where it fails, the work is done here when its result is asked for.
    """
    if not hasattr(os, "fork") or threading.active_count() > 1:
        return work
    reading, writing = os.pipe()
    try:
        child = os.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        return work
    if not child:
        _do(work, writing)
    os.close(writing)

    def result() -> Result:
        with os.fdopen(reading, "rb") as pipe:
            told = pipe.read()
        _, status = os.waitpid(child, 0)
        found: Result = pickle.loads(told) if not status else work()  # noqa: S301 - our own copy's
        return found

    return result


def _do(work: Callable[[], object], writing: int) -> None:
    """Do the work, write its result, and end the process at once: it shares our open files."""
    status = 1
    try:
        told = pickle.dumps(work(), protocol=5)
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(told)
        status = 0
    finally:
        os._exit(status)
