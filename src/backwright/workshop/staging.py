"""A copy of a project to change and to run, while the user's tree stays as it is.

Left out is what a run neither needs nor should share: version control, environments, caches,
very large files. The copy keeps the project's place in its repository: plain files of the folders
above (a `.env`, a workspace's `pyproject.toml`) and folders that the project depends on by a
relative path come along.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from backwright.errors import MissingError, UsageError
from backwright.host.folders import scratch
from backwright.host.requirements import read_requirements
from backwright.workshop.changeset import ChangeSet

LARGE_FILE = 16_000_000
_FILE_ABOVE = 1_000_000
LEFT_OUT = frozenset(
    {
        ".git",
        ".hg",
        ".svn",
        ".jj",
        ".backwright",
        "node_modules",
        "__pycache__",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
        ".hypothesis",
        ".import_linter_cache",
        ".tox",
        ".nox",
        ".eggs",
        ".cache",
        ".next",
        ".nuxt",
        ".terraform",
        "htmlcov",
        ".coverage",
    }
)


@dataclass(frozen=True, slots=True)
class Staging:
    """A copy of a project.

    Attributes:
        original: The project's folder.
        folder: The project's folder in the copy.
        scratch: The folder that holds all copies, and is removed at the end.
        left_out: Files that were not copied because of their size, relative to the project.
    """

    original: Path
    folder: Path
    scratch: Path
    left_out: tuple[str, ...] = ()

    def apply(self, changes: ChangeSet) -> None:
        """Write a change into the copy; its paths are relative to the project.

        Raises:
            UsageError: a file is not as planned on, which names it.
        """
        for edit in changes.edits:
            real = (self.folder / edit.path).resolve()
            if not real.is_relative_to(self.folder.resolve()):
                raise UsageError(f"{edit.path} leads outside of the project")
        changes.write_into(self.folder)


@contextlib.contextmanager
def prepare(root: Path) -> Iterator[Staging]:
    """Give a copy of a project that is gone afterwards.

    Raises:
        MissingError: there is no such folder, or no space for the copy.
    """
    root = root.resolve()
    if not root.is_dir():
        raise MissingError(f"there is no folder {root}")
    with scratch("staging") as folder:
        yield copy_project(root, folder / "changed", folder)


def copy_project(root: Path, target: Path, within: Path) -> Staging:
    """Copy a project, with what it needs of its repository, into a new folder.

    Args:
        root: The project's folder.
        target: The folder for the copy; the project may come to lie deeper in it.
        within: The scratch folder that `target` is in.

    Raises:
        MissingError: the copy cannot be made, such as for want of space.
    """
    top, folders = _scope(root)
    left_out: list[str] = []
    try:
        copier = _Copier(top, target, folders, left_out)
        target.mkdir(parents=True)
        for folder in folders:
            copier.copy_folder(folder)
        above = root
        while above != top:
            above = above.parent
            copier.copy_files_of(above)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise MissingError(
            f"the project cannot be copied: {error}",
            remedy="free some space, or set TMPDIR to a folder with more"
            if full
            else "see that the folder it lies in can be read, and the one for temporary files written",
        ) from error
    inside = tuple(
        os.path.relpath(path, root) for path in sorted(left_out) if Path(path).is_relative_to(root)
    )
    return Staging(root, target / root.relative_to(top), within, inside)


def _scope(root: Path) -> tuple[Path, tuple[Path, ...]]:
    """Return the folder above all that is needed, and the folders to copy whole."""
    local: list[Path] = []
    with contextlib.suppress(UsageError):
        local = [folder for folder in read_requirements(root).local if folder.is_dir()]
    top = _repository(root)
    for folder in local:
        if not folder.is_relative_to(top):
            top = Path(os.path.commonpath([top, folder]))
    if len(top.parts) < 2:  # the file system's root: nothing is gained by copying up to there
        return root, (root,)
    outer = [folder for folder in local if not folder.is_relative_to(root)]
    needed = [folder for folder in outer if not root.is_relative_to(folder)]
    return top, (root, *needed)


def _repository(root: Path) -> Path:
    """Return the root of the repository that the project is in, or the project itself."""
    home = Path(os.environ.get("HOME", "/nonexistent"))
    for folder in (root, *root.parents):
        if folder != root and folder == home:
            break
        if any((folder / name).exists() for name in (".git", ".hg", ".svn", ".jj")):
            return folder
    return root


class _Copier:
    """Copies folders from under one top to under another, never following a link."""

    def __init__(
        self, top: Path, target: Path, folders: Sequence[Path], left_out: list[str]
    ) -> None:
        """Remember where from, where to, and which folders come whole."""
        self._top = top
        self._target = target
        self._folders = folders
        self._left_out = left_out

    def copy_folder(self, folder: Path) -> None:
        """Copy a folder and everything in it that is wanted."""
        self._place(folder).mkdir(parents=True, exist_ok=True)
        for entry in _entries(folder):
            if entry.name in LEFT_OUT or entry.name.endswith(".egg-info"):
                continue
            path = Path(entry.path)
            if entry.is_symlink():
                self._copy_link(path)
            elif not entry.is_dir():
                self._copy_file(entry, LARGE_FILE)
            elif not is_environment(path):
                self.copy_folder(path)

    def copy_files_of(self, folder: Path) -> None:
        """Copy the plain files of a folder above the project, if they are small."""
        for entry in _entries(folder):
            if entry.is_file(follow_symlinks=False):
                self._copy_file(entry, _FILE_ABOVE)

    def _copy_file(self, entry: os.DirEntry[str], limit: int) -> None:
        """Copy a file with its times and permissions; pipes, sockets and devices are passed over."""
        try:
            status = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            return
        if not stat.S_ISREG(status.st_mode):
            return
        if status.st_size > limit:
            self._left_out.append(entry.path)
            return
        target = self._place(Path(entry.path))
        if target.exists():
            return
        with contextlib.suppress(PermissionError, FileNotFoundError):
            shutil.copyfile(entry.path, target)
            os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
            target.chmod(stat.S_IMODE(status.st_mode) | stat.S_IRUSR | stat.S_IWUSR)

    def _copy_link(self, path: Path) -> None:
        """Copy a link as a link: into the copy where it led to what comes along, else where it led.

        A link written relative to the project keeps its words while it stays inside of the copy.
        """
        try:
            words = path.readlink()
        except FileNotFoundError:
            return
        leads_to = Path(os.path.normpath(path.parent / words))
        if not self._comes_along(leads_to):
            words = leads_to
        elif words.is_absolute():
            words = self._place(leads_to)
        target = self._place(path)
        if not os.path.lexists(target):
            target.symlink_to(words)

    def _comes_along(self, path: Path) -> bool:
        """Tell whether a path lies in what is copied, or beside a folder that the project is in."""
        if any(path.is_relative_to(folder) for folder in self._folders):
            return True
        above = self._folders[0].parents
        return path.parent in above and path.parent.is_relative_to(self._top) and path.is_file()

    def _place(self, path: Path) -> Path:
        """Return where a file of the original lies in the copy."""
        return self._target / path.relative_to(self._top)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """Return what a folder holds now; programs at work make and delete files all the time."""
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except FileNotFoundError:
        return []


def is_environment(folder: Path) -> bool:
    """Tell whether a folder is a virtual or conda environment."""
    return (folder / "pyvenv.cfg").exists() or (folder / "conda-meta").is_dir()


def import_roots(folder: Path, app: str | None) -> tuple[str, ...]:
    """Return the folders, relative to the project, that its modules are imported from.

    The project's own, `src` where it is a layout of its own, and the one that holds the app's
    top-level package.

    Args:
        folder: The project's folder.
        app: The application, such as `app.main:app`.
    """
    roots = ["."]
    if (folder / "src").is_dir() and not (folder / "src" / "__init__.py").exists():
        roots.append("src")
    package = re.split(r"[.:]", app)[0] if app else ""
    if package and not any(_holds(folder / name, package) for name in roots):
        found = [path for path in sorted(folder.glob("*/")) if _holds(path, package)]
        roots += [path.name for path in found[:1]]
    return tuple(roots)


def _holds(folder: Path, package: str) -> bool:
    """Tell whether a top-level package or module lies in a folder."""
    return (folder / package).is_dir() or (folder / f"{package}.py").is_file()
