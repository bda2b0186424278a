"""The write-ahead journal: what makes many renames one change.

Everything lies in `.backwright/` in the project's root (which tells git to ignore it):

    journal.json            only while a change is being moved over: its id and direction
    changes/ID/record.json  what it does: files, hashes, modes, folders, command, time
    changes/ID/before/N     the bytes that file number N had
    changes/ID/after/N      the bytes that it gets
    changes/ID/new/N        the file that is renamed into place
    changes/ID/done         the change is complete

Until `journal.json` stands, no file of the project is touched. From then on the change is carried
through: by this process, by the watchdog if it is killed, or by `recover` at the next command.
Every step looks at the file's bytes first, so that doing it again is harmless; a file that is
neither as before nor as after was edited by somebody else, and is left alone.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from backwright.errors import UsageError
from backwright.host.folders import remove_tree
from backwright.workshop.changeset import digest

FOLDER = ".backwright"
Direction = Literal["forward", "back"]


@dataclass(frozen=True, slots=True)
class Move:
    """One file of a change: hashes before and after (None: not there), permission bits."""

    path: str
    before: str | None
    after: str | None
    before_mode: int | None
    mode: int | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One change as the journal keeps it. `time` is UTC in ISO 8601; folders are relative paths."""

    id: str
    time: str
    command: str
    moves: tuple[Move, ...]
    made_folders: tuple[str, ...] = ()
    removed_folders: tuple[str, ...] = ()
    undoes: str | None = None


@dataclass(frozen=True, slots=True)
class Recovery:
    """What `recover` did: the change it found half done, which way it went, what it left alone."""

    id: str
    command: str
    direction: Direction
    left_alone: tuple[str, ...] = ()


class ForeignEditError(UsageError):
    """A file changed under our hands while a change was being moved over."""


def changes_folder(root: Path) -> Path:
    """Return where the changes of a project are kept."""
    return root / FOLDER / "changes"


def write_record(folder: Path, record: Record) -> None:
    """Write what a change does into its folder."""
    write_durably(folder / "record.json", json.dumps({"schema": 1, **asdict(record)}, indent=1))


