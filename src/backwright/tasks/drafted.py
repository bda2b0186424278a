"""A draft put into a copy of the project, and what differs from the project then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from backwright.errors import VerificationError
from backwright.project.types import Project
from backwright.source.older_python import GENERICS, for_python_38
from backwright.tasks.habits import Habits, Written
from backwright.tasks.tidy import tidy
from backwright.transfer.draft import Draft
from backwright.workshop import ChangeSet, FileEdit


def for_python(draft: Draft, python: tuple[int, ...]) -> None:
    """Put what a draft changes into words of an older Python, where the project runs on one.

    Args:
        draft: the change.
        python: the oldest version that the project runs on; nothing where it is not known.
    """
    if not python or python >= GENERICS:
        return
    for path, (before, _) in draft.changes().items():
        old = (before or b"").decode("utf-8", "replace")
        if path.endswith(".py") and for_python_38(old) == old:  # else it has such words, and why
            draft.write(path, for_python_38(draft.text(path)))


def put(folder: Path, draft: Draft, python: tuple[int, ...] = ()) -> list[str]:
    """Write what a draft changes into its folder; return the files, relative to it.

    What was edited keeps the habits of its file; what is new is formatted.

    Args:
        folder: the copy of the project.
        draft: the change.
        python: `for_python`.
    """
    for_python(draft, python)
    changed = draft.changes()
    edited, fresh = [], []
    for path, (before, after) in changed.items():
        assert after is not None  # noqa: S101 - adding deletes nothing
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(after)
        if before is not None:
            edited.append(Written(path, before, is_new=False))
        else:
            fresh.append(path)
    tidy(folder, fresh)
    new = [Written(path, (folder / path).read_bytes(), is_new=True) for path in fresh]
    Habits(folder).keep([*edited, *new])
    return list(changed)


def changes_between(
    root: Path, folder: Path, paths: Iterable[str], reasons: Mapping[str, str] | None = None
) -> ChangeSet:
    """Return the change that makes files of a project as they are in a copy of it."""
    return changes_to(root, {path: _bytes(folder / path) for path in paths}, reasons)


def changes_to(
    root: Path, contents: Mapping[str, bytes | None], reasons: Mapping[str, str] | None = None
) -> ChangeSet:
    """Return the change that gives files of a project new contents; None removes one."""
    told = reasons or {}
    return ChangeSet(
        tuple(
            FileEdit(path, _bytes(root / path), after, reason=told.get(path, ""))
            for path, after in contents.items()
        )
    )


def lose_nothing(before: Project, after: Project) -> None:
    """Refuse a change by which an endpoint or a table is not there any more.

    Raises:
        VerificationError: one is lost.
    """
    kept = {(e.method, e.path) for e in after.endpoints}
    lost = [f"{e.method} {e.path}" for e in before.endpoints if (e.method, e.path) not in kept]
    lost += sorted({m.table for m in before.models} - {m.table for m in after.models})
    if lost:
        raise VerificationError(f"the change would lose {', '.join(lost)}", [])


def _bytes(file: Path) -> bytes | None:
    return file.read_bytes() if file.is_file() else None
