"""What is only said beside a task is left aside, and shown; what the task needs never is."""

from __future__ import annotations

import math
import runpy
from pathlib import Path

import pytest
from tests.agent.scoring import world

from backwright.agent.planner import plan_task
from backwright.agent.planner.leaning import FOREIGN, PRIVATE, REMARK, SHARED, leaning, weights
from backwright.agent.planner.remarks import BARS, cleared, is_remark
from backwright.errors import QuestionError, UsageError
from backwright.tasks.questions import Answers

_, LIKELY, NOTHING = BARS
TRAINING = Path(__file__).parents[2] / "training" / "learn.py"


@pytest.mark.parametrize(
    "text",
    [
        "Run the tests and tell me what you changed.",
        "The payment team asked for this before the summer.",
        "I am building the mobile client in another repository.",
        "Follow the conventions that are there.",
        "EXPLAIN shows a sequential scan over four million rows.",
    ],
)
def test_what_changes_nothing_is_a_remark(text: str) -> None:
    assert is_remark(text, LIKELY)


@pytest.mark.parametrize(
    "text",
    [
        "Each member sees only their own bookings.",
        "Nobody owns them.",
        "Deploy it to the cluster.",
        "Login answers with a 500 since this morning.",
        "Put the lists in pages.",
        "name: string, 1 to 60 characters",
        "Call it `due_on`.",
        "Or maybe a date, not sure yet.",
        "Delete all users of the database.",
    ],
)
def test_what_the_task_needs_is_none(text: str) -> None:
    assert not is_remark(text, LIKELY)


def test_halves_and_lines_are_left_aside_and_shown() -> None:
    found = cleared(
        "The payment team asked for this before the summer.\n"
        "- add a field due (date, optional) to Task, and tell me what you changed\n"
        "- run the tests\n",
        LIKELY,
    )
    assert found.text == "- add a field due (date, optional) to Task.\n"
    assert found.aside == (
        "The payment team asked for this before the summer.",
        "tell me what you changed",
        "run the tests",
    )


def test_what_stands_in_a_fence_stays() -> None:
    text = "```\nRun the tests and tell me what you changed.\n```"
    assert cleared(text, LIKELY).text == text


def test_nothing_is_left_aside_without_a_bar() -> None:
    assert cleared("Run the tests and tell me what you changed.", NOTHING).aside == ()


def test_a_plan_shows_what_was_left_aside() -> None:
    plan = plan_task(
        "Sales asked for it: add a field due (date, optional) to Task. Run the tests and report the changed files.",
        world("tasks"),
    )
    assert [step.command for step in plan.steps] == ["backwright add field Task due:date:optional"]
    assert "Run the tests and report the changed files." in plan.aside


def test_rows_that_a_remark_tells_of_are_known_to_the_question() -> None:
    with pytest.raises(QuestionError) as asked:
        plan_task(
            "Add a field sku to Product: string, 1 to 20 characters, required. The table holds 4,000 products.",
            world("shop"),
        )
    assert asked.value.question.key == "existing-rows"


def test_what_is_foreign_in_passing_is_no_part_of_the_task() -> None:
    plan = plan_task(
        "For the new card layout I need two more fields on Product: pinned (bool, default false) and rank (int, optional).",
        world("shop"),
    )
    assert [step.verb for step in plan.steps] == ["add field"]
    with pytest.raises(QuestionError) as asked:
        plan_task(
            "Add a field pinned (bool, default false) to Product and build a landing page for it.",
            world("shop"),
        )
    assert asked.value.question.key == "part"


def test_a_text_of_remarks_and_something_foreign_is_refused() -> None:
    with pytest.raises(UsageError, match="machine learning"):
        plan_task(
            "Train a churn classifier in PyTorch. Follow the existing conventions and report the results.",
            world("open"),
        )


@pytest.mark.parametrize(
    ("text", "project"),
    [
        (
            "Two small schema changes: Folder gets color (string, at most 7 characters, optional), "
            "and Note gets archived_at (datetime, optional).",
            "open",
        ),
        (
            "Could you add a TimeEntry resource? It has a task (reference to Task, cascade on delete), "
            "minutes (int, 1 to 1440) and remark (string up to 200 characters, can be empty). "
            "Entries are private to the user who logged them.",
            "tasks",
        ),
    ],
)
def test_where_nothing_is_asked_yes_changes_nothing(text: str, project: str) -> None:
    known = world(project)
    assert plan_task(text, known, Answers(yes=True)).steps == plan_task(text, known).steps


def test_stop_is_final() -> None:
    text = "Add a field warehouse to Product. Run the tests and report the changed files."
    with pytest.raises(UsageError, match="nothing was done"):
        plan_task(text, world("shop"), Answers({"type-warehouse": "stop"}))


@pytest.mark.parametrize("kind", [REMARK, PRIVATE, SHARED, FOREIGN])
def test_the_weights_are_what_the_sentences_give(kind: str) -> None:
    trainer = runpy.run_path(str(TRAINING))
    learnt = trainer["learn"](trainer["rows"](kind))
    kept = weights(kind)
    assert all(
        math.isclose(weight, kept.get(one, 0.0), abs_tol=0.11) for one, weight in learnt.items()
    )


def test_words_that_were_never_seen_lean_to_nothing() -> None:
    assert abs(leaning("zyx wvut srqp")) < 1
