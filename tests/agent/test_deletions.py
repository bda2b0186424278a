"""What becomes of rows whose parent is deleted, in the words that people have for it."""

from __future__ import annotations

import pytest

from backwright.agent.planner.deletions import deletions_placed

CASCADE = (
    "task: reference to Task, deleted together with it (cascade)",
    "task: reference to Task, delete subtasks when the task is deleted",
    "task (reference to Task, when a task is deleted its comments go with it)",
    "task (reference to Task; if the task is deleted, its attachments go with it)",
    "task is a reference to Task and bookmarks go away together with their task",
    "each Comment references one Task and goes away when the task is deleted",
    "It belongs to a task, and when the task is deleted his visits are deleted also",
    "task (ref Task, delete the task -> its bookmarks go too)",
    "task (reference to Task, deleting a task deletes its line items)",
    "A Reminder belongs to a task and has to disappear from the database together with it",
)
RESTRICT = (
    "It references a task, and a task that has time entries must not be deletable (restrict)",
    "task (reference to Task, deleting a task that still has invoices must be refused)",
    "It points to exactly one task, and no task may be deleted while it has a shipment",
    "It references a task, as long as there is a payment, the task can't be deleted",
)
LEFT = (
    "A comment belongs to a task. Comments are not deleted when the task is deleted.",
    "A comment belongs to a task and must never be deleted with it",
    "We want to collect links that go with a note",
    "A logo for my shop, and a colour palette that goes with it",
    "Users can delete their own notes when they are logged in",
    "When a plant is deleted its waterings are deleted too",
    "```\nDELETE: the note belongs to a task and is deleted with it\n```",
)


@pytest.mark.parametrize("text", CASCADE)
def test_cascades_stand_at_the_reference(text: str) -> None:
    said = deletions_placed(text)
    assert said.count("on delete cascade") == 1
    assert "deleted" not in said.replace("on delete cascade", "")


@pytest.mark.parametrize("text", RESTRICT)
def test_restrictions_stand_at_the_reference(text: str) -> None:
    assert deletions_placed(text).count("on delete restrict") == 1


@pytest.mark.parametrize("text", LEFT)
def test_what_says_something_else_is_left(text: str) -> None:
    assert deletions_placed(text) == text


def test_a_sentence_of_its_own_is_said_of_the_reference_before_it() -> None:
    text = "Comment: body (text), task (reference to Task). If a task is deleted, its comments are deleted too. Private."
    assert deletions_placed(text) == (
        "Comment: body (text), task (reference to Task, on delete cascade). Private."
    )
