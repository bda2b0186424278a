"""Running one command: progress to stderr, the result to stdout, the exit code of the contract."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

import typer

from backwright.errors import BackwrightError, BrokenError, QuestionError, VerificationError
from backwright.report.events import Listener, silence
from backwright.report.jsonable import Json, jsonable

if TYPE_CHECKING:
    from rich.console import Console

Result = TypeVar("Result")
_SURROGATE = re.compile("[\ud800-\udfff]")  # no bytes stand for one: file names that are no UTF-8


@dataclass(frozen=True, slots=True)
class Face:
    """How a command shows itself: as text or JSON, with or without progress."""

    command: str
    as_json: bool
    quiet: bool

    def run(
        self,
        work: Callable[[Listener], Result],
        *,
        document: Callable[[Result], Mapping[str, Json]],
        text: Callable[[Console, Result], None],
        found_problems: Callable[[Result], bool] = lambda _: False,
    ) -> NoReturn:
        """Do the work, print what came of it, and exit."""
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        _show_whatever_is_named()
        try:
            result = work(silence if self.quiet else _progress())
        except BackwrightError as error:
            self._fail(error)
        except KeyboardInterrupt:
            self._interrupted()
        except Exception as error:
            self._fail(_broken(error))
        if self.as_json:
            _print_json(document(result))
        else:
            text(_stdout(), result)
        raise typer.Exit(1 if found_problems(result) else 0)

    def _fail(self, error: BackwrightError) -> NoReturn:
        if self.as_json:
            _print_json(error_document(self.command, error))
        else:
            from backwright.report.terminal import print_error

            print_error(_stdout() if isinstance(error, QuestionError) else _stderr(), error)
        raise typer.Exit(error.exit_code)

    def _interrupted(self) -> NoReturn:
        if self.as_json:
            _print_json({"schema": 1, "command": self.command, "error": {"message": "interrupted"}})
        else:
            _stderr().print("interrupted; your files are as before")
        raise typer.Exit(130)


def _broken(error: Exception) -> BrokenError:
    """Say where Backwright itself broke; with BACKWRIGHT_DEBUG set, show the whole traceback."""
    if os.environ.get("BACKWRIGHT_DEBUG"):
        raise error
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return BrokenError(
        f"Backwright itself broke: {type(error).__name__}: {error} "
        f"({Path(frame.filename).name}:{frame.lineno}); your files are as before",
        remedy="set BACKWRIGHT_DEBUG=1 for the whole traceback, and report it",
    )


def error_document(command: str, error: BackwrightError) -> dict[str, Json]:
    """Return an error as a JSON document: a question, or message, place and remedy."""
    document: dict[str, Json] = {"schema": 1, "command": command}
    if error.run:
        document["run"] = error.run
    if isinstance(error, QuestionError):
        return {**document, "question": jsonable(error.question)}
    document["error"] = {
        "message": error.message,
        "file": error.place.file if error.place else None,
        "line": error.place.line if error.place else None,
        "remedy": error.remedy,
    }
    if isinstance(error, VerificationError):
        document["verified"] = jsonable(error.checks)
    return document


def _show_whatever_is_named() -> None:
    """Let names of files be printed that are no text in the terminal's encoding."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _progress() -> Listener:
    if os.environ.get("BACKWRIGHT_PROGRESS") == "json":
        from backwright.report.event_lines import event_lines

        return event_lines(sys.stderr.write)
    from backwright.report.terminal import progress

    return progress(_stderr())


def _stderr() -> Console:
    from rich.console import Console

    # `opened_on:date:optional` is a field word, and no calendar.
    return Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)


def _stdout() -> Console:
    from rich.console import Console

    return Console(highlight=False, soft_wrap=not sys.stdout.isatty(), emoji=False)


def _print_json(document: Mapping[str, Json]) -> None:
    text = json.dumps(document, indent=2, ensure_ascii=False)
    sys.stdout.write(_SURROGATE.sub(lambda one: f"\\u{ord(one[0]):04x}", text) + os.linesep)
