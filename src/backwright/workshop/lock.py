"""One run at a time in one project.

The lock is flock(2) on the project's folder itself: it leaves no trace in the tree, and the
system drops it when its holder dies, so that no lock is ever stale. Who holds it stands in a file
of our own cache, for the message only.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from backwright.errors import MissingError
from backwright.host.folders import cache_folder

_held: dict[Path, int] = {}
_guard = threading.RLock()


@contextlib.contextmanager
def locked(root: Path, command: str, *, wait: float = 0.0) -> Iterator[None]:
    """Hold the project for this process; entering again inside is allowed.

    Args:
        root: The project's folder.
        command: What is being done, for the message that another run gets.
        wait: Seconds to wait for another run to end.

    Raises:
        MissingError: another run holds it; the message says which.
    """
    root = root.resolve()
    with _guard:
        if root in _held:
            _held[root] += 1
            descriptor = None
        else:
            descriptor = _acquire(root, command, wait)
            _held[root] = 1
    try:
        yield
    finally:
        with _guard:
            _held[root] -= 1
            if not _held[root]:
                del _held[root]
        if descriptor is not None:
            _holder_file(root).unlink(missing_ok=True)
            os.close(descriptor)


def _acquire(root: Path, command: str, wait: float) -> int:
    """Open and lock; return the descriptor that holds the lock."""
    descriptor = _open(root)
    until = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() < until:
                time.sleep(0.05)
                continue
            os.close(descriptor)
            raise MissingError(
                f"another run is at work in {root}{_holder(root)}",
                remedy="wait until it has ended, then try again",
            ) from error
        with contextlib.suppress(OSError):
            _holder_file(root).write_text(json.dumps({"pid": os.getpid(), "command": command}))
        return descriptor


def _open(root: Path) -> int:
    """Open what is locked: the folder, or where a file system cannot do that, a file of ours."""
    descriptor = os.open(root, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        fcntl.flock(descriptor, fcntl.LOCK_UN)
    except BlockingIOError:
        return descriptor
    except OSError:  # NFS wants a file that is open for writing
        os.close(descriptor)
        path = _holder_file(root).with_suffix(".lock")
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    return descriptor


def _holder_file(root: Path) -> Path:
    """Return where the holder of a project's lock says who it is."""
    name = hashlib.sha256(os.fsencode(root)).hexdigest()[:24]
    return cache_folder("locks") / f"{name}.json"


def _holder(root: Path) -> str:
    """Describe who holds the lock, as far as it is known."""
    with contextlib.suppress(OSError, ValueError, KeyError):
        data = json.loads(_holder_file(root).read_text())
        return f": {data['command']} (process {data['pid']})"
    return ""
