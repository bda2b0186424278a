"""What happens while a task runs. The engine emits events; terminal, JSON and MCP only listen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from backwright.values import Check


@dataclass(frozen=True, slots=True)
class StepStarted:
    """A step of the plan began."""

    step: str


@dataclass(frozen=True, slots=True)
class CheckStarted:
    """A check of the verification began."""

    check: str


@dataclass(frozen=True, slots=True)
class CheckEnded:
    """A check of the verification ended."""

    result: Check


Event = StepStarted | CheckStarted | CheckEnded
Listener = Callable[[Event], None]


def silence(_: Event) -> None:
    """Listen to nothing."""
