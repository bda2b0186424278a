"""The options that go with every command (contract: commands)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from backwright.errors import UsageError

ProjectOption = Annotated[
    Path, typer.Option("--project", help="The project's folder.", show_default="here")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
QuietOption = Annotated[bool, typer.Option("--quiet", help="No progress on stderr.")]
YesOption = Annotated[
    bool, typer.Option("--yes", help="Take the recommended answer to every question.")
]
AnswerOption = Annotated[
    list[str] | None,
    typer.Option("--answer", metavar="KEY=VALUE", help="Answer a question; may be repeated."),
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Show plan and diff, write nothing.")]


def read_answers(words: list[str] | None) -> Mapping[str, str]:
    """Return `KEY=VALUE` words as a mapping.

    Raises:
        UsageError: a word has no key or no value.
    """
    answers = {}
    for word in words or []:
        key, equals, value = word.partition("=")
        if not (key and equals and value):
            raise UsageError(f"{word!r} answers nothing", remedy="write --answer KEY=VALUE")
        answers[key] = value
    return answers


def existing_folder(path: Path) -> Path:
    """Return the folder, absolute.

    Raises:
        UsageError: there is no such folder.
    """
    if not path.is_dir():
        raise UsageError(f"{path} is no folder", remedy="name the project's folder with --project")
    return path.resolve()
