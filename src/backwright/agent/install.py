"""Telling the coding agents of a project about Backwright: a skill, and a section of AGENTS.md."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from backwright.errors import UsageError
from backwright.report.change import ChangeReport, PlanStep
from backwright.tasks.change import Outcome, change_report
from backwright.values import Place
from backwright.workshop import ChangeSet, FileEdit, commit

INSTRUCTIONS = "AGENTS.md"
_SKILL = "skills/backwright/SKILL.md"
# The folder that agents share, and those of agents that look into their own only.
_SHARED, _OWN = ".agents", (".claude",)
_BEGIN = b"<!-- backwright: begin (written by `backwright agent install`) -->"
_END = b"<!-- backwright: end -->"


def install(root: Path, *, dry_run: bool = False) -> ChangeReport:
    """Write the skill and the section, journalled, so that `undo` takes them back.

    Again it changes nothing; what the user wrote in AGENTS.md stays as it is, byte for byte.

    Raises:
        UsageError: AGENTS.md holds half a section, or a file lies outside of the project.
        MissingError: the project cannot be written, or another run is at work.
    """
    skill = _packaged("SKILL.md")
    folders = (_SHARED, *(name for name in _OWN if (root / name).is_dir()))
    edits = [_edit(root, f"{folder}/{_SKILL}", skill) for folder in folders]
    before = _read(root / INSTRUCTIONS)
    edits.append(FileEdit(INSTRUCTIONS, before, with_section(before or b"")))
    return write_files(root, edits, command="agent install", dry_run=dry_run)


def write_files(
    root: Path, edits: Iterable[FileEdit], *, command: str, dry_run: bool
) -> ChangeReport:
    """Write files of the project through the journal, and report that.

    Raises:
        UsageError: a file lies outside of the project, or was changed meanwhile.
        MissingError: the project cannot be written, or another run is at work.
    """
    changes = ChangeSet(tuple(edits))
    outcome = Outcome(
        command=command,
        summary="; ".join(changes.paths) or "nothing to do: it is there already",
        plan=(PlanStep("write", changes.paths),) if changes else (),
    )
    undo = commit(root, changes, command=command) if changes and not dry_run else None
    return change_report(outcome, changes, undo=undo, dry_run=dry_run)


def file_edit(root: Path, path: str, text: str) -> FileEdit:
    """Return the edit that makes a file of the project have a text."""
    return _edit(root, path, text.encode())


def with_section(before: bytes) -> bytes:
    """Return AGENTS.md with our section: in its place if it is there, else at the end.

    Raises:
        UsageError: there is a beginning without an end, or more than one.
    """
    start, end = before.find(_BEGIN), before.find(_END)
    line_end = _line_end(before[: max(start, 0)] + before[max(end, 0) :])
    section = b"\n".join([_BEGIN, _packaged("section.md").rstrip(b"\n"), _END])
    section = section.replace(b"\n", line_end)
    if start < 0 and end < 0:
        return before + _gap(before, line_end) + section + line_end
    whole = 0 <= start < end and before.count(_BEGIN) == before.count(_END) == 1
    if not whole:
        line = before[: max(start, end)].count(b"\n") + 1
        raise UsageError(
            f"{INSTRUCTIONS} holds a section of Backwright's that is not whole",
            place=Place(INSTRUCTIONS, line),
            remedy="take out its lines with 'backwright: begin' and 'backwright: end'",
        )
    return before[:start] + section + before[end + len(_END) :]


def _line_end(theirs: bytes) -> bytes:
    """Return how most lines of the user's text end."""
    windows = theirs.count(b"\r\n")
    return b"\r\n" if windows > theirs.count(b"\n") - windows else b"\n"


def _gap(before: bytes, line_end: bytes) -> bytes:
    """Return what stands between the user's text and ours: an empty line."""
    if not before:
        return b""
    return line_end if before.endswith(b"\n") else 2 * line_end


def _edit(root: Path, path: str, after: bytes) -> FileEdit:
    return FileEdit(path, _read(root / path), after)


def _read(path: Path) -> bytes | None:
    """Return a file's bytes, or None where there is none.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"{path.name} cannot be read: {error.strerror}") from error


def _packaged(name: str) -> bytes:
    return (files("backwright") / "agents" / "install" / name).read_bytes()
