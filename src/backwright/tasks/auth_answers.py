"""What can be answered without looking at the project: names among known ones, rows, endpoints."""

from __future__ import annotations

import re
from collections.abc import Sequence

from backwright.errors import QuestionError, UsageError
from backwright.spec.fields import nearest
from backwright.tasks.questions import Answers
from backwright.transfer.guarding.host import ASSIGN
from backwright.transfer.guarding.leaving_out import OPTIONAL, RESETTING
from backwright.transfer.guarding.stored_passwords import Storing
from backwright.values import Choice, Question

NONE = "none"


def listed(answers: Answers, question: Question, known: Sequence[str]) -> list[str]:
    """Return the names of an answer, which may be other ones than the question proposes.

    Raises:
        QuestionError: it is not answered.
        UsageError: a name is unknown.
    """
    if question.key in answers.given:
        text = answers.given[question.key]
    elif answers.yes:
        text = question.recommended
    else:
        raise QuestionError(question)
    names = [] if text.strip() == NONE else [one.strip() for one in text.split(",")]
    for name in names:
        if name not in known:
            raise UsageError(
                f"{name!r} in --answer {question.key} is not known{nearest(name, known)}",
                remedy=f"known are: {', '.join(known) or 'none'}",
            )
    return names


def left_out(answers: Answers) -> frozenset[str]:
    """Return the endpoints of accounts that are not wanted.

    Raises:
        QuestionError: it is not said.
        UsageError: an answer names an unknown one.
    """
    value = ",".join(OPTIONAL)
    question = Question(
        key="endpoints",
        text="Which endpoints do accounts get besides register, login and me? "
        "(names, separated by commas, or none)",
        why="each of them can be left out; a lost password cannot be replaced without the last",
        choices=(
            Choice(value, "Whatever people with an account expect.", "Five endpoints more."),
            Choice(
                NONE, "Nothing but register, login and me.", "A token is good until it expires."
            ),
        ),
        recommended=value,
        free=True,
    )
    return frozenset(set(OPTIONAL) - set(listed(answers, question, list(OPTIONAL))))


def unique_columns(answers: Answers, columns: Sequence[str], rows: str) -> frozenset[str]:
    """Return the unique columns that are unique for each account from now on.

    Raises:
        QuestionError: it is not said.
        UsageError: an answer names another column.
    """
    if not columns and "unique" not in answers.given:
        return frozenset()
    value = ",".join(columns)
    for_each = Choice(value, "Each account may have each value once.",
                      "Taking the migration back fails while accounts share a value.")  # fmt: skip
    among_all = Choice(NONE, "No two rows of all accounts have the same value.",
                       "Who gives a value that another has is refused, and so learns of it.")  # fmt: skip
    question = Question(
        key="unique",
        text="Which columns that were unique are unique for each account from now on? "
        "(such as Tag.name, separated by commas, or none)",
        why=f"{value.replace(',', ', ')} may have each value once, and rows are now of accounts",
        choices=(for_each, among_all),
        # rows that everybody sees would be found beside the account's own of the same value
        recommended=NONE if rows == "shared" else value,
        free=True,
    )
    return frozenset(listed(answers, question, columns))


def old_passwords(answers: Answers, storing: Storing | None, fewer: frozenset[str]) -> None:
    """Ask what becomes of passwords that are stored in a way that cannot be verified.

    Args:
        answers: what was answered.
        storing: how the host stores them; None if it has none.
        fewer: the endpoints of accounts that are not wanted.

    Raises:
        QuestionError: it is not said.
        UsageError: nothing is to be changed then, or nobody could set a new password.
    """
    if storing is None or storing.way != "unknown":
        return
    can_reset = RESETTING not in fewer
    question = Question(
        key="passwords",
        text="Passwords that are there are stored in a way that cannot be verified. What now?",
        why=f"{storing.place.file}:{storing.place.line}: {storing.why}; what may be a hash is never "
        "compared with what is typed, since then who has read it could sign in",
        choices=(
            Choice("reset", "Who has such a password sets a new one by the endpoint of resets.",
                   "Until then nobody signs in to these accounts. No row is changed."),
            Choice("stop", "Leave the project as it is.", "Nothing is added."),
        ),
        recommended="reset" if can_reset else "stop",
    )  # fmt: skip
    if answers.to(question) == "stop":
        raise UsageError(
            f"passwords are stored in a way that cannot be verified: {storing.why}",
            place=storing.place,
            remedy="--answer passwords=reset lets their owners set new ones, with the endpoint "
            f"{RESETTING}; --answer accounts=separate leaves the table alone",
        )
    if not can_reset:
        raise UsageError(
            f"passwords=reset needs the endpoint {RESETTING}",
            remedy=f"name {RESETTING} in --answer endpoints",
        )


def rows_there(answers: Answers) -> str:
    """Return what becomes of the rows that are there, which nobody owns.

    Raises:
        QuestionError: it is not said.
        UsageError: the answer is none of the choices.
    """
    value = answers.given.get(ROWS.key)
    if value is None:
        return answers.to(ROWS)
    address = value.removeprefix(ASSIGN).strip()
    if value.startswith(ASSIGN) and re.fullmatch(r"[^@\s']+@[^@\s']+", address):
        return f"{ASSIGN}{address.lower()}"
    if value.startswith(ASSIGN):
        raise UsageError(
            f"{address!r} in --answer rows is no address",
            remedy=f"such as --answer rows={ASSIGN}somebody@example.com",
        )
    return answers.to(ROWS)


ROWS = Question(
    key="rows",
    text="What becomes of the rows that are there, which nobody made with an account?",
    why="their owner is not known, and nobody may see rows of somebody else",
    choices=(
        Choice(
            "hidden",
            "They are kept without an owner, and no account sees them.",
            "Nothing is lost and nothing leaks; an owner can be set in the database at any time.",
        ),
        Choice(
            "shared",
            "Every account may read them, and nobody may change them.",
            "What was public stays readable, but who may change it is nobody.",
        ),
        Choice(
            f"{ASSIGN}EMAIL",
            "They become rows of one account, by its address; the migration makes it if it is not "
            "there, without a password.",
            "All rows have an owner from then on; only that account sees what was everybody's.",
        ),
    ),
    recommended="hidden",
    free=True,
)
