"""The options that every command takes that changes a project, given to it as one argument."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from backwright.cli.options import (
    AnswerOption,
    DryRunOption,
    JsonOption,
    ProjectOption,
    QuietOption,
    YesOption,
    existing_folder,
    read_answers,
)
from backwright.cli.run import Face
from backwright.report.change import ChangeReport, change_document
from backwright.report.events import Listener
from backwright.report.terminal import print_change

if TYPE_CHECKING:
    from backwright.tasks.capability import Order
    from backwright.tasks.questions import Answers


@dataclass(frozen=True, slots=True)
class Given:
    """What the user said with the options of every change."""

    project: Path
    as_json: bool
    quiet: bool
    yes: bool
    answer: list[str] | None
    dry_run: bool

    @property
    def root(self) -> Path:
        """The project's folder; a UsageError if there is none."""
        return existing_folder(self.project)

    @property
    def answers(self) -> Answers:
        """What was answered; a UsageError if a word answers nothing."""
        from backwright.tasks.questions import Answers

        return Answers(read_answers(self.answer), self.yes)

    @property
    def order(self) -> Order:
        """Where a capability is wanted, and what was answered; errors as of both."""
        from backwright.tasks.capability import Order

        return Order(self.root, self.answers, self.dry_run)

    def face(self, command: str) -> Face:
        """Return how the command shows itself."""
        return Face(command, as_json=self.as_json, quiet=self.quiet)

    def change(self, command: str, work: Callable[[Listener], ChangeReport]) -> NoReturn:
        """Make a change, print what came of it, and exit."""
        self.face(command).run(work, document=change_document, text=print_change)


def _options(
    project: ProjectOption = Path(),
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    yes: YesOption = False,
    answer: AnswerOption = None,
    dry_run: DryRunOption = False,
) -> Given:
    return Given(project, as_json, quiet, yes, answer, dry_run)


def changes_project(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of every change; it gets what they say as its `given`.

    Typer makes options of the signature that it sees: the command's own, then those of every change.
    """
    own = inspect.signature(command, eval_str=True)
    shared = inspect.signature(_options, eval_str=True).parameters

    @functools.wraps(command)
    def with_options(**values: object) -> None:
        said = {name: values.pop(name) for name in shared}
        command(given=Given(**said), **values)  # type: ignore[arg-type]  # as Typer has read them

    kept = [one for name, one in own.parameters.items() if name != "given"]
    seen = own.replace(parameters=[*kept, *shared.values()])
    with_options.__signature__ = seen  # type: ignore[attr-defined]
    with_options.__annotations__ = {one.name: one.annotation for one in seen.parameters.values()}
    return with_options
