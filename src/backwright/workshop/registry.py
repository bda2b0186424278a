"""The checks there are. A check is one file in `checks/` with a function under `@check`."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

from backwright.values import Verdict
from backwright.workshop.bench import Run


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check found; the detail is for people, and says why wherever it is no pass."""

    verdict: Verdict
    detail: str


@dataclass(frozen=True, slots=True)
class Checker:
    """A check: its place in the order, and those that must have passed before it."""

    name: str
    order: int
    after: tuple[str, ...]
    function: Callable[[Run], Outcome]


_checkers: dict[str, Checker] = {}


def check(
    name: str, *, order: int, after: tuple[str, ...] = ()
) -> Callable[[Callable[[Run], Outcome]], Callable[[Run], Outcome]]:
    """Register a check.

    Args:
        name: What the report calls it.
        order: Its place; of two failures the one with the lower place is reported.
        after: Checks that must not have failed before it starts.
    """

    def register(function: Callable[[Run], Outcome]) -> Callable[[Run], Outcome]:
        _checkers[name] = Checker(name, order, after, function)
        return function

    return register


@functools.cache
def checkers() -> tuple[Checker, ...]:
    """Return every check there is a file for, in order."""
    package = importlib.import_module("backwright.workshop.checks")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    return tuple(sorted(_checkers.values(), key=lambda checker: checker.order))


def passed(detail: str = "") -> Outcome:
    """Return a pass."""
    return Outcome("pass", detail)


def failed(detail: str) -> Outcome:
    """Return a failure, with its reason."""
    return Outcome("fail", detail)


def skipped(reason: str) -> Outcome:
    """Return that a check could not be made, with the reason."""
    return Outcome("skipped", reason)
