"""Folders of our own, outside of every project: a cache that stays, and scratch that never does.

A scratch folder carries the process that owns it and the processes that run in it. It goes when
its owner leaves the `with` block, when the watchdog sees the owner die, or, should both have been
killed, when the next run sweeps.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from backwright.errors import MissingError
from backwright.host import watchdog

OWNER = ".owner"
PROCESSES = ".processes"
_PLENTY = 4_000_000_000
_MEMORY = Path("/dev/shm")  # noqa: S108 - as safe as the temporary folder: see _own_folder


def cache_folder(*parts: str) -> Path:
    """Return (and make) a folder for things worth keeping between runs.

    `BACKWRIGHT_CACHE`, else `XDG_CACHE_HOME/backwright`, else `~/.cache/backwright`; where none
    of them can be written (a service without a home), a folder beside the scratch.
    """
    for base in _cache_candidates():
        folder = base.joinpath(*parts)
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            if os.access(folder, os.W_OK):
                return folder
    folder = scratch_base().joinpath("cache", *parts)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def bytecode_folder() -> Path:
    """Return (and make) a folder that can be `PYTHONPYCACHEPREFIX`: it mirrors the whole tree.

    What it has of a scratch folder goes with that.
    """
    return cache_folder("bytecode")


def _cache_candidates() -> Iterator[Path]:
    """Yield the places for a cache, the most explicit first."""
    if explicit := os.environ.get("BACKWRIGHT_CACHE"):
        yield Path(explicit)
    if base := os.environ.get("XDG_CACHE_HOME"):
        yield Path(base) / "backwright"
    with contextlib.suppress(RuntimeError):
        yield Path.home() / ".cache" / "backwright"


def scratch_base() -> Path:
    """Return this user's folder under the temporary one; others may pass through, not look.

    Passing through is needed where root starts PostgreSQL as another user.

    Raises:
        MissingError: somebody else owns the folder, or it cannot be made.
    """
    return _own_folder(Path(tempfile.gettempdir()))


def memory_base() -> Path | None:
    """Return this user's folder in memory (tmpfs), where the machine has plenty of it; else None.

    Databases are many small files that are written and removed at once: on a disk that is the
    slowest part of a verification.
    """
    with contextlib.suppress(OSError, ValueError, IndexError, MissingError):
        text = Path("/proc/meminfo").read_text()
        available = int(text.partition("MemAvailable:")[2].split()[0]) * 1024
        room = os.statvfs(_MEMORY)
        if available >= _PLENTY and room.f_bavail * room.f_frsize >= _PLENTY:
            return _own_folder(_MEMORY)
    return None


def _own_folder(parent: Path) -> Path:
    """Return (and make) our folder in one that all users share; refuse one that is not ours."""
    base = parent / f"backwright-{os.getuid()}"
    try:
        base.mkdir(mode=0o711, exist_ok=True)
        status = base.lstat()
    except OSError as error:
        raise MissingError(
            f"no temporary folder: {error}", remedy="set TMPDIR to a folder you can write"
        ) from error
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
        raise MissingError(
            f"{base} belongs to somebody else", remedy="set TMPDIR to a folder of your own"
        )
    if stat.S_IMODE(status.st_mode) != 0o711:
        base.chmod(0o711)
    return base


@contextlib.contextmanager
def scratch(purpose: str, *, in_memory: bool = False) -> Iterator[Path]:
    """Give an empty folder that is gone afterwards, whatever happens to this process."""
    base = (memory_base() if in_memory else None) or scratch_base()
    folder = base / f"{purpose}-{os.getpid()}-{secrets.token_hex(4)}"
    folder.mkdir(mode=0o700)
    (folder / OWNER).write_text(f"{os.getpid()} {start_time(os.getpid())}\n")
    watchdog.remove_when_orphaned(folder)
    try:
        yield folder
    finally:
        _remove_scratch(folder)
        watchdog.keep(folder)


def record_process(folder: Path, pid: int, sent: signal.Signals) -> None:
    """Note in a scratch folder a process to end (by that signal) should the folder be swept."""
    with (folder / PROCESSES).open("a") as file:
        file.write(f"{pid} {start_time(pid)} {sent.value}\n")


def sweep() -> tuple[Path, ...]:
    """End and remove what killed runs left behind; return the folders that went."""
    swept = []
    bases = (scratch_base(), _MEMORY / scratch_base().name)
    for owner in (found for base in bases for found in base.glob(f"*/{OWNER}")):
        if not _is_abandoned(owner):
            continue
        _end_recorded(owner.parent)
        _remove_scratch(owner.parent)
        swept.append(owner.parent)
    return tuple(swept)


def _remove_scratch(folder: Path) -> None:
    """Remove a scratch folder, and the bytecode of what was in it."""
    remove_tree(folder)
    remove_tree(bytecode_folder() / folder.relative_to(folder.anchor))


def _is_abandoned(owner: Path) -> bool:
    """Tell whether the process that a scratch folder names is dead (or its id was given anew)."""
    try:
        pid, _, started = owner.read_text().strip().partition(" ")
        return start_time(int(pid)) != started
    except (OSError, ValueError):
        return False  # being made, or being removed, at this moment


def _end_recorded(folder: Path) -> None:
    """Send their signal to the processes of a folder that still are the ones recorded."""
    with contextlib.suppress(OSError):
        for line in (folder / PROCESSES).read_text().splitlines():
            pid, started, number = line.split(" ")
            if start_time(int(pid)) == started:
                os.kill(int(pid), int(number))


def start_time(pid: int) -> str:
    """Return what tells a process from a later one of the same id; empty when it is dead.

    On Linux field 22 of `/proc/PID/stat` (proc_pid_stat(5)); elsewhere only that it lives.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return "" if Path("/proc/self/stat").exists() or not _lives(pid) else "alive"
    return "" if fields[0] == "Z" else fields[19]


def _lives(pid: int) -> bool:
    """Tell whether there is a process of this id."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def remove_tree(folder: Path) -> None:
    """Remove a folder of ours and all in it, also read-only folders; no error if it is not there.

    Raises:
        ValueError: the folder lies neither in our scratch or cache nor in a `.backwright`.
    """
    ours = (scratch_base(), _MEMORY / scratch_base().name, cache_folder())
    if not any(folder.is_relative_to(base) and folder != base for base in ours) and (
        ".backwright" not in folder.parts
    ):
        raise ValueError(f"not a folder of ours: {folder}")
    if not os.path.lexists(folder):
        return

    def open_up(_: object, path: str, __: object) -> None:
        with contextlib.suppress(OSError):
            entry = Path(path)
            if entry != folder:
                entry.parent.chmod(0o700)
            if entry.is_dir() and not entry.is_symlink():
                entry.chmod(0o700)
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)

    shutil.rmtree(folder, onerror=open_up)
