"""Moving a change over into a user's tree, all of it or nothing."""

from __future__ import annotations

import contextlib
import datetime
import errno
import os
import secrets
import shutil
import stat
import sys
from pathlib import Path

import backwright.workshop.journal as journal
from backwright.errors import MissingError, UsageError
from backwright.host import watchdog
from backwright.host.folders import remove_tree
from backwright.values import Place
from backwright.workshop.changeset import ChangeSet, FileEdit, digest
from backwright.workshop.journal import FOLDER, Move, Record
from backwright.workshop.lock import locked

KEPT_CHANGES = 100
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


def commit(
    root: Path,
    changes: ChangeSet,
    *,
    command: str,
    undoes: str | None = None,
    removed_folders: tuple[str, ...] = (),
) -> str:
    """Move a change over, atomically, and return its id for `undo`.

    A kill at any instant leaves the tree as it was or as it is to be, once the watchdog (at once)
    or `recover` (at the next command) has looked at the journal.

    Args:
        root: The project's folder.
        changes: What to change; its `before` must still be what the files hold.
        command: The command line, for the history.
        undoes: The id of the change that this one takes back.
        removed_folders: Folders that are to go if the change leaves them empty.

    Raises:
        UsageError: a file was changed since planning, is read-only or lies outside of the project.
        MissingError: the disk is full, a folder cannot be written, or another run is at work.
    """
    root = root.resolve()
    with locked(root, command):
        recover(root)
        edits = tuple(_resolved(root, edit) for edit in changes.edits)
        for edit in edits:
            _refuse_if_unfit(root, edit)
        record = _record(root, edits, command, undoes, removed_folders)
        try:
            _prepare(root, record, edits)
        except BaseException as error:
            journal.abandon(root, record)
            raise _explained(error) from error
        _carry_through(root, record)
        _prune(root)
        return record.id


def recover(root: Path) -> journal.Recovery | None:
    """Complete or take back what a killed run left half done; harmless when there is nothing.

    Every command that changes files calls it first; reading commands may.

    Raises:
        MissingError: another run is at work.
    """
    root = root.resolve()
    if not (root / FOLDER).is_dir():
        return None
    with locked(root, "recover"):
        found = journal.pending(root)
        done = None if found is None else _complete(root, *found)
        _remove_unfinished(root)
        return done


def _complete(root: Path, record: Record, direction: journal.Direction) -> journal.Recovery:
    """Carry a change on in its direction; back, where forward is no longer possible."""
    if direction == "forward":
        try:
            journal.carry_forward(root, record)
            journal.finish(root, record)
            return journal.Recovery(record.id, record.command, "forward")
        except (journal.ForeignEditError, OSError):
            journal.open_journal(root, record.id, "back")
    left_alone = journal.carry_back(root, record)
    journal.abandon(root, record)
    return journal.Recovery(record.id, record.command, "back", left_alone)


def _carry_through(root: Path, record: Record) -> None:
    """Declare the change, do it, close the journal; on any error take it back."""
    mend = (sys.executable, "-m", "backwright.workshop.recover", str(root))
    watchdog.run_when_orphaned(mend)
    try:
        journal.open_journal(root, record.id, "forward")
        journal.carry_forward(root, record)
        journal.finish(root, record)
    except BaseException as error:
        if not (journal.changes_folder(root) / record.id / "done").exists():
            with contextlib.suppress(OSError):
                journal.open_journal(root, record.id, "back")
            journal.carry_back(root, record)
            journal.abandon(root, record)
        raise _explained(error) from error
    finally:
        watchdog.finished(mend)


def _resolved(root: Path, edit: FileEdit) -> FileEdit:
    """Let an edit of a link be an edit of the file it leads to, which must lie in the project."""
    real = (root / edit.path).resolve()
    if not real.is_relative_to(root) or FOLDER in real.relative_to(root).parts[:1]:
        raise UsageError(f"{edit.path} leads outside of the project", place=Place(edit.path, 1))
    path = real.relative_to(root).as_posix()
    return FileEdit(path, edit.before, edit.after, edit.mode, edit.reason)


def _refuse_if_unfit(root: Path, edit: FileEdit) -> None:
    """Refuse an edit of a file that is not as planned on, or that may not be written."""
    target = root / edit.path
    place = Place(edit.path, 1)
    if target.is_dir():
        raise UsageError(f"{edit.path} is a folder", place=place)
    if journal.read_or_none(target) != edit.before:
        what = "appeared" if edit.before is None else "changed"
        raise UsageError(
            f"{edit.path} {what} since the change was planned",
            place=place,
            remedy="run the command again: it plans on the file as it is now",
        )
    if target.exists() and not target.stat().st_mode & stat.S_IWUSR:
        raise UsageError(f"{edit.path} is read-only", place=place, remedy=f"chmod u+w {edit.path}")
    parent = target.parent
    while not parent.exists():
        parent = parent.parent
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        shown = parent.relative_to(root).as_posix()
        raise MissingError(f"the folder {shown} cannot be written", place=place)


