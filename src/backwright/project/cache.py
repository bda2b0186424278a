"""Keeping a reading for as long as nothing that it was made of changes.

The key is the content of every file that is looked at (never its time stamp) and of this
package itself, so a kept reading is right or not found.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import pickle
from functools import lru_cache
from pathlib import Path

from backwright.project.files import Tree
from backwright.project.types import Project

KEPT = 64


def folder() -> Path | None:
    """Return the folder of kept readings; `BACKWRIGHT_CACHE=off` turns it off."""
    given = os.environ.get("BACKWRIGHT_CACHE")
    if given == "off":
        return None
    if given:
        return Path(given)
    base = os.environ.get("XDG_CACHE_HOME")
    with contextlib.suppress(RuntimeError):
        return (Path(base) if base else Path.home() / ".cache") / "backwright" / "projects"
    return None


def key(tree: Tree) -> str:
    """Return the fingerprint of a project's files (and of the code that reads them)."""
    digest = hashlib.blake2b(_own_code(), digest_size=20)
    digest.update(str(tree.root).encode("utf-8", errors="surrogateescape"))
    for file in (*tree.python, *tree.configuration):
        content = tree.content(file)
        name = file.encode("utf-8", errors="surrogateescape")
        size = b"-" if content is None else str(len(content)).encode()
        digest.update(b"%b\0%b\0" % (name, size))
        digest.update(content or b"")
    return digest.hexdigest()


@lru_cache(maxsize=1)
def _own_code() -> bytes:
    """Return a fingerprint of this package: its files' names, sizes and times of change."""
    digest = hashlib.blake2b()
    folders = [Path(__file__).parent]
    while folders:
        for entry in sorted(os.scandir(folders.pop()), key=lambda one: one.name):
            if entry.name.endswith(".py"):
                status = entry.stat()
                digest.update(f"{entry.path} {status.st_size} {status.st_mtime_ns}\n".encode())
            elif entry.is_dir() and entry.name != "__pycache__":
                folders.append(Path(entry.path))
    return digest.digest()


def load(place: Path, name: str, tree: Tree) -> Project | None:
    """Return a kept reading, `None` if there is none that can be used.

    The data files that it was made of, which are known only now, must be the same, too.
    """
    try:
        content = (place / f"{name}.pickle").read_bytes()
        found, data = _Facts(io.BytesIO(content)).load()
        same = all(_print_of(tree, file) == known for file, known in data.items())
    except (OSError, pickle.UnpicklingError, EOFError, AttributeError, TypeError, ValueError):
        return None
    return found if same and isinstance(found, Project) else None


def _print_of(tree: Tree, file: str) -> str:
    return hashlib.blake2b(tree.content(file) or b"", digest_size=20).hexdigest()


def store(place: Path, name: str, project: Project, tree: Tree) -> None:
    """Keep a reading of a tree; where that is not possible, go on without."""
    import tempfile

    kept = (project, {file: _print_of(tree, file) for file in tree.data()})

    with contextlib.suppress(OSError):
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(dir=place)
        with os.fdopen(handle, "wb") as file:
            pickle.dump(kept, file, protocol=5)
        Path(temporary).replace(place / f"{name}.pickle")
        _forget_oldest(place)


def _forget_oldest(place: Path) -> None:
    kept = sorted(place.glob("*.pickle"), key=lambda one: one.stat().st_mtime)
    for one in kept[:-KEPT]:
        one.unlink(missing_ok=True)


class _Facts(pickle.Unpickler):
    """Reads nothing but the facts of a project: a changed cache file can make no other object."""

    def find_class(self, module: str, name: str) -> object:
        """Return a class of the facts, or of a path; refuse everything else."""
        if module == "backwright.project.types" or (module, name) in _PATHS:
            return super().find_class(module, name)
        message = f"{module}.{name} is no fact of a project"
        raise pickle.UnpicklingError(message)


_PATHS = {("pathlib", "PosixPath"), ("pathlib", "WindowsPath"), ("pathlib._local", "PosixPath")}
