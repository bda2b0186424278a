"""`backwright do "TASK"`: a delegation task in plain words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

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
from backwright.report.events import Listener

if TYPE_CHECKING:
    from rich.console import Console

    from backwright.agent.delegate import Delegated
    from backwright.report.jsonable import Json


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("do")(do)


def do(
    task: Annotated[
        str, typer.Argument(metavar="TASK", help='In plain words: "add a due date to tasks".')
    ],
    project: ProjectOption = Path(),
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    yes: YesOption = False,
    answer: AnswerOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Do a task in plain English: understand it, plan, change, prove; ask where it has gaps.

    Shows what it understood and where each part came from, and the commands that do the same.
    Several changes are made as one. No language model is used.
    """

    def work(listener: Listener) -> Delegated:
        from backwright.agent.delegate import Delegation, delegate
        from backwright.tasks.questions import Answers

        answers = Answers(read_answers(answer), yes)
        return delegate(Delegation(existing_folder(project), task, answers, dry_run), listener)

    face = Face("do", as_json=as_json, quiet=quiet)
    face.run(
        work,
        document=_document,
        text=_text,
        found_problems=lambda result: result.found_problems,
    )


def _document(result: Delegated) -> dict[str, Json]:
    from backwright.agent.telling import delegated_document

    return dict(delegated_document(result))


def _text(console: Console, result: Delegated) -> None:
    from backwright.agent.telling import print_delegated

    print_delegated(console, result)
