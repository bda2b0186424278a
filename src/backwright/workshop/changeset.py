"""A change as data: which bytes each file had, and which it is to have.

A `ChangeSet` knows what it was planned on, its diff and its reverse; it never touches a disk
except through `write_into`, which is for staging copies. `commit` moves it into a user's tree.
"""

from __future__ import annotations

import base64
import difflib
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from backwright.errors import UsageError

Action = Literal["create", "edit", "delete"]


@dataclass(frozen=True, slots=True)
class FileEdit:
    """One file before and after, as bytes; None is a file that is not there.

    `path` is relative to the project's root, with slashes. `mode` is the permission bits that the
    file is to have; None keeps those it has (or gives a new file the usual ones).
    """

    path: str
    before: bytes | None
    after: bytes | None
    mode: int | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        """Refuse a path that leaves the project."""
        parts = PurePosixPath(self.path).parts
        if not parts or self.path.startswith("/") or ".." in parts or "\0" in self.path:
            raise UsageError(f"not a path inside of the project: {self.path!r}")
        if str(PurePosixPath(self.path)) != self.path:
            raise UsageError(f"not a plain relative path: {self.path!r}")

    @property
    def action(self) -> Action:
        """Return what becomes of the file."""
        if self.before is None:
            return "create"
        return "delete" if self.after is None else "edit"

    @property
    def reverse(self) -> FileEdit:
        """Return the edit that takes this one back."""
        return replace(self, before=self.after, after=self.before, mode=None)

    def counts(self) -> tuple[int, int]:
        """Return how many lines come and go; a file that is no text counts none."""
        old, new = _text_lines(self.before), _text_lines(self.after)
        if old is None or new is None:
            return 0, 0
        added = removed = 0
        matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
        for tag, i1, i2, j1, j2 in matcher.get_opcodes():
            if tag != "equal":
                added += j2 - j1
                removed += i2 - i1
        return added, removed

    def diff(self) -> str:
        """Return the unified diff, as `git apply` takes it."""
        source = f"a/{self.path}" if self.before is not None else "/dev/null"
        target = f"b/{self.path}" if self.after is not None else "/dev/null"
        head = f"diff --git a/{self.path} b/{self.path}\n"
        if self.before is None:
            head += f"new file mode {0o100000 | (self.mode or 0o644):o}\n"
        elif self.after is None:
            head += "deleted file mode 100644\n"
        old, new = _text_lines(self.before), _text_lines(self.after)
        if old is None or new is None:
            return f"{head}Binary files {source} and {target} differ\n"
        lines = difflib.unified_diff(old, new, source, target, n=3)
        return head + "".join(
            line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
            for line in lines
        )


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Edits of different files; edits that change nothing are dropped."""

    edits: tuple[FileEdit, ...] = ()

    def __post_init__(self) -> None:
        """Refuse two edits of one file: `merged` joins them."""
        kept = tuple(edit for edit in self.edits if edit.before != edit.after)
        object.__setattr__(self, "edits", kept)
        paths = [edit.path for edit in kept]
        if twice := sorted({path for path in paths if paths.count(path) > 1}):
            raise UsageError(f"edited twice in one change: {', '.join(twice)}")

    def __bool__(self) -> bool:
        """Tell whether there is anything to do."""
        return bool(self.edits)

    @property
    def reverse(self) -> ChangeSet:
        """Return the change that takes this one back."""
        return ChangeSet(tuple(edit.reverse for edit in reversed(self.edits)))

    @property
    def paths(self) -> tuple[str, ...]:
        """Return the files that change, in order."""
        return tuple(edit.path for edit in self.edits)

    def counts(self) -> tuple[int, int]:
        """Return how many lines come and go in all."""
        counted = [edit.counts() for edit in self.edits]
        return sum(added for added, _ in counted), sum(removed for _, removed in counted)

    def diff(self) -> str:
        """Return the unified diff of all files."""
        return "".join(edit.diff() for edit in self.edits)

    def planned_on(self) -> dict[str, str | None]:
        """Return the SHA-256 of every file as it was read; None for one that was not there."""
        return {edit.path: digest(edit.before) for edit in self.edits}

    def write_into(self, folder: Path) -> None:
        """Write the files as they are to be into a copy of the project (never a user's tree).

        Raises:
            UsageError: a file in the copy is not as planned on.
        """
        for edit in self.edits:
            target = folder / edit.path
            current = target.read_bytes() if target.is_file() else None
            if current != edit.before:
                raise UsageError(f"{edit.path} is not as it was when the change was planned")
            if edit.after is None:
                target.unlink()
                continue
            mode = edit.mode
            if mode is None and edit.before is not None:
                mode = target.stat().st_mode & 0o7777
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.is_symlink():
                target.unlink(missing_ok=True)  # a read-only file is replaced, as commit does
            target.write_bytes(edit.after)
            if mode is not None:
                target.chmod(mode)

    def to_json(self) -> dict[str, Any]:
        """Return plain data that `from_json` takes."""
        return {
            "schema": 1,
            "edits": [
                {
                    "path": edit.path,
                    "before": _encode(edit.before),
                    "after": _encode(edit.after),
                    "mode": edit.mode,
                    "reason": edit.reason,
                }
                for edit in self.edits
            ],
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> ChangeSet:
        """Read what `to_json` gave.

        Raises:
            UsageError: it is not of this form.
        """
        try:
            return ChangeSet(
                tuple(
                    FileEdit(
                        path=entry["path"],
                        before=_decode(entry["before"]),
                        after=_decode(entry["after"]),
                        mode=entry["mode"],
                        reason=entry["reason"],
                    )
                    for entry in data["edits"]
                )
            )
        except (KeyError, TypeError, ValueError) as error:
            raise UsageError(f"not a change set: {error!r}") from error


def merged(changes: Iterable[ChangeSet]) -> ChangeSet:
    """Join changes that follow each other into one, a file edited twice having one edit.

    Raises:
        UsageError: a later change was not planned on what an earlier one leaves.
    """
    edits: dict[str, FileEdit] = {}
    for change in changes:
        for edit in change.edits:
            earlier = edits.get(edit.path)
            if earlier is None:
                edits[edit.path] = edit
                continue
            if earlier.after != edit.before:
                raise UsageError(f"{edit.path}: the second edit was not planned on the first")
            reasons = dict.fromkeys(reason for reason in (earlier.reason, edit.reason) if reason)
            mode = edit.mode if edit.mode is not None else earlier.mode
            edits[edit.path] = FileEdit(
                edit.path, earlier.before, edit.after, mode, "; ".join(reasons)
            )
    return ChangeSet(tuple(edits.values()))


def digest(content: bytes | None) -> str | None:
    """Return the SHA-256 of a file's bytes in hexadecimal; None for no file."""
    return None if content is None else hashlib.sha256(content).hexdigest()


def _text_lines(content: bytes | None) -> list[str] | None:
    """Split text into lines that keep their ends (LF only, as diff does); None if it is no text."""
    if not content:
        return []
    if b"\0" in content:
        return None
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    lines = [f"{line}\n" for line in text.split("\n")]
    last = lines.pop().removesuffix("\n")
    return [*lines, last] if last else lines


def _encode(content: bytes | None) -> dict[str, str] | None:
    """Write bytes as JSON: text where they are UTF-8, else base64."""
    if content is None:
        return None
    try:
        return {"text": content.decode("utf-8")}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(content).decode("ascii")}


def _decode(data: Mapping[str, str] | None) -> bytes | None:
    """Read what `_encode` wrote."""
    if data is None:
        return None
    if "text" in data:
        return data["text"].encode("utf-8")
    return base64.b64decode(data["base64"], validate=True)
