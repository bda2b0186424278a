"""Values fit their schema, are the same on every run, and say who sent them."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest

from backwright.probe.patterns import text_of_pattern
from backwright.probe.repair import marks_in
from backwright.probe.samples import Sampler
from backwright.probe.schemas import Schemas


def sampler(**components: Any) -> Sampler:
    return Sampler(Schemas({"components": {"schemas": components}}))


@pytest.mark.parametrize(
    ("schema", "low", "high"),
    [
        ({"type": "integer", "minimum": 3, "maximum": 5}, 3, 5),
        ({"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 2}, 1, 1),
        ({"type": "integer", "minimum": 0, "exclusiveMinimum": True, "maximum": 1}, 1, 1),
        ({"type": "integer", "multipleOf": 7, "minimum": 8}, 14, 70),
        ({"type": "number", "maximum": -2.5}, -2.5, -2.5),
    ],
)
def test_numbers_keep_their_bounds(schema: Any, low: Any, high: Any) -> None:
    assert low <= sampler().value(schema, "size", "a") <= high


def test_texts_are_marked_with_their_sender_and_unique() -> None:
    makes = sampler()
    first, second = (makes.value({"type": "string"}, "title", "b") for _ in range(2))
    assert first != second
    assert [mark[2] for mark in marks_in(f"{first} {second}")] == ["b", "b"]


def test_the_same_calls_give_the_same_values() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}}
    runs = [sampler().object(schema, "a", full=True) for _ in range(2)]
    assert runs[0] == runs[1]


@pytest.mark.parametrize(
    "pattern", [r"^[A-Z]{3}-\d{4}$", r"^\+?[1-9]\d{6,14}$", r"^(red|blue)$", r"^[a-z0-9-]+$", r"\d"]
)
def test_texts_fit_their_pattern(pattern: Any) -> None:
    text = text_of_pattern(pattern, "qza00012x", 0, None)
    assert text is not None
    assert re.search(pattern, text)


def test_a_pattern_that_cannot_be_filled_gives_nothing() -> None:
    assert text_of_pattern(r"^(?=.*\d)(?=.*[A-Z])[a-z]+$", "qza00012x", 0, None) is None


def test_formats_bounds_and_names() -> None:
    makes = sampler()
    UUID(makes.value({"type": "string", "format": "uuid"}, "x", "a"))
    assert "@" in makes.value({"type": "string"}, "contact_email", "a")
    assert len(makes.value({"type": "string", "maxLength": 3}, "code", "a")) <= 3
    assert len(makes.value({"type": "string", "minLength": 40}, "text", "a")) >= 40


def test_references_alternatives_and_merged_schemas() -> None:
    makes = sampler(
        Base={"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]},
        Mood={"enum": ["glad", "sad"]},
    )
    schema = {
        "allOf": [{"$ref": "#/components/schemas/Base"}],
        "properties": {
            "mood": {"anyOf": [{"type": "null"}, {"$ref": "#/components/schemas/Mood"}]}
        },
        "required": ["mood"],
    }
    made = makes.value(schema, "x", "a")
    assert set(made) == {"title", "mood"}
    assert made["mood"] == "glad"


def test_what_decides_who_sees_a_row_lets_nobody_see_it() -> None:
    makes = sampler()
    schema = {
        "type": "object",
        "properties": {
            "is_public": {"type": "boolean", "default": True},
            "visibility": {"enum": ["public", "private"]},
        },
    }
    assert makes.object(schema, "a") == {"is_public": False, "visibility": "private"}
    makes.widens = True
    assert makes.object(schema, "a") == {"is_public": True, "visibility": "public"}


@pytest.mark.parametrize("name", ["price", "unit_price", "amount"])
def test_a_price_in_a_text_is_a_number(name: str) -> None:
    assert float(sampler().value({"type": "string"}, name, "a")) > 0
