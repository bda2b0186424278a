"""What a workspace held at a moment, by content: to go back to it, and to see what was changed.

After each call of a tool the workspace is looked at. A kill in the middle of a call leaves half of
an effect; the run goes on from what was there before that call, and makes it again, once.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from backwright.errors import UsageError
from backwright.values import Place
from backwright.workshop import ChangeSet, FileEdit
from backwright.workshop.staging import LEFT_OUT, is_environment

_OWN_MODE = 0o777
_ENVIRONMENTS = (".venv", "venv")  # links to the project's environment


@dataclass(frozen=True, slots=True)
class Entry:
    """A file by the hash of its bytes, or a link by where it leads to; and its permissions."""

    content: str
    mode: int
    is_link: bool = False


Tree = Mapping[str, Entry]


class Store:
    """Contents by their hash, in a folder of ours."""

    def __init__(self, folder: Path) -> None:
        """Use a folder, which is made."""
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._known: dict[str, tuple[tuple[int, int, int], str]] = {}

    def take(self, root: Path) -> str:
        """Keep what a folder holds, and return the name of that.

        A file whose time of change, size and place on the disk are as before is not read again:
        no program can set the time of change. Nothing is followed, since programs inside of the
        boundary may be at work, and what they link to lies outside.

        Raises:
            UsageError: something cannot be read.
        """
        held = {}
        for found in _walk(root):
            entry = self._entry(found)
            if entry is not None:
                held[found.path] = [entry.content, entry.mode, entry.is_link]
        return self._keep(json.dumps(held, sort_keys=True).encode())

    def tree(self, name: str) -> Tree:
        """Return what `take` kept."""
        held = json.loads(self.content(name))
        return {path: Entry(*parts) for path, parts in held.items()}

    def content(self, digest: str) -> bytes:
        """Return the bytes of a hash."""
        return (self._folder / digest).read_bytes()

    def restore(self, name: str, root: Path) -> None:
        """Make a folder hold what it held; empty folders and what is never kept stay."""
        tree = self.tree(name)
        held = {}
        for found in _walk(root):
            held[found.path] = self._entry(found)
            entry = held[found.path]
            if entry is None or entry != tree.get(found.path):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(found.name, dir_fd=found.folder)
        for path, entry in tree.items():
            if held.get(path) == entry:
                continue
            target = root / path
            _make_way(root, target)
            if entry.is_link:
                target.symlink_to(entry.content)
                continue
            target.write_bytes(self.content(entry.content))
            target.chmod(entry.mode)

    def _entry(self, found: _Found) -> Entry | None:
        """Return what a file holds; None for what is neither file nor link, or gone."""
        name, folder, path = found.name, found.folder, found.path
        try:
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            if stat.S_ISLNK(status.st_mode):
                return Entry(os.readlink(name, dir_fd=folder), 0, is_link=True)
            if not stat.S_ISREG(status.st_mode):
                return None
            seen = (status.st_ctime_ns, status.st_size, status.st_ino)
            known = self._known.get(path)
            if known is None or known[0] != seen:
                known = (seen, self._keep(_bytes(name, folder)))
                self._known[path] = known
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unreadable(path, error) from error
        return Entry(known[1], stat.S_IMODE(status.st_mode) & _OWN_MODE)

    def _keep(self, data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        target = self._folder / digest
        if not target.exists():
            beside = self._folder / f".{secrets.token_hex(8)}"
            beside.write_bytes(data)
            beside.rename(target)
        return digest


def changed_paths(before: Tree, after: Tree) -> list[str]:
    """Return what differs between two moments."""
    return sorted(p for p in {*before, *after} if before.get(p) != after.get(p))


def changes(store: Store, before: Tree, after: Tree) -> ChangeSet:
    """Return the change of files from one moment to another; links are none of its business."""

    def held(tree: Tree, path: str) -> bytes | None:
        entry = tree.get(path)
        return None if entry is None or entry.is_link else store.content(entry.content)

    edits = []
    for path in changed_paths(before, after):
        old, new = held(before, path), held(after, path)
        is_new = path not in before and new is not None
        edits.append(FileEdit(path, old, new, mode=after[path].mode if is_new else None))
    return ChangeSet(tuple(edits))


@dataclass(frozen=True, slots=True)
class _Found:
    """A file: its path, and its name in a folder that is open."""

    path: str
    name: str
    folder: int


def _walk(root: Path) -> Iterator[_Found]:
    """Give everything but folders, without what staging copies leave out."""

    def fail(error: OSError) -> None:
        raise _unreadable(os.path.relpath(error.filename or ".", root), error) from error

    for where, folders, files, descriptor in os.fwalk(root, onerror=fail, follow_symlinks=False):
        under = os.path.relpath(where, root)
        links = [name for name in folders if _is_link(name, descriptor)]
        folders[:] = [
            name for name in sorted({*folders} - {*links})
            if not _is_left_out(name) and not is_environment(Path(where, name))
        ]  # fmt: skip
        for name in sorted([*files, *links]):
            if not _is_left_out(name) and not (name in _ENVIRONMENTS and name in links):
                yield _Found(os.path.normpath(f"{under}/{name}"), name, descriptor)


def _is_link(name: str, folder: int) -> bool:
    return stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)


def _is_left_out(name: str) -> bool:
    return name in LEFT_OUT or name.endswith((".egg-info", ".pyc"))


def _bytes(name: str, folder: int) -> bytes:
    """Read a file that is one, and no link that came in its place."""
    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    with os.fdopen(descriptor, "rb") as file:
        return file.read()


def _unreadable(path: str, error: OSError) -> UsageError:
    return UsageError(
        f"{path} cannot be read: {error.strerror}",
        place=Place(path, 1),
        remedy="what a run made unreadable cannot be proved or moved over",
    )


def _make_way(root: Path, target: Path) -> None:
    """Take away what stands where a file is to come, and make the folders above it."""
    if target.is_dir() and not target.is_symlink():
        shutil.rmtree(target)
    for folder in reversed(target.relative_to(root).parents):
        place = root / folder
        if place.is_symlink() or (place.exists() and not place.is_dir()):
            place.unlink()
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
