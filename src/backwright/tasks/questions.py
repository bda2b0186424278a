"""Answers to questions: given by flag, taken as recommended, or asked for (exit 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from backwright.errors import QuestionError, UsageError
from backwright.values import Question


@dataclass(frozen=True, slots=True)
class Answers:
    """What the user answered beforehand; `yes` takes the recommended answer to the rest."""

    given: Mapping[str, str] = field(default_factory=dict)
    yes: bool = False

    def to(self, question: Question) -> str:
        """Return the answer to a question.

        Raises:
            QuestionError: it is not answered.
            UsageError: the answer is none of its choices.
        """
        if question.key in self.given:
            return _checked(question, self.given[question.key])
        if self.yes:
            return question.recommended
        raise QuestionError(question)


def _checked(question: Question, value: str) -> str:
    values = [choice.value for choice in question.choices]
    if value not in values:
        raise UsageError(
            f"{value!r} is no answer to {question.key!r}", remedy=f"one of: {', '.join(values)}"
        )
    return value
