"""What paths, parameters and fields speak of."""

from __future__ import annotations

from typing import Any

import pytest

from backwright.probe.nouns import noun_of_operation, noun_of_parameter, noun_of_reference
from backwright.probe.operations import Operation


@pytest.mark.parametrize(
    ("path", "noun"),
    [
        ("/api/v1/tasks", "task"),
        ("/api/v1/tasks/{task_id}", "task"),
        ("/projects/{project_id}/tasks", "task"),
        ("/tasks/{id}", "task"),
        ("/create_task", "task"),
        ("/retrieve-task/{task_id}/", "task"),
        ("/insert_task", "task"),
        ("/order-items/search", "order_item"),
        ("/categories", "category"),
        ("/notes/by-slug/{slug}", "note"),
        ("/books/v1/{book_title}", "book"),
    ],
)
def test_an_operation_is_about_the_last_noun_of_its_path(path: Any, noun: Any) -> None:
    assert noun_of_operation(Operation("GET", path)) == noun


def test_a_parameter_without_a_noun_takes_the_one_before_it() -> None:
    operation = Operation("GET", "/teams/{id}/members/{member_id}")
    assert noun_of_parameter(operation, "id") == "team"
    assert noun_of_parameter(operation, "member_id") == "member"


@pytest.mark.parametrize(
    ("field", "noun"),
    [
        ("project_id", "project"),
        ("tag_ids", "tag"),
        ("projectId", "project"),
        ("title", None),
        ("paid", None),
    ],
)
def test_fields_that_refer(field: Any, noun: Any) -> None:
    assert noun_of_reference(field) == noun
