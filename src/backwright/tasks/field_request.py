"""The request for new fields: `add field`, and `add relation`, which is a field and its endpoints."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from backwright.spec.types import FieldSpec
from backwright.tasks.questions import Answers

COMMAND = "add field"


@dataclass(frozen=True, slots=True)
class AddField:
    """The request: where, of which resource, which fields.

    `command` is what the report and the history call it: `add relation` is the same work, and
    `related` then asks for the endpoints of both sides.
    """

    root: Path
    resource: str
    fields: tuple[FieldSpec, ...]
    answers: Answers = field(default_factory=Answers)
    dry_run: bool = False
    command: str = COMMAND
    related: bool = False
