"""The command that starts the boundary: what is seen inside, what can be written, what is shut.

Only what is named is there: the system's programs, an interpreter, what the caller adds, and the
workspace. So there is no home, no socket and no secret to hide.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from backwright.errors import UsageError
from backwright.host.sandbox import files_of_the_kernel
from backwright.values import Place

HOME = "/home/delegate"
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SETTINGS = (
    "/etc/alternatives", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime",
    "/etc/mime.types", "/etc/protocols", "/etc/services", "/etc/ssl/certs", "/etc/ssl/openssl.cnf",
)  # fmt: skip
_MEMORY = str(4 * 2**30)  # bytes that the folders in memory may take
# Hooks run as the user, outside, some day; the journal and the definition decide over this very run.
_PROTECTED = (".git", ".hg", ".svn", ".agents")
_JOURNAL = ".backwright"
_HOOK_FOLDERS = (".husky", ".githooks", ".hooks")
_INSTALLED = frozenset({".venv", "venv", "node_modules", "__pycache__"})
_FLAGS = (
    *("--unshare-user", "--uid", "1000", "--gid", "1000", "--cap-drop", "ALL", "--disable-userns"),
    *("--unshare-net", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"),
    *("--hostname", "boundary", "--new-session", "--die-with-parent"),
)
FILES = {
    "passwd": f"delegate:x:1000:1000::{HOME}:/bin/sh\n",
    "group": "delegate:x:1000:\n",
    "hosts": "127.0.0.1 localhost boundary\n::1 localhost\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    "resolv.conf": "",
}


@dataclass(frozen=True, slots=True)
class View:
    """What is seen inside.

    Attributes:
        program: Where bubblewrap is.
        workspace: The one folder that can be written.
        protected: Files and folders of it that cannot.
        readable: What is seen besides the system's programs.
        settings: The folder with `FILES`.
        filter: The file with the filter of system calls.
        variables: The whole environment.
    """

    program: str
    workspace: Path
    protected: tuple[Path, ...]
    readable: tuple[Path, ...]
    settings: Path
    filter: Path
    variables: Mapping[str, str]


def command(view: View, argv: Sequence[str]) -> list[str]:
    """Return the command that runs `argv` inside.

    The filter goes in as an open file, which only a shell can hand over here.
    """
    words = [view.program, *_FLAGS, "--seccomp", "9", "--clearenv"]
    for name, value in view.variables.items():
        words += ["--setenv", name, value]
    for folder in ("/tmp", "/run", "/home"):  # noqa: S108 - the boundary's own, empty ones
        words += ["--size", _MEMORY, "--tmpfs", folder]
    words += ["--dir", HOME, "--dev", "/dev", "--proc", "/proc"]
    words += _bound("--ro-bind", files_of_the_kernel())
    for name in (*_SYSTEM, *_SETTINGS):
        words += ["--ro-bind-try", name, name]
    for name in FILES:
        words += ["--ro-bind", str(view.settings / name), f"/etc/{name}"]
    words += _bound("--ro-bind", outermost(view.readable))
    words += _bound("--bind", (view.workspace,))
    words += _bound("--ro-bind", view.protected)
    words += ["--remount-ro", "/", "--chdir", str(view.workspace), "--", *argv]
    return ["/bin/sh", "-c", 'exec "$@" 9<"$0"', str(view.filter), *words]


def _bound(how: str, paths: Sequence[Path]) -> list[str]:
    """Return the words that show paths inside at the place that they have outside."""
    return [word for path in paths for word in (how, str(path), str(path))]


def outermost(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Return the paths that lie in none of the others and are not there anyway."""
    wanted = sorted(
        {path for path in paths if not _is_system(path)}, key=lambda path: len(path.parts)
    )
    kept: list[Path] = []
    for path in wanted:
        if not any(path.is_relative_to(other) for other in kept):
            kept.append(path)
    return tuple(kept)


def _is_system(path: Path) -> bool:
    return any(path.is_relative_to(folder) for folder in _SYSTEM)


def protected_paths(
    workspace: Path, more: Sequence[Path] = (), *, journal: bool = False
) -> tuple[Path, ...]:
    """Return what of a workspace cannot be written inside, there or not.

    Args:
        workspace: The folder.
        more: Paths of it that the caller protects.
        journal: Whether it is a copy, whose journal is nobody's but that of programs inside.

    Raises:
        UsageError: the workspace holds a socket or device, through which one could get out.
    """
    found = {workspace / name for name in (*_PROTECTED, *(() if journal else (_JOURNAL,)))}
    found |= {workspace / name for name in _HOOK_FOLDERS if (workspace / name).exists()}
    found |= {path for path in more if path.is_relative_to(workspace)}
    for entry in _entries(workspace):
        if entry.name == ".git":
            found.add(Path(entry.path))
        elif _is_special(entry.stat(follow_symlinks=False).st_mode):
            name = str(Path(entry.path).relative_to(workspace))
            raise UsageError(
                f"{name} is a socket, pipe or device: it would lead out of the boundary",
                place=Place(name, 1),
                remedy="take it out of the project's folder",
            )
    found |= set(_hooks_paths(workspace))
    return tuple(sorted(path for path in found if not path.is_symlink()))


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Give everything in a folder, but not what is in installed packages or in .git."""
    with os.scandir(folder) as entries:
        for entry in entries:
            yield entry
            if entry.is_dir(follow_symlinks=False) and entry.name not in _INSTALLED | {".git"}:
                yield from _entries(Path(entry.path))


def _is_special(mode: int) -> bool:
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode))


def _hooks_paths(workspace: Path) -> Iterator[Path]:
    """Give the folder of hooks that git's configuration names, where it lies in the workspace."""
    config = workspace / ".git" / "config"
    text = config.read_text(encoding="utf-8", errors="replace") if config.is_file() else ""
    for name in re.findall(r"(?im)^\s*hookspath\s*=\s*\"?([^\"\n#;]+)", text):
        path = (workspace / name.strip()).resolve()
        if path.is_relative_to(workspace) and path != workspace and path.exists():
            yield path
