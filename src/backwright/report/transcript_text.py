"""A model's run for people and programs: a line for each thing that happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backwright.report.jsonable import Json, jsonable

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    """One thing that happened: its number, its time in UTC, what kind of thing, in a few words."""

    n: int
    time: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class TranscriptReport:
    """A transcript whose chain is whole.

    Attributes:
        file: Where it is.
        lines: What happened.
        hash: What the chain ends in.
        undo: The change that came of it, None without one.
        attested: Whether the project's history knows a hash of this chain.
    """

    file: str
    lines: tuple[TranscriptLine, ...]
    hash: str
    undo: str | None
    attested: bool


def transcript_document(report: TranscriptReport) -> Mapping[str, Json]:
    """Return it as a JSON document."""
    return {
        "schema": 1,
        "command": "agent transcript",
        "file": report.file,
        "lines": jsonable(report.lines),
        "hash": report.hash,
        "undo": report.undo,
        "attested": report.attested,
    }


def print_transcript(console: Console, report: TranscriptReport) -> None:
    """Print a line for each thing that happened, and how far it can be trusted."""
    for line in report.lines:
        console.print(
            f"{line.time[11:19]} {line.kind:9} {line.text}", highlight=False, markup=False
        )
    console.print(f"\n{report.file}", highlight=False, markup=False)
    console.print(f"The chain of {len(report.lines)} lines is whole, and ends in {report.hash}")
    if report.attested:
        console.print("The project's history knows it.")
    elif report.undo:
        console.print("The project's history does not know it any more.")
    else:
        console.print("Nothing of it was moved over, so that no other place knows how it ended.")
