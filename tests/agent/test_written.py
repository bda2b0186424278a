"""Texts that are written as the command line takes them."""

from __future__ import annotations

import pytest

from backwright.agent.planner.written import grouped, read_commands


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        (
            "add resource Brand name:str:1..60:unique homepage:url:optional --owner none",
            ["backwright add resource Brand name:str:1..60:unique homepage:url:optional --owner none"],
        ),
        ("add field Product active:bool:default=true", ["backwright add field Product active:bool:default=true"]),
        ("$ backwright audit\nbackwright probe --write-tests", ["backwright audit", "backwright probe --write-tests"]),
        (
            "backwright add rate-limit --limit 5/minute --route POST /login",
            ["backwright add rate-limit --limit 5/minute --route POST /login"],
        ),
        (
            "new shop --resource 'Item name:str:80 price:decimal:10,2'",
            ["backwright new shop --resource 'Item name:str:80 price:decimal:10,2'"],
        ),
        ("add relation Note many-to-many Folder", ["backwright add relation Note many-to-many Folder"]),
    ],
)  # fmt: skip
def test_a_command_is_taken_as_it_stands(text: str, commands: list[str]) -> None:
    plan = read_commands(text)
    assert plan is not None
    assert [step.command for step in plan.steps] == commands


@pytest.mark.parametrize(
    "text",
    [
        "audit the code",
        "add field to Product: active, a bool",
        "add resource Brand with name:str:60",
        "add auth and don't forget the tests",
        "backwright add resource Brand name:str:60\nand tell me what changed",
    ],
)
def test_prose_is_no_command(text: str) -> None:
    assert read_commands(text) is None


def test_field_words_behind_a_name_belong_to_it() -> None:
    text = "New project: Episode title:str:1..200 audio:url and Show name:str:20."
    assert (
        grouped(text)
        == "New project: Episode (title:str:1..200, audio:url) and Show (name:str:20)."
    )


def test_field_words_behind_a_verb_are_left_as_they_are() -> None:
    text = "Add title:str:80 to Note"
    assert grouped(text) == text
