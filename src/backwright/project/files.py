"""The files of a project that can matter, in a fixed order, whatever state the tree is in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from backwright.project.types import Unresolved

SKIPPED = frozenset(
    {
        "node_modules",
        "__pycache__",
        "site-packages",
        "dist-packages",
        "bower_components",
        "__pypackages__",
    }
)
BUILT = "/build/lib"  # where setuptools copies the sources
CONFIGURATION = frozenset(
    {
        "pyproject.toml",
        "poetry.lock",
        "uv.lock",
        "pdm.lock",
        "Pipfile",
        "Pipfile.lock",
        "setup.py",
        "setup.cfg",
        "alembic.ini",
        ".python-version",
        "runtime.txt",
        "environment.yml",
        "pixi.lock",
        "aerich.ini",
        "Dockerfile",
        "tox.ini",
        "pytest.ini",
        ".tool-versions",
    }
)
LARGEST = 4_000_000


@dataclass(frozen=True, slots=True)
class Tree:
    """The Python and configuration files under `root`, as sorted `/`-separated paths."""

    root: Path
    python: tuple[str, ...]
    configuration: tuple[str, ...]
    unresolved: tuple[Unresolved, ...] = ()
    _kept: dict[str, bytes | None] = field(default_factory=dict, repr=False, compare=False)

    def content(self, file: str) -> bytes | None:
        """Return what a file holds (as when it was first asked for), `None` if it cannot be read."""
        if file not in self._kept:
            self._kept[file] = read_bytes(self.root, file)
        return self._kept[file]

    def data(self) -> list[str]:
        """Return the other files that were asked for: data that the program loads."""
        return sorted(self._kept.keys() - {*self.python, *self.configuration})

    def text(self, file: str) -> str | None:
        """Return a configuration file's text (UTF-8 or UTF-16, with or without a mark)."""
        content = self.content(file)
        return None if content is None else decoded(content)


def read_tree(root: Path) -> Tree:
    """List the files of the project in `root`, past environments, caches and symlink loops.

    Folders that may not be read are listed under `unresolved`.
    """
    python: list[str] = []
    configuration: list[str] = []
    unresolved: list[Unresolved] = []
    for path in _walk(root, unresolved):
        name = path.rpartition("/")[2]
        if name.endswith(".py"):
            python.append(path)
        if (
            name in CONFIGURATION
            or name.startswith((".env", "requirements", "env."))
            or name.endswith(".env")
            or (name.endswith(".txt") and path.endswith(f"requirements/{name}"))
        ):
            configuration.append(path)
    return Tree(root, tuple(sorted(python)), tuple(sorted(configuration)), tuple(unresolved))


def _walk(root: Path, unresolved: list[Unresolved]) -> Iterator[str]:
    seen = _identity(root)
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            entries = sorted(os.scandir(root / folder), key=lambda entry: entry.name)
        except OSError as error:
            unresolved.append(Unresolved(folder or ".", 0, f"cannot be listed: {error.strerror}"))
            continue
        if folder and any(entry.name == "pyvenv.cfg" for entry in entries):
            continue
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            kind = _kind(entry, seen)
            if kind == "file":
                yield path
            elif kind == "folder":
                folders.append(path)


def _identity(root: Path) -> set[tuple[int, int]]:
    try:
        status = root.stat()
    except OSError:
        return set()
    return {(status.st_dev, status.st_ino)}


def _kind(entry: os.DirEntry[str], seen: set[tuple[int, int]]) -> str:
    """Tell a file from a folder to go into; a folder reached twice (a link) is neither."""
    try:
        if entry.is_file():
            return "file"
        skipped = entry.name in SKIPPED or entry.name.startswith(".")
        if not entry.is_dir() or skipped or entry.path.endswith(BUILT):
            return ""
        status = entry.stat()
    except OSError:
        return ""
    key = (status.st_dev, status.st_ino)
    if key in seen:
        return ""
    seen.add(key)
    return "folder"


def read_bytes(root: Path, file: str) -> bytes | None:
    """Return the content of a file of the project, `None` if it cannot be read or is huge."""
    try:
        with open(f"{root}/{file}", "rb") as opened:  # noqa: PTH123 - a `Path` for each takes longer
            return opened.read() if os.fstat(opened.fileno()).st_size <= LARGEST else None
    except OSError:
        return None


def decoded(content: bytes) -> str:
    """Return the text that bytes mean: UTF-8 or UTF-16, with or without a mark."""
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return content.decode("utf-16", errors="replace")
    return content.decode("utf-8-sig", errors="replace")
