"""`backwright add …` of single capabilities: each command calls one task."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from backwright.cli.options import existing_folder, read_answers
from backwright.cli.run import Face
from backwright.report.change import ChangeReport, change_document
from backwright.report.events import Listener
from backwright.report.terminal import print_change

if TYPE_CHECKING:
    from backwright.tasks.capability import Order


@dataclass(frozen=True, slots=True)
class Given:
    """The options that every capability has."""

    project: Path
    as_json: bool
    quiet: bool
    yes: bool
    answer: list[str] | None
    dry_run: bool

    def run(self, command: str, work: Callable[[Order, Listener], ChangeReport]) -> NoReturn:
        """Do the work of a capability, print what came of it, and exit."""

        def ordered(listener: Listener) -> ChangeReport:
            from backwright.tasks.capability import Order
            from backwright.tasks.questions import Answers

            answers = Answers(read_answers(self.answer), self.yes)
            return work(Order(existing_folder(self.project), answers, self.dry_run), listener)

        face = Face(command, as_json=self.as_json, quiet=self.quiet)
        face.run(ordered, document=change_document, text=print_change)


def register(add: typer.Typer) -> None:
    """Add the commands to those of `add`."""
