"""Fields as people word them: qualifiers before names, names that are types, choices in a sentence, labels before orders."""

from __future__ import annotations

import pytest
from tests.agent.scoring import world

from backwright.agent.planner import plan_task
from backwright.agent.planner.items import itemised
from backwright.agent.planner.leadin import without_leads
from backwright.agent.planner.phrases import named_in_one

ITEMS = {
    "with an optional link (url) and a title": "with link (url, optional) and a title",
    "with a unique email and a title": "with email (email, unique) and a title",
    "with a title and optionally a phone (string, 20)": "with a title and phone (string, 20, optional)",
    "an optional link to Task": "an optional link to Task",
    "has notes: text, nullable, level (int)": "has notes (text, nullable), level (int)",
    "with text, nullable, level (int)": "with text, nullable, level (int)",
    "an amount in euros and a title": "amount (money) and a title",
    "with optional free-text remarks": "with remarks (text, optional)",
    "fee; amount; title.": "fee, amount, title.",
    "- status that is low, mid or high (default mid)": "- status (one of low, mid or high; default mid)",
    "with a text that may be null, and stock": "with a text that may be null, and stock",
    "- price\n- title (string)": "- price (decimal)\n- title (string)",
    "- number\n  - type: int": "- number\n  - type: int",
    "- link - optional url": "- link (url, optional)",
    "2. email address, unique": "2. email (email, unique)",
    "with a phone (string, max 20), which is optional": "with a phone (string, max 20, optional)",
    "with a task reference and a title": "with task (ref Task) and a title",
    "website, an optional URL.": "website, an optional URL.",
    "Add amount: decimal(10,2) to Task": "Add amount (decimal(10,2)) to Task",
    "Add Amount: total (int) to Task": "Add Amount: total (int) to Task",
}
LEADS = {
    "As discussed: We need a size (int) on tasks": "We need a size (int) on tasks",
    "Next task: I want a size (int) on tasks": "I want a size (int) on tasks",
    "Task: we need a size (int)": "Task: we need a size (int)",
}
WHOLE = {
    "Add a Label resource with name (str 30), private to the user, and connect it to products many-to-many": (
        "shop",
        ["add resource Label name:str:30 --owner User", "add relation Label many-to-many Product"],
    ),
    "Add vouchers with a price (decimal with two places, 10 digits), no owner.": (
        "shop",
        ["add resource Voucher price:decimal:10,2 --owner none"],
    ),
    "Please create a work log model. It needs a title (string). No owner.": (
        "open",
        ["add resource WorkLog title:str --owner none"],
    ),
    "Add a Label resource with a sku (string up to 40 characters) which is unique, status (one of low, mid), no owner.": (
        "shop",
        ["add resource Label sku:str:40:unique status:enum:low,mid --owner none"],
    ),
    "Add a Label resource: title (string). One user must never see the labels of another.": (
        "tasks",
        ["add resource Label title:str --owner User"],
    ),
    "Add an index on Task.created_at. Return 404 for rows of other users.": (
        "tasks",
        ["add index Task.created_at"],
    ),
    "Extend the API with a Label resource. Fields: code (string, max 20), website (url, optional). No owner.": (
        "shop",
        ["add resource Label code:str:20 website:url:optional --owner none"],
    ),
    "To Order, add price (numeric(10, 2)) and a nullable due date (date).": (
        "shop",
        ["add field Order price:decimal:10,2 due_date:date:optional"],
    ),
    "Model meal plans as a new resource with a title (string), no owner. A many-to-many relation to Product is needed as well.": (
        "shop",
        [
            "add resource MealPlan title:str --owner none",
            "add relation MealPlan many-to-many Product",
        ],
    ),
    "Scaffold a Label resource with a title (string), no owner. One label can be on several tasks and one task can have several labels.": (
        "tasks",
        ["add resource Label title:str tasks:many:Task --owner none"],
    ),
    "Order: add email (unique).": ("shop", ["add field Order email:email:unique"]),
    "Add labels: level (int 1..5, default = 3), no owner.": (
        "shop",
        ["add resource Label level:int:1..5:default=3 --owner none"],
    ),
}


@pytest.mark.parametrize("text", ITEMS)
def test_what_is_said_before_a_name_stands_behind_it(text: str) -> None:
    assert itemised(text, world("tasks")) == ITEMS[text]


@pytest.mark.parametrize("text", LEADS)
def test_a_label_before_an_order_names_no_resource(text: str) -> None:
    assert without_leads(text, frozenset(["task", "tasks"]))[0] == LEADS[text]


def test_two_words_name_one_resource() -> None:
    assert named_in_one("Add CRUD for meal plans.", world("open")) == "Add a MealPlan resource."
    told = "Add CRUD for all notes."
    assert named_in_one(told, world("open")) == told


@pytest.mark.parametrize("text", WHOLE)
def test_a_text_is_planned(text: str) -> None:
    project, commands = WHOLE[text]
    plan = plan_task(text, world(project))
    assert [one.command.removeprefix("backwright ") for one in plan.steps] == commands
