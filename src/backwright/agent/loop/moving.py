"""Moving what was proved over to the user's files, through the same journal as every change."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from backwright.agent.loop.snapshots import Tree, changed_paths
from backwright.values import Check
from backwright.workshop import ChangeSet, commit, history, recover

# What runs by itself some day, or decides over the next run: nobody asked a model for it.
_KEPT_OUT = frozenset(
    {".git", ".hg", ".svn", ".jj", ".husky", ".githooks", ".hooks", ".agents", ".backwright"}
)
_SECONDS = 30.0


def unfit(before: Tree, after: Tree) -> Check:
    """Tell whether what was changed is files that may be moved over."""
    wrong = []
    for path in changed_paths(before, after):
        new = after.get(path)
        if set(PurePosixPath(path).parts) & _KEPT_OUT:
            wrong.append(f"{path} runs by itself or decides over other runs")
        elif path == ".venv" or path.startswith(".venv/"):
            wrong.append(f"{path} is the environment")
        elif (new is not None and new.is_link) or (path in before and before[path].is_link):
            wrong.append(f"{path} is a link, or was one")
        elif path in before and new is not None and before[path].content == new.content:
            wrong.append(f"{path}: only its permissions were changed, which is not moved over")
    if wrong:
        return Check("files", "fail", 0.0, f"this cannot be moved over: {'; '.join(wrong)}")
    return Check("files", "pass", 0.0, f"{len(changed_paths(before, after))} files")


def wanted(root: Path, changes: ChangeSet) -> tuple[ChangeSet, tuple[str, ...]]:
    """Leave out what running left behind: new files that are no text, or that git ignores.

    Returns:
        The change, and what was left out.
    """
    new = [edit.path for edit in changes.edits if edit.before is None]
    ignored = _ignored(root, new)
    out = {
        edit.path
        for edit in changes.edits
        if edit.before is None and (edit.path in ignored or not _is_text(edit.after))
    }
    kept = tuple(edit for edit in changes.edits if edit.path not in out)
    return ChangeSet(kept), tuple(sorted(out))


def move(root: Path, run: str, changes: ChangeSet, command: str) -> str:
    """Move a change over, once: a run that was killed meanwhile finds it done.

    Raises:
        UsageError: a file was changed since the run began.
        MissingError: a file cannot be written, or another run is at work.
    """
    recover(root)
    marked = f"{command} (run {run}"
    for known in history(root):
        if f"(run {run}" in known.command and known.undone_by is None:
            return known.id
    return commit(root, changes, command=f"{marked})")


def _ignored(root: Path, paths: Sequence[str]) -> frozenset[str]:
    """Return those of some new files that the project's git would ignore; none without git."""
    if not paths or shutil.which("git") is None:
        return frozenset()
    done = subprocess.run(
        ["git", "-C", str(root), "check-ignore", "--no-index", "--stdin", "-z"],
        input="\0".join(paths).encode(), capture_output=True, check=False, timeout=_SECONDS,
    )  # fmt: skip
    return frozenset(one for one in done.stdout.decode().split("\0") if one)


def _is_text(data: bytes | None) -> bool:
    if data is None or b"\0" in data:
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
