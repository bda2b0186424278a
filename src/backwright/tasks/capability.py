"""What is common to the tasks that add one capability to a project."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from backwright.tasks.questions import Answers


@dataclass(frozen=True, slots=True)
class Order:
    """Where a capability is wanted, what was answered, and whether to stop before it is written."""

    root: Path
    answers: Answers = field(default_factory=Answers)
    dry_run: bool = False
