"""Orders as people word them: what leads in to them, what they name a model with, how they define a field."""

from __future__ import annotations

import pytest
from tests.agent.scoring import world

from backwright.agent.planner import plan_task
from backwright.agent.planner.defining import bracketed
from backwright.agent.planner.leadin import without_leads
from backwright.agent.planner.targets import named_alone

NAMED = {
    "Add a due date to the Task model, schemas and routes.": "Add a due date to Task.",
    "a field on the SQLModel class Task: size (int)": "a field on Task: size (int)",
    "Add `archived` to the tasks table and the API, bool": "Add `archived` to tasks, bool",
    "The Task model and its schemas need a due_date": "Task need a due_date",
    "Extend the Task model with a note": "Extend the Task model with a note",
    "a reference to Task and a title": "a reference to Task and a title",
}
LEADS = {
    "Before the release on Friday we must add auth": "add auth",
    "The PM asked us to add a note to Task": "add a note to Task",
    "Per the design doc, put a note on Task": "put a note on Task",
    "[backend] add a note to Task": "add a note to Task",
    "For tasks we need to add a note": "For tasks we need to add a note",
    "Add tests.": "Add tests.",
}
DEFINED = {
    "a field color that is a string, optional, to Folder": "color (string, optional) to Folder",
    "with a timestamp called seen_at, nullable": "with a field seen_at (timestamp, nullable)",
    "has name of type string of 3 to 50 characters, and more": "has name (string of 3 to 50 characters), and more",
    "an integer called rank for sorting": "an integer called rank for sorting",
    "state (enum: a, b, default: a)": "state (enum: a, b, default a)",
    "a datetime called at and optionally a summary": "a datetime called at and optionally a summary",
}
WHOLE = {
    "Please add a boolean field pinned, default false, to Note, and a string field color of at most 7 characters, optional, to Folder.": (
        "open",
        [
            "add field Note pinned:bool:default=false",
            "add field Folder color:str:7:optional",
        ],
    ),
    "Before the release on Friday we must add source_url (url, optional) and archived_at (datetime, optional) to the notes.": (
        "open",
        ["add field Note source_url:url:optional archived_at:datetime:optional"],
    ),
    "Please add resource Brand name:str:1..60:unique --owner none": (
        "shop",
        ["add resource Brand name:str:1..60:unique --owner none"],
    ),
    "add resource Reminder (user-owned): task ref Task cascade, remind_at datetime": (
        "tasks",
        ["add resource Reminder task:ref:Task:cascade remind_at:datetime --owner User"],
    ),
    "Allow https://shop.example.rs in CORS": (
        "shop",
        ["add cors --origin https://shop.example.rs"],
    ),
    "I'll review it tomorrow morning.\n\nListing orders is slow because we sort by created_at, please put an index on that column of Order.": (
        "shop",
        ["add index Order.created_at"],
    ),
}


@pytest.mark.parametrize("text", NAMED)
def test_a_model_stands_without_what_goes_along(text: str) -> None:
    assert named_alone(text, world("tasks")).lower() == NAMED[text].lower()


@pytest.mark.parametrize("text", LEADS)
def test_what_leads_in_is_told(text: str) -> None:
    left, aside = without_leads(text, frozenset(["task", "tasks"]))
    assert left == LEADS[text]
    assert all(one in text for one in aside)


@pytest.mark.parametrize("text", DEFINED)
def test_a_field_that_is_defined_is_written_as_in_a_list(text: str) -> None:
    assert bracketed(text, world("open")) == DEFINED[text]


@pytest.mark.parametrize("text", WHOLE)
def test_the_order_is_planned(text: str) -> None:
    project, commands = WHOLE[text]
    plan = plan_task(text, world(project))
    assert [one.command for one in plan.steps] == [f"backwright {one}" for one in commands]
