"""What is said of rows that are there already, when a field or a relation is new to them."""

from __future__ import annotations

import pytest

from backwright.agent.planner.existing import rows_placed

PLACED = {
    "Call the field due, just a date, and old tasks simply don't have one.": (
        "Call the field due, just a date, optional."
    ),
    "Add due (date) to Task. Existing tasks simply have no due date.": (
        "Add due (date, optional) to Task."
    ),
    "Add rank (int, default 3) and due (date) to Task. Tasks that exist already stay without.": (
        "Add rank (int, default 3) and due (date, optional) to Task."
    ),
    "- due: date (old tasks don't have one)\n- points: int": "- due: date, optional\n- points: int",
}
TOLD = {
    "Add due (date, optional because old tasks have none) to Task": (
        "Add due (date, optional) to Task"
    ),
    "Add a one-to-many relation from Project to Task. Tasks that exist already simply have no project.": (
        "Add a one-to-many relation from Project to Task."
    ),
    "Relate projects and tasks, one-to-many. A task doesn't have to be in a project.": (
        "Relate projects and tasks, one-to-many."
    ),
    "Add rank (int, default 3) to Task. Existing rows should get the default.": (
        "Add rank (int, default 3) to Task."
    ),
}
LEFT = (
    "Old tasks have no estimate, so add estimate (int, optional) to Task",
    "Add rank (int) to Task. Existing tasks get 3.",
    "Users have none of these fields. Add due (date) to Task.",
    "Add done (bool) to Task. Existing rows must survive the migration.",
)


@pytest.mark.parametrize("text", PLACED)
def test_a_field_that_old_rows_lack_may_be_missing(text: str) -> None:
    assert rows_placed(text) == (PLACED[text], ())


@pytest.mark.parametrize("text", TOLD)
def test_what_is_said_already_is_only_told(text: str) -> None:
    left, aside = rows_placed(text)
    assert left == TOLD[text]
    assert len(aside) == 1
    assert aside[0] in text


@pytest.mark.parametrize("text", LEFT)
def test_what_says_something_else_is_left(text: str) -> None:
    assert rows_placed(text) == (text, ())
