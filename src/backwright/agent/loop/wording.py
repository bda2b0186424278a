"""What a model is told: how it works here, what was proved, what is still missing; and its questions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from backwright.agent.definition import Definition
from backwright.agent.loop.evidence import Evidence
from backwright.values import Check, Choice, Question

UNPROVED = "unproved"
_SHOWN = 1500
_HERE = """
## Here

- You have the tools {tools}, and no others. They work in a copy of the project, inside a boundary:
  there is loopback, a PostgreSQL ($DATABASE_URL, psql) and nothing else; packages cannot be installed.
- Read a file before you edit it. An edit is refused where the file was changed since, or where the old
  text does not stand there exactly once. The edits of one call are made all or none.
- {engine}
- After each change the copy is verified by others than you (import, migrations on rows, start, tests,
  the checklist, what is wired), and you are told what came of it. Only that counts. Tests that passed
  before must pass as they were written.
- If only the user can decide something, answer with nothing but these lines, and no tool:
  QUESTION: the question
  - first choice, the one you recommend: what it costs
  - second choice: what it costs
- When all is done and verified, answer without a tool: the report, in at most fifteen lines. Name no
  endpoint, file or number of tests that you have not seen.
"""
_ENGINE = "In Bash, `backwright` is the engine that your rules speak of; it works in the copy, too."
_QUESTION = re.compile(r"\A\s*QUESTION:\s*(?P<text>.+?)\s*(?P<choices>(?:\n\s*-\s+.+)*)\s*\Z", re.S)


def instructions(definition: Definition) -> str:
    """Return how the model is to work: the definition's body, and what holds here."""
    engine = (
        _ENGINE if definition.allows("Bash") else "There is no engine to call: Bash is not allowed."
    )
    return definition.body + _HERE.format(tools=", ".join(definition.tools), engine=engine)


def verification(evidence: Evidence) -> str:
    """Tell what was proved of the workspace as it is now."""
    if not evidence.failures:
        passed = ", ".join(one.check for one in evidence.checks if one.verdict == "pass")
        return (
            f"[verification] The copy as it is now holds: {passed}. {evidence.passed} tests passed."
        )
    return f"[verification] The copy as it is now does not hold yet:\n{shown(evidence.failures)}"


def not_done(checks: Sequence[Check]) -> str:
    """Tell why it is not done."""
    return f"[verification] It is not done:\n{shown(checks)}"


def shown(checks: Sequence[Check]) -> str:
    """Return checks with what they saw."""
    return "\n".join(f"- {one.check}: {one.detail[:_SHOWN]}" for one in checks)


def read_question(text: str, number: int) -> Question | None:
    """Return the question that an answer asks; None where it asks none."""
    found = _QUESTION.match(text)
    if found is None:
        return None
    lines = [line.strip(" -\t") for line in found["choices"].splitlines() if line.strip()]
    choices = []
    for line in lines:
        value, _, trade_off = line.partition(": ")
        choices.append(Choice(value.strip(), value.strip(), trade_off.strip()))
    recommended = choices[0].value if choices else ""
    why = "the model cannot decide it"
    return Question(f"model-{number}", found["text"], why, tuple(choices), recommended, free=True)


def overruling(check: Check) -> Question:
    """Ask whether something that a change takes away may go."""
    return Question(
        key=check.check,
        text=f"The change takes something away that was there. Is that wanted? {check.detail[:_SHOWN]}",
        why="nothing is taken away, and no test that passed is edited, without a yes",
        choices=(
            Choice("no", "It must stay.", "The model is told, and goes on."),
            Choice("yes", "It may go.", "Whoever relied on it must be told by you."),
        ),
        recommended="no",
    )


def unproved(checks: Sequence[Check]) -> Question:
    """Ask whether to move a change over of which not everything could be proved."""
    return Question(
        key=UNPROVED,
        text=f"This could not be proved: {', '.join(one.check for one in checks)}. "
        "Move the change over all the same?",
        why="; ".join(f"{one.check}: {one.detail[:_SHOWN]}" for one in checks),
        choices=(
            Choice("stop", "Leave the project as it is.", "Nothing is added."),
            Choice("proceed", "Write the change.", "What was not proved may not work."),
        ),
        recommended="stop",
    )
