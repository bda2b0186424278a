"""What was changed, and taking it back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import backwright.workshop.journal as journal
from backwright.errors import UsageError
from backwright.values import Place
from backwright.workshop.changeset import ChangeSet, FileEdit, digest
from backwright.workshop.commit import commit, recover
from backwright.workshop.journal import Move, Record
from backwright.workshop.lock import locked

LAST = "last"


@dataclass(frozen=True, slots=True)
class Change:
    """A change in the history; `time` is UTC in ISO 8601, `undone_by` the id of its undoing."""

    id: str
    time: str
    command: str
    files: tuple[str, ...]
    undoes: str | None
    undone_by: str | None


def history(root: Path) -> tuple[Change, ...]:
    """Return the changes of a project, the oldest first."""
    records = _records(root)
    undone = {record.undoes: record.id for record in records if record.undoes}
    return tuple(
        Change(
            id=record.id,
            time=record.time,
            command=record.command,
            files=tuple(move.path for move in record.moves),
            undoes=record.undoes,
            undone_by=undone.get(record.id),
        )
        for record in records
    )


def undo(root: Path, change_id: str = LAST, *, command: str = "undo") -> str:
    """Give back every byte that a change took, and return the id of the undoing.

    Args:
        root: The project's folder.
        change_id: Which change; the last one that still stands by default.
        command: The command line, for the history.

    Raises:
        UsageError: there is no such change, it was undone before, or somebody has edited one of
            its files since (the message carries the difference).
        MissingError: the tree cannot be written, or another run is at work.
    """
    root = root.resolve()
    with locked(root, command):
        recover(root)
        record = _chosen(root, change_id)
        contents = _contents(root, record)
        _refuse_if_edited(root, record, contents)
        reverse = ChangeSet(
            tuple(
                FileEdit(move.path, after, before, move.before_mode, f"undo {record.id}")
                for move, (before, after) in reversed(
                    tuple(zip(record.moves, contents, strict=True))
                )
            )
        )
        return commit(
            root,
            reverse,
            command=command,
            undoes=record.id,
            removed_folders=record.made_folders,
        )


def change_set(root: Path, change_id: str) -> ChangeSet:
    """Return a change of the history with its bytes, so that its diff can be shown.

    Raises:
        UsageError: there is no such change.
    """
    record = _find(root, change_id)
    return ChangeSet(
        tuple(
            FileEdit(move.path, before, after, move.mode, move.reason)
            for move, (before, after) in zip(record.moves, _contents(root, record), strict=True)
        )
    )


def _records(root: Path) -> tuple[Record, ...]:
    """Return the complete changes, the oldest first."""
    folder = journal.changes_folder(root)
    if not folder.is_dir():
        return ()
    found = [journal.read_record(entry) for entry in folder.iterdir() if (entry / "done").exists()]
    return tuple(sorted(found, key=lambda record: record.time))


def _find(root: Path, change_id: str) -> Record:
    """Return the change of this id."""
    for record in _records(root):
        if record.id == change_id:
            return record
    raise UsageError(f"there is no change {change_id}", remedy="`backwright history` lists them")


def _chosen(root: Path, change_id: str) -> Record:
    """Return the change to undo, which must still stand."""
    changes = history(root)
    if change_id == LAST:
        standing = [item for item in changes if not item.undoes and not item.undone_by]
        if not standing:
            raise UsageError("there is no change to undo")
        return _find(root, standing[-1].id)
    record = _find(root, change_id)
    undone_by = next(item.undone_by for item in changes if item.id == change_id)
    if undone_by:
        raise UsageError(f"change {change_id} was undone before, by {undone_by}")
    if record.undoes:
        raise UsageError(
            f"{change_id} is itself an undoing, of {record.undoes}",
            remedy="run the command that made the change again",
        )
    return record


def _contents(root: Path, record: Record) -> list[tuple[bytes | None, bytes | None]]:
    """Return the bytes before and after of every file of a change, checked by their hashes."""
    folder = journal.changes_folder(root) / record.id
    contents = []
    for number, move in enumerate(record.moves):
        pair = (_blob(folder, "before", number, move), _blob(folder, "after", number, move))
        contents.append(pair)
    return contents


def _blob(folder: Path, kind: str, number: int, move: Move) -> bytes | None:
    """Return one kept file; a damaged one is refused."""
    wanted = move.before if kind == "before" else move.after
    if wanted is None:
        return None
    content = journal.read_or_none(folder / kind / str(number))
    if digest(content) != wanted:
        raise UsageError(f"what was kept of {move.path} in change {folder.name} is damaged")
    return content


def _refuse_if_edited(
    root: Path, record: Record, contents: list[tuple[bytes | None, bytes | None]]
) -> None:
    """Refuse when a file is not as the change left it, showing what was edited since."""
    edited = []
    for move, (_, after) in zip(record.moves, contents, strict=True):
        current = journal.read_or_none(root / move.path)
        if current != after:
            edited.append(FileEdit(move.path, after, current))
    if not edited:
        return
    later = [
        item.id
        for item in history(root)
        if item.time > record.time
        and not item.undone_by
        and not item.undoes
        and set(item.files) & {edit.path for edit in edited}
    ]
    names = ", ".join(edit.path for edit in edited)
    raise UsageError(
        f"edited since change {record.id}: {names}\n{ChangeSet(tuple(edited)).diff()}",
        place=Place(edited[0].path, 1),
        remedy=(
            f"undo {later[-1]} first, which edited it too"
            if later
            else "keep a copy of these edits, put the files back as the change left them, undo"
        ),
    )