def _record(
    root: Path,
    edits: tuple[FileEdit, ...],
    command: str,
    undoes: str | None,
    removed_folders: tuple[str, ...],
) -> Record:
    """Describe a change for the journal."""
    now = datetime.datetime.now(datetime.UTC)
    return Record(
        id=f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}",
        time=now.isoformat(timespec="microseconds"),
        command=command,
        moves=tuple(_move(root, edit) for edit in edits),
        made_folders=_missing_folders(root, edits),
        removed_folders=removed_folders,
        undoes=undoes,
    )


def _move(root: Path, edit: FileEdit) -> Move:
    """Describe one file; a new one gets the usual permissions unless told otherwise."""
    before_mode = None
    if edit.before is not None:
        before_mode = stat.S_IMODE((root / edit.path).stat().st_mode)
    mode = None
    if edit.after is not None:
        mode = edit.mode if edit.mode is not None else before_mode
        if mode is None:
            mode = 0o666 & ~_umask()
    return Move(edit.path, digest(edit.before), digest(edit.after), before_mode, mode, edit.reason)


def _umask() -> int:
    """Return the process's file mode creation mask, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _missing_folders(root: Path, edits: tuple[FileEdit, ...]) -> tuple[str, ...]:
    """Return the folders that have to be made, the outermost first."""
    missing: set[Path] = set()
    for edit in edits:
        parent = (root / edit.path).parent
        while edit.after is not None and not parent.exists():
            missing.add(parent)
            parent = parent.parent
    return tuple(
        folder.relative_to(root).as_posix()
        for folder in sorted(missing, key=lambda path: len(path.parts))
    )


def _prepare(root: Path, record: Record, edits: tuple[FileEdit, ...]) -> None:
    """Write all that the change needs; from here on neither space nor reading can fail."""
    ours = root / FOLDER
    ours.mkdir(exist_ok=True)
    (ours / ".gitignore").write_text("*\n")
    folder = journal.changes_folder(root) / record.id
    for kind in ("before", "after", "new"):
        (folder / kind).mkdir(parents=True)
    for number, (edit, move) in enumerate(zip(edits, record.moves, strict=True)):
        target = root / edit.path
        if edit.before is not None:
            journal.write_file(folder / "before" / str(number), edit.before, move.before_mode)
            _take_owner(folder / "before" / str(number), target)
        if edit.after is not None:
            (folder / "after" / str(number)).write_bytes(edit.after)
            journal.write_file(folder / "new" / str(number), edit.after, move.mode)
            _take_owner(folder / "new" / str(number), target)
    journal.write_record(folder, record)
    for kind in ("before", "new", "."):
        journal.sync_folder(folder / kind)


def _take_owner(path: Path, target: Path) -> None:
    """Give a prepared file the owner and extended attributes of the one that it replaces.

    A new file belongs to whom its folder belongs to: root, in a container, works in the tree of
    an ordinary user.
    """
    model = target
    while not model.exists():
        model = model.parent
    status = model.stat()
    mine = path.stat()
    if (status.st_uid, status.st_gid) != (mine.st_uid, mine.st_gid):
        with contextlib.suppress(OSError):
            mode = stat.S_IMODE(mine.st_mode)
            os.chown(path, status.st_uid, status.st_gid)
            path.chmod(mode)  # chown clears the set-id bits
    if model == target and hasattr(os, "listxattr"):
        with contextlib.suppress(OSError):
            for name in os.listxattr(target):
                os.setxattr(path, name, os.getxattr(target, name))


def _explained(error: BaseException) -> BaseException:
    """Turn an error of the file system into one that says what to do; keep any other."""
    if not isinstance(error, OSError):
        return error
    if error.errno in _NO_SPACE:
        return MissingError(
            "the disk is full; the project is as it was", remedy="free some space and try again"
        )
    where = f" ({error.filename})" if error.filename else ""
    return MissingError(f"the files cannot be written: {error.strerror}{where}")


def _remove_unfinished(root: Path) -> None:
    """Remove what a run that was killed before it touched any file had prepared."""
    changes = journal.changes_folder(root)
    if changes.is_dir():
        for folder in changes.iterdir():
            if not (folder / "done").exists():
                remove_tree(folder)
            elif (folder / "new").exists():
                remove_tree(folder / "new")
    journal.remove_folder_if_unused(root)


def _prune(root: Path) -> None:
    """Keep the history bounded: the oldest changes can no longer be undone."""
    folders = sorted(
        journal.changes_folder(root).iterdir(), key=lambda folder: (folder / "done").stat().st_mtime
    )
    for folder in folders[:-KEPT_CHANGES]:
        with contextlib.suppress(OSError):
            (folder / "done").unlink()
            shutil.rmtree(folder)
