"""Prose about fields: what is said of each is beside its name before any reading, and none of it is lost in silence."""

import pytest
from tests.agent.scoring import world

from backwright.agent.planner import plan_task
from backwright.agent.planner.prosaic import brought_together
from backwright.agent.planner.said_of import unheld
from backwright.agent.planner.types import Plan, Step
from backwright.errors import QuestionError


@pytest.mark.parametrize(
    ("said", "means"),
    [
        (
            "a title (string) and optionally a reference to a Note, field name note.",
            "a title (string) and `note` (optionally a reference to a Note).",
        ),
        (
            "An optional, unique string of at most 64 characters called code to orders",
            "`code` (An optional, unique string of at most 64 characters) to orders",
        ),
        ("Task gets two dates, a_on and b_on.", "Task gets a_on (date) and b_on (date)."),
        (
            "Optional are phone, a string, and birthday, a date.",
            "phone, Optional string, and birthday, Optional date.",
        ),
        (
            "One entry has a day (date). The resource is called TimeEntry.",
            "A TimeEntry has a day (date). ",
        ),
        (
            "a project called shop with a resource Item",
            "a project called shop with a resource Item",
        ),
    ],
)
def test_what_is_said_of_a_field_comes_to_its_name(said: str, means: str) -> None:
    assert brought_together(said) == means


@pytest.mark.parametrize(
    ("text", "words", "lost"),
    [
        ("Task needs an optional date due", ("Task", "due:date"), ("optional",)),
        ("Task needs an optional date due", ("Task", "due:date:optional"), ()),
        (
            "a is a unique string, b is a unique string, c is a unique string",
            ("Task", "a:str:unique"),
            ("unique", "unique"),
        ),
        ("a state, default open", ("Task", "state:enum:open,done"), ("default open",)),
        ("a state, default open", ("Task", "state:enum:open,done:default=open"), ()),
    ],
)
def test_what_no_field_has_is_found(
    text: str, words: tuple[str, ...], lost: tuple[str, ...]
) -> None:
    assert unheld(text, Plan((Step("add field", words),)), ()) == lost


def test_a_loss_is_a_question(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = Plan((Step("add field", ("Task", "due:date")),))
    monkeypatch.setattr("backwright.agent.planner.reading.agreed", lambda *_: plan)
    with pytest.raises(QuestionError) as asked:
        plan_task("add an optional date due to Task", world("tasks"))
    assert "optional" in asked.value.question.text
