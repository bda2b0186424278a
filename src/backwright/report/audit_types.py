"""What an audit has to say: findings, and a verdict for each item of the checklist (contract)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from backwright.report.change import FileChange
from backwright.values import Check, Note

Level = Literal["error", "warning", "note"]
ItemVerdict = Literal["pass", "fail", "unknown"]

LEVELS: tuple[Level, ...] = ("error", "warning", "note")
ITEMS: dict[int, str] = {
    1: "All functions have type hints",
    2: "All functions have docstrings",
    3: "Error handling is comprehensive",
    4: "Input validation uses Pydantic",
    5: "User data is properly isolated",
    6: "Passwords are never stored in plain text",
    7: "CORS is configured correctly",
    8: "All endpoints have been tested",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault, with its place and what to do about it.

    Attributes:
        rule: The rule that found it; `backwright audit --explain RULE` tells more.
        item: The item of the checklist that it is about; `None` for what lies beyond the list.
        level: How sure and how bad it is.
        file: The file, relative to the project's root.
        line: The line, from 1.
        message: What is wrong there.
        remedy: What to do about it.
        seen: By reading, or on a running server.
        fixable: Whether `--fix` mends it.
        cause: What findings have in common that one change mends.
        fix: What kind of repair there is; an unsafe one needs `--unsafe`, and a review.
    """

    rule: str
    item: int | None
    level: Level
    file: str
    line: int
    message: str
    remedy: str
    seen: Literal["static", "live"] = "static"
    fixable: bool = False
    cause: str = ""
    fix: Literal["safe", "unsafe", ""] = ""


@dataclass(frozen=True, slots=True)
class ChecklistEntry:
    """The verdict on one item, with its figures; `why` says what it was not told by.

    `counted` is how many places were looked at, `failing` and `unknown` how many of them fail
    or could not be decided.
    """

    item: int
    name: str
    verdict: ItemVerdict
    counted: int
    failing: int
    unknown: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True)
class Ignored:
    """A finding that a comment, the settings or the baseline keep quiet, and why."""

    rule: str
    file: str
    line: int
    why: str


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """A rule as the report names it: its summary, and its whole documentation."""

    name: str
    item: int | None
    level: Level
    summary: str
    text: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """A repair that was not made, and why."""

    finding: Finding
    why: str


@dataclass(frozen=True, slots=True)
class Mending:
    """What `--fix` did.

    Attributes:
        fixed: The findings that are mended, as they were found.
        dropped: Those whose repair did not hold.
        files: What became of the files.
        verified: The checks of the whole.
        undo: What takes it back; `None` where nothing was moved over.
        diff: The change, where it was only to be shown.
        notes: What could not be proved, and why.
    """

    fixed: tuple[Finding, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    files: tuple[FileChange, ...] = ()
    verified: tuple[Check, ...] = ()
    undo: str | None = None
    diff: str = ""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class AuditReport:
    """Everything an audit has to say, the gravest first; `rules` are those that were applied.

    With `--fix`, the findings are those that are left, and `mending` tells the rest.
    """

    project: str
    findings: tuple[Finding, ...]
    checklist: tuple[ChecklistEntry, ...]
    ignored: tuple[Ignored, ...] = ()
    notes: tuple[str, ...] = ()
    rules: tuple[RuleEntry, ...] = ()
    mending: Mending | None = None

    def reaches(self, level: Level) -> bool:
        """Tell whether a finding is of this level or graver."""
        return any(LEVELS.index(one.level) <= LEVELS.index(level) for one in self.findings)
