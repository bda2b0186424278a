"""Closing what an exemplar leaves open: each new endpoint looks whose the row is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from backwright.errors import UsageError, VerificationError
from backwright.project import read_project
from backwright.project.types import Project
from backwright.tasks.drafted import put
from backwright.transfer.draft import Draft
from backwright.transfer.example.transfer import new_endpoints
from backwright.transfer.guarding.completing import Completion, complete, reaches_all


@dataclass(frozen=True, slots=True)
class Closed:
    """The files that were changed, and what is open all the same; None where nothing is."""

    files: tuple[str, ...] = ()
    problem: str | None = None


def close_holes(folder: Path, before: Project, installed: Mapping[str, str]) -> Closed:
    """Let the new endpoints of a copy of a project reach the caller's own rows alone.

    Args:
        folder: the copy, into which the new resource is written.
        before: the project without it.
        installed: the versions of what is installed.
    """
    project = read_project(folder)
    missing = _open_ones(before, project)
    if not missing:
        return Closed()
    draft = Draft(folder)
    try:
        complete(draft, project, Completion(unscoped=missing), installed)
    except (UsageError, VerificationError) as error:
        return Closed(problem=error.message)
    files = tuple(put(folder, draft))
    left = _open_ones(before, read_project(folder))
    said = ", ".join(f"{method} {path}" for method, path in left)
    return Closed(files, f"{said} would not look whose the row is" if left else None)


def _open_ones(before: Project, after: Project) -> tuple[tuple[str, str], ...]:
    """Return the new endpoints that reach rows of others."""
    fresh = set(new_endpoints(before, after))
    found = ((e.method, e.path) for e in after.endpoints if reaches_all(after, e))
    return tuple(key for key in dict.fromkeys(found) if key in fresh)
