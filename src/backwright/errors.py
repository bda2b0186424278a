"""The one family of errors.

BackwrightError                something a person must know: message, place, remedy
├── UsageError           (2)   a wrong word, or input that cannot be read
├── QuestionError        (3)   a question must be answered first
├── VerificationError    (4)   the change was made in staging and did not verify
├── MissingError         (5)   an interpreter, a database, a port that is needed is not there
├── BrokenError          (70)  a fault of Backwright's own; the files are as before
└── InterruptedRunError  (130) the run was interrupted; the files are as before

The number is the exit code of the command line (contract: exit codes).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from backwright.values import Check, Place, Question


class BackwrightError(Exception):
    """Something went wrong that the user can understand and mend.

    Args:
        message: What is wrong, naming the word, file or program.
        place: Where, if it has a place.
        remedy: What to do about it.
    """

    exit_code: ClassVar[int] = 1
    run: str = ""  # the run of `do --model` that can go on

    def __init__(self, message: str, *, place: Place | None = None, remedy: str = "") -> None:
        """Keep the parts; `str(error)` is the message alone."""
        super().__init__(message)
        self.message = message
        self.place = place
        self.remedy = remedy


class UsageError(BackwrightError):
    """A wrong word, or input that cannot be read."""

    exit_code = 2


class QuestionError(BackwrightError):
    """The task cannot go on until the user has chosen."""

    exit_code = 3

    def __init__(self, question: Question) -> None:
        """Keep the question; the remedy is the flag that answers it."""
        super().__init__(
            question.text, remedy=f"--answer {question.key}={question.recommended}, or --yes"
        )
        self.question = question


class VerificationError(BackwrightError):
    """A change did not verify in staging; no file of the user's was touched."""

    exit_code = 4

    def __init__(
        self, message: str, checks: Sequence[Check], *, place: Place | None = None, remedy: str = ""
    ) -> None:
        """Keep every check that ran, so that the report can show what passed too."""
        super().__init__(message, place=place, remedy=remedy)
        self.checks = tuple(checks)


class MissingError(BackwrightError):
    """Something that the task needs is not on this machine."""

    exit_code = 5


class BrokenError(BackwrightError):
    """A fault of ours; 70 is EX_SOFTWARE of sysexits(3), told apart from "found problems"."""

    exit_code = 70


class InterruptedRunError(BackwrightError):
    """The user interrupted; whatever had begun was taken back."""

    exit_code = 130
