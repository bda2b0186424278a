"""What a text can spare is left out and shown; what may be missed is asked about."""

from __future__ import annotations

import pytest
from tests.agent.scoring import world

from backwright.agent.planner import plan_task
from backwright.errors import QuestionError

SPARED = {
    "a reason": (
        "tasks",
        "Tasks need a due_date (date) and a description (text). Both are optional, so existing tasks stay as they are.",
        "add field Task due_date:date:optional description:text:optional",
        "so existing tasks stay as they are",
    ),
    "what only goes before what is asked": (
        "shop",
        "Exploration only. Before I plan the next sprint I need an overview of this codebase: which endpoints exist, which models and how they are related, and what the authentication is.",
        "inspect",
        "Exploration only",
    ),
    "a story": (
        "shop",
        "an order has only a total but no products in it, lol. add a many-to-many between Order and Product please",
        "add relation Order many-to-many Product",
        "an order has only a total",
    ),
}
ASKED = {
    "a field among others": ("open", "Please add a Milestone resource with a name and a value."),
    "a wish": ("tasks", "Tasks need a priority. Also add due (date) to Task."),
    "whose rows are, twice": (
        "shop",
        "Add a Wishlist resource with title (1..60 chars). Wishlists are strictly private to their owner and every other user can see and edit them.",
    ),
    "whose rows are, said elsewhere": (
        "shop",
        "Please add two resources for the stock. Neither is owned by a user; both are shop-wide.\n\n1. Warehouse: name (string, 1-80)\n2. StockLevel: warehouse (reference to Warehouse), quantity (integer, default 0)",
    ),
    "a number": (
        "empty",
        "Create the API `desk`. Deal: title (string, max 80). Brokers work only with deals above 100.",
    ),
    "a part that lies outside, beside an audit": (
        "tasks",
        "Audit this API and then write a press release about how secure it is.",
    ),
    "what is undecided": (
        "shop",
        "Add a Holiday resource: day (date). It could be that all staff share one calendar, or that each has their own, I haven't decided.",
    ),
}


@pytest.mark.parametrize("case", SPARED.values(), ids=SPARED)
def test_what_is_not_missed_is_left_out_and_shown(case: tuple[str, str, str, str]) -> None:
    project, text, command, told = case
    plan = plan_task(text, world(project))
    assert plan.steps[0].command == f"backwright {command}"
    assert any(told in one for one in plan.aside), plan.aside


@pytest.mark.parametrize("case", ASKED.values(), ids=ASKED)
def test_what_may_be_missed_is_asked_about(case: tuple[str, str]) -> None:
    project, text = case
    with pytest.raises(QuestionError):
        plan_task(text, world(project))
