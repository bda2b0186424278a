"""Whether a plan is what its text asks for: by its words alone, and by what it says of fields."""

from __future__ import annotations

import math
import runpy
from pathlib import Path

import pytest
from tests.agent.scoring import world

from backwright.agent.planner.forms import likely_plan
from backwright.agent.planner.judging import COMMANDS, PLANS, asked_in, odds
from backwright.agent.planner.leaning import weights
from backwright.agent.planner.remarks import Cleared
from backwright.agent.planner.types import Plan, Step
from backwright.errors import QuestionError, UsageError
from backwright.tasks.questions import Answers

TRAINING = Path(__file__).parents[2] / "training" / "learn.py"
# A text, the plan that is right, and one that is wrong.
JUDGED = {
    "a lead-in that was read as a resource": (
        "tasks",
        "Subagent task: extend Task with a due date, which is optional.",
        [Step("add field", ("Task", "due_date:date:optional"))],
        [Step("add resource", ("SubagentTask", "due_date:date:optional"))],
    ),
    "a remark that was read as an order": (
        "shop",
        "Add an index on Order.created_at. Please keep in mind that the list must stay fast.",
        [Step("add index", ("Order.created_at",))],
        [
            Step("add index", ("Order.created_at",)),
            Step("add pagination", (), (("list", "orders"),)),
        ],
    ),
}


@pytest.mark.parametrize("case", JUDGED.values(), ids=JUDGED)
def test_the_right_plan_is_likelier(case: tuple[str, str, list[Step], list[Step]]) -> None:
    project, text, right, wrong = case
    asked = asked_in(text, world(project))
    assert odds(Plan(tuple(right)), asked) > odds(Plan(tuple(wrong)), asked) + 0.5


# What a text that asks for an index is taken for.
READ_WRONG = Plan((Step("add resource", ("Index", "name:str:30")),))


def _read_wrong(answers: Answers) -> Plan:
    text = "Please add a database index on Order.created_at"
    asked = asked_in(text, world("shop"))
    return likely_plan([Cleared(text)], asked, lambda form, known: READ_WRONG, answers)


def test_it_is_asked_whether_an_unlikely_plan_is_meant() -> None:
    with pytest.raises(QuestionError) as asked:
        _read_wrong(Answers())
    assert asked.value.question.key == "meant"
    assert "add resource Index name:str:30" in asked.value.question.text
    assert "add index" in asked.value.question.why
    assert _read_wrong(Answers({"meant": "yes"})) == READ_WRONG


@pytest.mark.parametrize("answers", [Answers({"meant": "stop"}), Answers(yes=True)])
def test_an_unlikely_plan_is_not_taken_unless_it_is_meant(answers: Answers) -> None:
    with pytest.raises(UsageError, match="nothing was done"):
        _read_wrong(answers)


@pytest.mark.parametrize("kind", [COMMANDS, pytest.param(PLANS, marks=pytest.mark.slow)])
def test_the_weights_are_what_the_texts_give(kind: str) -> None:
    trainer = runpy.run_path(str(TRAINING))
    kept = weights(kind)
    learnt = trainer["learnt"](kind)
    cut = 0.36 if kind == COMMANDS else 0.11
    assert all(
        math.isclose(weight, kept.get(one, 0.0), abs_tol=cut) for one, weight in learnt.items()
    )
