"""What was executed to prove a change, and what came of it: the only thing that makes it done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backwright.values import Check, Note

NEEDED = ("imports", "migrations", "starts", "tests")


@dataclass(frozen=True, slots=True)
class Baseline:
    """What held of the project before the change; what was not looked at yet is None.

    Attributes:
        tests: The tests that passed.
        probe: What the probe found wrong, as `check method path`.
    """

    tests: tuple[str, ...] | None = None
    probe: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """The proofs of one state of the workspace.

    Attributes:
        checks: What was tried, in order.
        endpoints: Method and path of every endpoint there is now, or was before.
        files: Files that are there now, or were before.
        passed: How many tests passed.
        added: How many of them are new.
        notes: What a reviewer should look at, with its place.
        baseline: What held before.
        may_be_overruled: Failed checks that are the user's to overrule: what was there is gone or edited.
        whole: Whether everything was looked at, the probe too.
    """

    checks: tuple[Check, ...] = ()
    endpoints: tuple[tuple[str, str], ...] = ()
    files: tuple[str, ...] = ()
    passed: int = 0
    added: int = 0
    notes: tuple[Note, ...] = ()
    baseline: Baseline = field(default_factory=Baseline)
    may_be_overruled: tuple[str, ...] = ()
    whole: bool = False

    @property
    def failures(self) -> tuple[Check, ...]:
        """What failed."""
        return tuple(check for check in self.checks if check.verdict == "fail")

    @property
    def refuted(self) -> bool:
        """Whether something failed that nobody can overrule."""
        return any(check.check not in self.may_be_overruled for check in self.failures)

    @property
    def unproved(self) -> tuple[Check, ...]:
        """What is needed, and could not be tried."""
        return tuple(c for c in self.checks if c.verdict == "skipped" and c.check in NEEDED)


def read_evidence(held: Mapping[str, Any]) -> Evidence:
    """Read what `jsonable` made of it.

    Raises:
        KeyError: it is not whole.
    """
    baseline = held["baseline"]
    return Evidence(
        checks=tuple(Check(**one) for one in held["checks"]),
        endpoints=tuple((method, path) for method, path in held["endpoints"]),
        files=tuple(held["files"]),
        passed=held["passed"],
        added=held["added"],
        notes=tuple(Note(**one) for one in held["notes"]),
        baseline=Baseline(_texts(baseline["tests"]), _texts(baseline["probe"])),
        may_be_overruled=tuple(held["may_be_overruled"]),
        whole=held["whole"],
    )


def _texts(held: list[str] | None) -> tuple[str, ...] | None:
    return None if held is None else tuple(held)
