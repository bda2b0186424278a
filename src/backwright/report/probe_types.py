"""What a probe found, as the contract's JSON has it (contract: JSON, probe)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from backwright.values import Verdict

Area = Literal["endpoints", "auth", "isolation", "errors"]
Actor = Literal["owner", "other", "anonymous", "privileged"]
CellKind = Literal["isolated", "leak", "public", "shared", "not-proven"]

AREAS: tuple[Area, ...] = ("endpoints", "auth", "isolation", "errors")


@dataclass(frozen=True, slots=True)
class ProbeCheck:
    """One thing that was tried on one operation.

    Attributes:
        check: What was tried, such as `other-reads`.
        area: The part of the probe it belongs to.
        method: The operation's method.
        path: The operation's path, with its parameters in braces.
        verdict: `pass`, `fail`, or `skipped` where it could not be tried.
        why: What was seen; for `skipped` the reason.
        curl: A command that repeats the request; empty where none was sent.
        expected: What a correct answer had been.
        got: What came instead.
        file: Where the operation's handler stands; None where that is not known.
        line: The line of the handler.
        also: Other operations at which the same was seen, where it has one root.
    """

    check: str
    area: Area
    method: str
    path: str
    verdict: Verdict
    why: str
    curl: str = ""
    expected: str = ""
    got: str = ""
    file: str | None = None
    line: int | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProbeCell:
    """What one kind of caller could see or do at one operation with the objects of another."""

    method: str
    path: str
    actor: Actor
    cell: CellKind
    why: str


@dataclass(frozen=True, slots=True)
class ProbePhase:
    """A part of a probe, how long it took, and how many requests it sent."""

    name: str
    seconds: float
    requests: int


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """Everything a probe has to say.

    Attributes:
        target: What was probed: a project's name or a URL.
        endpoints: How many operations the API has.
        requests: How many requests were sent.
        seconds: How long the probe took, without starting the application.
        checks: What was tried, in order.
        matrix: Operations by callers.
        notes: What a reader must know: what was given up and why, what the oracle was.
        script: The requests as a shell script that can be run in order.
        phases: Where the time went.
        tests: The proved refusals as a pytest file; empty where none was asked for.
        aids: Those of the notes that say what was done past the API, so that it could be used.
    """

    target: str
    endpoints: int
    requests: int
    seconds: float
    checks: tuple[ProbeCheck, ...]
    matrix: tuple[ProbeCell, ...]
    notes: tuple[str, ...] = ()
    script: str = ""
    phases: tuple[ProbePhase, ...] = ()
    tests: str = ""
    aids: tuple[str, ...] = ()

    @property
    def failures(self) -> tuple[ProbeCheck, ...]:
        """Return the checks that failed."""
        return tuple(check for check in self.checks if check.verdict == "fail")
