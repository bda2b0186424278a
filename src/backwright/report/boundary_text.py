"""What a trial of the boundary saw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from backwright.report.jsonable import Json

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True, slots=True)
class BoundaryReport:
    """The attempts to get out, none of which succeeded, and what works inside."""

    tried: tuple[str, ...]
    works: tuple[str, ...]
    seconds: float


def boundary_document(report: BoundaryReport) -> dict[str, Json]:
    """Return the JSON document of `agent boundary`."""
    return {
        "schema": 1,
        "command": "agent boundary",
        "held": True,
        "tried": list(report.tried),
        "works": list(report.works),
        "seconds": report.seconds,
    }


def print_boundary(console: Console, report: BoundaryReport) -> None:
    """Print what was tried, and what works."""
    for name in report.tried:
        console.print(f"  [green]✓[/] held     {name}", highlight=False)
    for name in report.works:
        console.print(f"  [green]✓[/] works    {name}", highlight=False)
    console.print(f"the boundary holds on this machine ({report.seconds:.1f} s)", highlight=False)
