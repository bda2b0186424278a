"""The report of a change: plan, files, proofs, notes (contract: JSON, a change)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from backwright.report.jsonable import Json, jsonable
from backwright.values import Check, Note

Action = Literal["create", "edit", "delete"]


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One step of a plan and the files that it touches."""

    step: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file of a change, with the number of lines added and removed."""

    path: str
    action: Action
    added: int
    removed: int


@dataclass(frozen=True, slots=True)
class ChangeReport:
    """What a change did, or with `dry_run` would do.

    `undo` is the id that `backwright undo` takes, None where nothing was written; `diff` is the
    unified diff of a dry run, and `contents` what each of its files would hold (None: it would be
    gone), for who goes on from there; `next_steps` are commands for the user to type.
    """

    command: str
    plan: tuple[PlanStep, ...]
    files: tuple[FileChange, ...]
    verified: tuple[Check, ...] = ()
    notes: tuple[Note, ...] = ()
    undo: str | None = None
    dry_run: bool = False
    diff: str = ""
    next_steps: tuple[str, ...] = ()
    summary: str = ""
    contents: Mapping[str, bytes | None] = field(default_factory=dict, compare=False, repr=False)


def change_document(report: ChangeReport) -> dict[str, Json]:
    """Return the report as the contract's JSON document."""
    document: dict[str, Json] = {
        "schema": 1,
        "command": report.command,
        "summary": report.summary,
        "plan": jsonable(report.plan),
        "files": jsonable(report.files),
        "verified": jsonable(report.verified),
        "notes": jsonable(report.notes),
        "undo": report.undo,
        "dry_run": report.dry_run,
        "next_steps": jsonable(report.next_steps),
    }
    if report.dry_run:
        document["diff"] = report.diff
    return document
