"""`backwright history` and `backwright undo`: what was changed, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from backwright.cli.options import (
    JsonOption,
    ProjectOption,
    QuietOption,
    existing_folder,
)
from backwright.cli.run import Face
from backwright.report.change import ChangeReport, change_document
from backwright.report.jsonable import Json, jsonable
from backwright.report.terminal import print_change
from backwright.workshop import Change


def history(
    project: ProjectOption = Path(), as_json: JsonOption = False, quiet: QuietOption = False
) -> None:
    """List what Backwright changed in a project, the newest first."""

    def work(_: object) -> Sequence[Change]:
        from backwright.tasks.undo import read_history

        return read_history(existing_folder(project))

    def document(changes: Sequence[Change]) -> dict[str, Json]:
        return {"schema": 1, "command": "history", "changes": jsonable(tuple(changes))}

    def text(console: Console, changes: Sequence[Change]) -> None:
        for change in changes:
            console.print(f"{change.id}  {change.command}", highlight=False)
        if not changes:
            console.print("nothing was changed here yet")

    Face("history", as_json=as_json, quiet=quiet).run(work, document=document, text=text)


def undo(
    change: Annotated[str, typer.Argument(help="The change's id, or last.")] = "last",
    project: ProjectOption = Path(),
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Take a change back, byte for byte."""

    def work(_: object) -> ChangeReport:
        from backwright.tasks.undo import take_back

        return take_back(existing_folder(project), change)

    face = Face("undo", as_json=as_json, quiet=quiet)
    face.run(work, document=change_document, text=print_change)


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(history)
    app.command()(undo)
