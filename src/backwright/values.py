"""The small values that every floor speaks of: a place, a question, the result of a check.

They are frozen, hold only plain data, and go to JSON with `backwright.report.jsonable`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["pass", "fail", "skipped"]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands: a path relative to the project's root, and a line from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        """Return `file:line`, which editors and terminals turn into a link."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a question, and what it costs."""

    value: str
    text: str
    trade_off: str


@dataclass(frozen=True, slots=True)
class Question:
    """Something that only the user can decide; `--answer KEY=VALUE` answers it.

    With `free` the choices are examples: an answer in the user's own words is taken, too.
    """

    key: str
    text: str
    why: str
    choices: tuple[Choice, ...]
    recommended: str
    free: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """One proof of a change: what was tried, what came of it, how long it took (seconds)."""

    check: str
    verdict: Verdict
    seconds: float
    detail: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something a reviewer should look at, with its place."""

    file: str
    line: int
    text: str
