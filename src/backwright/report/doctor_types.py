"""What a doctor found: the cause, its evidence, and what mends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from backwright.values import Place, Verdict

CheckName = Literal["logs", "database", "endpoints", "validation", "tokens", "cors", "environment"]
# How a cause is known: it stands in what the user gave, it happened, or the source says it will.
Seen = Literal["given", "happened", "source"]

CHECKS: tuple[CheckName, ...] = (
    "logs", "database", "endpoints", "validation", "tokens", "cors", "environment"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Repair:
    """A file of the project before and after it is mended; a new one is empty before, one that goes after."""

    file: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something fails.

    Attributes:
        check: The check that found it.
        name: The kind of cause, such as `token-expired`.
        text: The cause in a sentence.
        evidence: What shows it, word by word.
        place: Where in the project; None where it is not in the project's files.
        remedy: What to do, with the code or command.
        proof: How to see that it worked.
        seen: How it is known.
        repairs: What mends it, where that can be done by editing.
        failure: The group of errors in the log that it explains; None for none of them.
        count: How often it was seen.
        harmless: Whether nothing fails for it: a note, and no cause.
    """

    check: CheckName
    name: str
    text: str
    evidence: tuple[str, ...] = ()
    place: Place | None = None
    remedy: str = ""
    proof: str = ""
    seen: Seen = "happened"
    repairs: tuple[Repair, ...] = ()
    failure: int | None = None
    count: int = 1
    harmless: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Errors of a log that are one: how often, and when first and last (as the log writes it)."""

    text: str
    count: int
    place: Place | None = None
    request: str | None = None
    first: str | None = None
    last: str | None = None


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one of the checks came to."""

    check: CheckName
    verdict: Verdict
    why: str


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """Everything a doctor has to say: the causes, likeliest first.

    `diff` is the repair of the first cause; `undo` its id once it was made.
    """

    checks: tuple[CheckResult, ...]
    causes: tuple[Cause, ...]
    groups: tuple[Group, ...] = ()
    notes: tuple[str, ...] = ()
    diff: str = ""
    undo: str | None = None
