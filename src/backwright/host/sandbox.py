"""Running a program of the host without network, and with one folder to write in.

The strongest means that works here is taken: bubblewrap (bwrap(1)), then the kernel's namespaces
through unshare(1), then none: the payload's own guard (`payloads/facts.py`) holds in all three.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

Means = Literal["bubblewrap", "unshare", "none"]

_BUBBLEWRAP = (
    *("bwrap", "--unshare-user", "--cap-drop", "ALL", "--disable-userns"),
    *("--unshare-net", "--unshare-pid", "--unshare-ipc", "--unshare-uts"),
    *("--new-session", "--die-with-parent"),
    *("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"),
    *("--tmpfs", "/run", "--tmpfs", "/tmp"),  # noqa: S108 - the sandbox's own, empty one
)
_UNSHARE = (
    *("unshare", "--user", "--map-root-user", "--net", "--ipc", "--pid"),
    *("--fork", "--kill-child", "--"),
)


@dataclass(frozen=True, slots=True)
class Sandbox:
    """How a program is held: what is put before its command."""

    means: Means

    def command(
        self, argv: Sequence[str], *, cwd: Path, writable: Path, readable: Sequence[Path] = ()
    ) -> list[str]:
        """Return the command that runs `argv` inside.

        Args:
            argv: The program and its arguments.
            cwd: The folder to run in, `writable` or one below it.
            writable: The one folder that it may write in.
            readable: Folders it needs that may lie below `/tmp` or the home folder.
        """
        if self.means == "none":
            return list(argv)
        if self.means == "unshare":
            return [*_UNSHARE, *argv]
        hidden = ("--tmpfs", str(Path.home())) if Path.home() != Path("/") else ()
        seen = [word for folder in readable for word in ("--ro-bind", str(folder), str(folder))]
        kernel = [
            word for file in files_of_the_kernel() for word in ("--ro-bind", *[str(file)] * 2)
        ]
        own = ("--bind", str(writable), str(writable))
        return [*_BUBBLEWRAP, *kernel, *hidden, *seen, *own, "--chdir", str(cwd), "--", *argv]


def files_of_the_kernel() -> tuple[Path, ...]:
    """Return what of /proc is the kernel's and not a process's: nothing inside may write it.

    Who is root outside still owns these files inside, without any capability, and could set the
    program that the kernel runs as root when another one crashes. bubblewrap covers some of them,
    but takes folders that root may not write itself for safe.
    """
    found = []
    with os.scandir("/proc") as entries:
        for entry in entries:
            if entry.name.isdigit() or entry.is_symlink():
                continue
            with contextlib.suppress(FileNotFoundError):
                if entry.is_dir() or entry.stat().st_mode & 0o222:
                    found.append(Path(entry.path))
    return tuple(found)


@cache
def find_sandbox() -> Sandbox:
    """Return the strongest sandbox that works on this machine (tried once, about 10 ms)."""
    for means, command in (("bubblewrap", [*_BUBBLEWRAP, "--"]), ("unshare", [*_UNSHARE])):
        if shutil.which(command[0]) and _works([*command, "true"]):
            return Sandbox("bubblewrap" if means == "bubblewrap" else "unshare")
    return Sandbox("none")


def _works(argv: Sequence[str]) -> bool:
    """Tell whether a command ends with 0."""
    try:
        done = subprocess.run(argv, capture_output=True, timeout=10, env=dict(os.environ))
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
