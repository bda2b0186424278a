"""`history` and `undo`: what was changed, and taking it back byte for byte."""

from __future__ import annotations

from pathlib import Path

from backwright.report.change import ChangeReport, PlanStep
from backwright.tasks.change import Outcome, change_report
from backwright.workshop import Change, ChangeSet, change_set, history, recover, undo


def read_history(root: Path) -> tuple[Change, ...]:
    """Return what was changed in a project, the newest first."""
    recover(root)
    return tuple(reversed(history(root)))


def take_back(root: Path, change: str) -> ChangeReport:
    """Take a change back, and report what that did.

    Raises:
        UsageError: there is no such change, or a file was edited since.
        MissingError: the tree cannot be written, or another run is at work.
    """
    undoing = undo(root, change, command=f"undo {change}")
    changes = change_set(root, undoing)
    undone = next(c for c in history(root) if c.undone_by == undoing)
    outcome = Outcome(
        command="undo",
        summary=f"taken back: {undone.command}",
        plan=(PlanStep("undo", changes.paths),),
        next_steps=_next_steps(changes),
    )
    return change_report(outcome, changes)


def _next_steps(changes: ChangeSet) -> tuple[str, ...]:
    """A database that was migrated meanwhile has to be taken back by its owner."""
    migrations = [e for e in changes.edits if "/versions/" in e.path and e.after is None]
    if not migrations:
        return ()
    return (
        f"a database that was migrated to {migrations[0].path} meanwhile keeps its tables: "
        "drop them by hand, or stamp it with the revision before",
    )