def read_record(folder: Path) -> Record:
    """Read what `write_record` wrote.

    Raises:
        UsageError: the file is damaged.
    """
    try:
        data: dict[str, Any] = json.loads((folder / "record.json").read_text(encoding="utf-8"))
        return Record(
            id=data["id"],
            time=data["time"],
            command=data["command"],
            moves=tuple(Move(**move) for move in data["moves"]),
            made_folders=tuple(data["made_folders"]),
            removed_folders=tuple(data["removed_folders"]),
            undoes=data["undoes"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"the record of change {folder.name} cannot be read: {error}") from error


def open_journal(root: Path, record_id: str, direction: Direction) -> None:
    """Declare a change under way, atomically."""
    write_durably(
        root / FOLDER / "journal.json",
        json.dumps({"schema": 1, "id": record_id, "direction": direction}),
    )


def carry_forward(root: Path, record: Record) -> None:
    """Bring every file to what it is to be; those that are so already stay.

    Raises:
        ForeignEditError: a file is neither as before nor as after.
        OSError: the file system refuses.
    """
    folder = changes_folder(root) / record.id
    for name in record.made_folders:
        (root / name).mkdir(exist_ok=True)
    for number, move in enumerate(record.moves):
        target = root / move.path
        current = digest(read_or_none(target))
        if current == move.after:
            continue
        if current != move.before:
            raise ForeignEditError(f"{move.path} was edited while the change was moved over")
        if move.after is None:
            target.unlink()
        else:
            _put(folder, "new", number, target, move.mode)
    for name in reversed(record.removed_folders):
        remove_if_empty(root / name)
    for parent in {(root / move.path).parent for move in record.moves}:
        sync_folder(parent)


def carry_back(root: Path, record: Record) -> tuple[str, ...]:
    """Bring every file to what it was; return those that somebody else edited, left as they are.

    Raises:
        OSError: the file system refuses.
    """
    folder = changes_folder(root) / record.id
    left_alone = []
    for name in record.removed_folders:
        (root / name).mkdir(exist_ok=True, parents=True)
    for number, move in reversed(tuple(enumerate(record.moves))):
        target = root / move.path
        current = digest(read_or_none(target))
        if current == move.before:
            continue
        if current != move.after:
            left_alone.append(move.path)
        elif move.before is None:
            target.unlink()
        else:
            _put(folder, "before", number, target, move.before_mode)
    for name in reversed(record.made_folders):
        remove_if_empty(root / name)
    return tuple(reversed(left_alone))


def _put(folder: Path, kind: str, number: int, target: Path, mode: int | None) -> None:
    """Rename a prepared file into place; across file systems, by a copy beside the target."""
    prepared = folder / kind / str(number)
    if kind == "new" and not prepared.exists():  # it was in place, and somebody put it back
        write_file(prepared, (folder / "after" / str(number)).read_bytes(), mode)
    try:
        prepared.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        beside = temporary_name(target, folder.name)
        shutil.copy2(prepared, beside)
        _sync_file(beside)
        beside.rename(target)


def temporary_name(target: Path, record_id: str) -> Path:
    """Return the name that a file has beside its target before it is renamed."""
    return target.with_name(f".{target.name}.backwright-{record_id}")


def finish(root: Path, record: Record) -> None:
    """Declare a change complete and close the journal."""
    folder = changes_folder(root) / record.id
    (folder / "done").touch()
    sync_folder(folder)
    close_journal(root)
    remove_tree(folder / "new")


def abandon(root: Path, record: Record) -> None:
    """Forget a change that was taken back, and close the journal."""
    close_journal(root)
    for move in record.moves:
        temporary_name(root / move.path, record.id).unlink(missing_ok=True)
    remove_tree(changes_folder(root) / record.id)
    remove_folder_if_unused(root)


def close_journal(root: Path) -> None:
    """Take the declaration back."""
    (root / FOLDER / "journal.json").unlink(missing_ok=True)
    sync_folder(root / FOLDER)


def pending(root: Path) -> tuple[Record, Direction] | None:
    """Return the change under way, if there is one, and which way it is going.

    Raises:
        UsageError: the journal is damaged.
    """
    path = root / FOLDER / "journal.json"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        direction: Direction = "back" if data["direction"] == "back" else "forward"
        return read_record(changes_folder(root) / data["id"]), direction
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{FOLDER}/journal.json cannot be read: {error}") from error


def remove_folder_if_unused(root: Path) -> None:
    """Remove `.backwright` from the project where it holds no change."""
    folder = root / FOLDER
    changes = changes_folder(root)
    if (folder / "journal.json").exists() or (changes.is_dir() and any(changes.iterdir())):
        return
    if folder.is_dir() and not folder.is_symlink():
        remove_tree(folder)


def remove_if_empty(folder: Path) -> None:
    """Remove a folder that holds nothing but Python's own bytecode."""
    cache = folder / "__pycache__"
    with contextlib.suppress(OSError):
        if {entry.name for entry in folder.iterdir()} <= {"__pycache__"}:
            if cache.is_dir() and not cache.is_symlink():
                shutil.rmtree(cache)
            folder.rmdir()


def read_or_none(path: Path) -> bytes | None:
    """Return a file's bytes, or None where there is none."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def write_file(path: Path, content: bytes, mode: int | None) -> None:
    """Write a file that is on the disk when this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        if mode is not None:
            os.fchmod(file.fileno(), mode)
        file.flush()
        os.fsync(file.fileno())


def write_durably(path: Path, text: str) -> None:
    """Replace a file of ours atomically, and wait until that is on the disk."""
    temporary = path.with_name(f"{path.name}.new")
    write_file(temporary, text.encode("utf-8"), None)
    temporary.rename(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where the file system can do that."""
    with contextlib.suppress(OSError):
        _sync_file(folder)


def _sync_file(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
