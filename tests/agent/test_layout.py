"""A text's layout is written in one way, and a text without layout stays as it is."""

import pytest
from tests.agent.scoring import world

from backwright.agent.planner import plan_task
from backwright.agent.planner.layout import laid_out_plainly

LAID = {
    "nested points": (
        "shop",
        """We need two new resources:

* Supplier
    * name: string, 1..100
* Delivery
    * supplier: reference to Supplier
    * arrived_on - date
Both are shared, no owner.
""",
        """Resource Supplier:
- name: string, 1..100


Resource Delivery:
- supplier: reference to Supplier
- arrived_on: date

Both are shared, no owner.
""",
        ("We need two new resources:",),
    ),
    "labels": (
        "tasks",
        """TASK-12 Sprints
Model: Sprint
Fields:
  name (string, 1..50)
  required:
    - starts_on, date
  optional:
    - goal, text
Owner:
  the logged-in user
Setup: Postgres, JWT, tests
""",
        """Resource Sprint:
- name: string, 1..50
- starts_on: date
- `goal`: text, optional

owned by the logged-in user.
""",
        ("Sprints", "Setup: Postgres, JWT, tests"),
    ),
    "a reference by commas": (
        "shop",
        "SupportTicket:\n - subject, string, 1..150\n - order, reference to Order, optional\n",
        "Resource SupportTicket:\n- `subject`: string, 1..150\n- `order`: reference to Order, optional\n",
        (),
    ),
    "a table": (
        "shop",
        """### Voucher

| Field | Type | Required | Default | Description |
| --- | --- | --- | --- | --- |
| code | string 6..12 | yes | | what people type |
| percent | integer | no | 5 | |
""",
        "Resource Voucher:\n- code: string 6..12\n- percent: integer, optional, default 5\n",
        ("what people type",),
    ),
    "a sketch": (
        "empty",
        """Create the API "wallet" with

interface Account {
  name: string; // 1..50
  currency: "EUR" | "USD";
  closed?: boolean;
}
""",
        """Create the API "wallet" with

Resource Account:
- name: string, 1..50
- currency: one of EUR, USD
- closed: boolean, optional
""",
        (),
    ),
    "fields in a part of their own": (
        "shop",
        "## Description\nWe need a `Refund` resource.\n\n## Fields\n- `state`: enum [open, paid] = open\n- owner: user\n",
        "## Description\nWe need a `Refund` resource.\n\nResource Refund:\n- `state`: enum (open, paid), default open\n\n- owner: user\n",
        (),
    ),
    "attributes beneath a field": (
        "shop",
        "Resource Invoice:\n- number:\n    - string\n    - unique\n- due_on: date\n",
        "Resource Invoice:\n- number: string, unique\n- due_on: date\n",
        (),
    ),
    "orders below a title": (
        "open",
        "Hardening for the notes API:\n- add JWT auth\n- allow CORS from https://a.example\n",
        "- add JWT auth\n- allow CORS from https://a.example\n",
        ("Hardening for the notes API:",),
    ),
}
PLAIN = (
    "Add a Label with a name (string, max 30): unique. Then link labels and tasks, many-to-many.",
    "Hi,\n\nplease add a due date to tasks. It may be empty.\n\nThanks\nTom",
    "Why does this fail?\n\nTraceback (most recent call last):\n  File \"a.py\", line 1\nKeyError: 'x'",
    "Every task should:\n- have a due date\n",
)


@pytest.mark.parametrize("name", LAID)
def test_layout_is_written_in_one_way(name: str) -> None:
    project, before, after, aside = LAID[name]
    laid = laid_out_plainly(before, world(project))
    assert (laid.text, laid.aside) == (after, aside)


@pytest.mark.parametrize("text", PLAIN)
def test_what_has_no_known_layout_stays_as_it_is(text: str) -> None:
    laid = laid_out_plainly(text, world("tasks"))
    assert (laid.text, laid.aside) == (text, ())


def test_a_line_that_asks_for_something_foreign_is_not_left_aside() -> None:
    text = "Resource: Goal\n- name: string\nStack: Django, MySQL\n"
    laid = laid_out_plainly(text, world("tasks"))
    assert "Stack: Django, MySQL" in laid.text
    assert laid.aside == ()


def test_accounts_that_are_still_to_be_made_are_not_left_aside() -> None:
    text = "Resource: Goal\n- name: string\nAuth: JWT, users see only their own goals\n"
    assert "Auth: JWT" in laid_out_plainly(text, world("open")).text
    assert "JWT" not in laid_out_plainly(text, world("tasks")).text


def test_what_is_left_aside_is_shown() -> None:
    text = "Goals\n\nGoal:\n- name: string, 1..100\n\nSetup: JWT, tests\n"
    plan = plan_task(text, world("tasks"))
    assert [one.words for one in plan.steps] == [("Goal", "name:str:1..100")]
    assert "Setup: JWT, tests" in plan.aside


def test_every_word_of_a_text_is_written_or_left_aside() -> None:
    for _, before, _, _ in LAID.values():
        laid = laid_out_plainly(before, world("shop"))
        kept = " ".join((laid.text, *laid.aside)).lower()
        names = [word for word in before.lower().replace("`", " ").split() if word.isidentifier()]
        known = {"interface", "model", "fields", "field", "type", "required", "default", "owner"}
        gone = known | {"description", "yes", "no"}
        assert [word for word in names if word not in kept and word not in gone] == []
