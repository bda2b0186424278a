"""Interrupts that wait: what would be torn apart half done is finished first."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType


@contextlib.contextmanager
def interrupts_wait() -> Iterator[None]:
    """Hold Ctrl-C (and what is handled like it) back until the block has ended.

    Between the start of a process and the note of its id there must be no interrupt: nobody
    would know whom to end. Only Python's own handlers are held back, since the system's default
    ends us at once, and only the main thread is ever interrupted.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[tuple[int, FrameType | None]] = []
    held = {
        which: handler
        for which in (signal.SIGINT, signal.SIGTERM)
        if callable(handler := signal.getsignal(which))
    }
    for which in held:
        signal.signal(which, lambda number, frame: came.append((number, frame)))
    try:
        yield
    finally:
        for which, handler in held.items():
            signal.signal(which, handler)
    for number, frame in came:
        held[signal.Signals(number)](number, frame)
