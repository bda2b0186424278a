"""Texts of several orders: each that is a plan alone is read alone, and what belongs together stays together."""

from __future__ import annotations

import pytest
from tests.agent.scoring import world

from backwright.agent.planner import plan_task

_TAG = "add resource Tag name:str:1..30 --owner none"
DIVIDED = {
    "points": (
        "tasks",
        "1. Add a Tag resource: name (string, 1..30). Tags have no owner.\n2. Add `archived_at`, a nullable timestamp, to the Task model and an index on it.",
        [_TAG, "add field Task archived_at:datetime:optional:index"],
    ),
    "also": (
        "shop",
        "Support: Conversation with topic (1..100 chars). Customers see just their own conversations.\n\nAlso: Add Contract. Fields are: value (decimal 12,2). It's owned by the user.",
        [
            "add resource Conversation topic:str:1..100 --owner User",
            "add resource Contract value:decimal:12,2 --owner User",
        ],
    ),
    "a paragraph that goes on": (
        "shop",
        "Add Depot with city (text). Customers should not have their own depots.\n\nAlso: One more resource, Pallet. References Product. Also cartons, integer 1 to 500. Own pallets only.",
        [
            "add resource Depot city:text --owner none",
            "add resource Pallet product:ref:Product cartons:int:1..500 --owner User",
        ],
    ),
    "a judge": (
        "tasks",
        "Are passwords stored safely? Also, add field Task priority:int:1..5:default=3:index",
        ["audit", "add field Task priority:int:1..5:default=3:index"],
    ),
    "a relation": (
        "open",
        "1. Add a resource named Song. title: string.\n2. Notes should live in folders: a Folder has many Notes, a Note is in one Folder. Can you add that relation?",
        ["add resource Song title:str", "add relation Folder one-to-many Note"],
    ),
    "fields of one model": (
        "shop",
        "- for products I want a field origin_country, two letter string, default DE.\n- An order may carry a delivery note. Please store it as delivery_note, text, optional.",
        [
            "add field Product origin_country:str:2..2:default=DE",
            "add field Order delivery_note:text:optional",
        ],
    ),
}
WHOLE = {
    "an owner for all": (
        "tasks",
        "1. Add a Goal resource with title (string 1..100).\n2. Add a Habit resource with name (string 1..60).\n\nBoth are private to the user.",
        [
            "add resource Goal title:str:1..100 --owner User",
            "add resource Habit name:str:1..60 --owner User",
        ],
    ),
    "an owner for all, above them": (
        "tasks",
        "Add two resources to this API, both private to the user:\n\n1. Goal, with title (string, 1..100)\n2. Habit, with goal (reference to Goal), name (string, 1..60)",
        [
            "add resource Goal title:str:1..100 --owner User",
            "add resource Habit goal:ref:Goal name:str:1..60 --owner User",
        ],
    ),
    "a relation to what is made": (
        "shop",
        "Add a Supplier resource with company (string, 1 to 100 characters). Suppliers have no owner. Then add a one-to-many relation: one Supplier has many Products.",
        [
            "add resource Supplier company:str:1..100 --owner none",
            "add relation Supplier one-to-many Product",
        ],
    ),
    "what is so today": (
        "open",
        "Add an index on Note.title.\n\nThe API has no accounts, so notes are open to all.",
        ["add index Note.title"],
    ),
}


@pytest.mark.parametrize("case", [*DIVIDED.values(), *WHOLE.values()], ids=[*DIVIDED, *WHOLE])
def test_each_order_is_planned_as_it_is_alone(case: tuple[str, str, list[str]]) -> None:
    project, text, commands = case
    plan = plan_task(text, world(project))
    assert [one.command for one in plan.steps] == [f"backwright {one}" for one in commands]


def test_that_nobody_signs_in_is_an_order_only_where_nothing_else_is() -> None:
    (alone,) = plan_task("There is no login in this API.", world("open")).steps
    assert alone.command == "backwright add auth"
    plan = plan_task("There is no login in this API. Paginate the notes.", world("open"))
    assert [one.command for one in plan.steps] == ["backwright add pagination Note"]
    assert any("no login" in one for one in plan.aside)
    asked = plan_task("There is no login in this API. Fix that, and paginate notes.", world("open"))
    assert sorted(one.verb for one in asked.steps) == ["add auth", "add pagination"]
