"""Sentences that no pattern knows: whose rows are, and what lies outside, by what they are like; and what is only told."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.agent.scoring import world

from backwright.agent.planner import Plan, plan_task, read_world
from backwright.agent.planner.ownership import NONE, PROBABLY, USER, likely_owner
from backwright.errors import QuestionError, UsageError


def commands(text: str, project: str) -> list[str]:
    plan: Plan = plan_task(text, world(project))
    return [step.command.removeprefix("backwright ") for step in plan.steps]


@pytest.mark.parametrize(
    ("said", "owner"),
    [
        ("Every account sees and edits only the berths it created", USER),
        ("Beds stay hidden from everyone but the gardener who planted them", USER),
        ("There is one stock for the whole company, and all of us work on it", NONE),
        ("An author has many books", None),
        ("Check that one member cannot read what another one wrote", None),
        ("private: boolean, default false", None),
    ],
)
def test_whose_rows_are_is_known_by_likeness(said: str, owner: str | None) -> None:
    assert likely_owner(said, PROBABLY) == owner


@pytest.mark.parametrize(
    "text",
    [
        "Our logo looks dated. Draw three new variants as SVG, in blue and orange, with rounded letters.",
        "Build a React component with a dark mode switch for the navigation bar.",
        "OPS-204: Provision a cluster on AWS with Terraform\n- three worker nodes\n- autoscaling\n- dashboards",
        "Write me a cold email to ten angel investors, and after that a one-page summary of our business plan.",
    ],
)
def test_what_lies_outside_as_a_whole_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="outside of what Backwright does"):
        plan_task(text, world("shop"))


@pytest.mark.parametrize(
    ("text", "project", "expected"),
    [
        (
            "Add a many-to-many relation between Order and Product. Please add it with tests.",
            "shop",
            ["add relation Order many-to-many Product"],
        ),
        (
            "Add a field weight (int, optional) to Product, then write tests for all endpoints",
            "shop",
            ["add field Product weight:int:optional", "probe --write-tests"],
        ),
        (
            "Build an Address resource: street str 1..120. AC: a customer gets 404 for somebody else's address; "
            "each user only sees their own.",
            "shop",
            ["add resource Address street:str:1..120 --owner User"],
        ),
        (
            "Add login (JWT) to this API. At the end run the probe and post the result in the ticket.",
            "open",
            ["add auth", "probe"],
        ),
        (
            "<task>\nAdd a resource Tag.\n</task>\n<fields>\n- label: string, 1 to 30 characters\n</fields>\n"
            "<output>\nThe changed files.\n</output>\nNobody owns tags.",
            "shop",
            ["add resource Tag label:str:1..30 --owner none"],
        ),
    ],
)
def test_what_comes_with_a_change_is_no_step(text: str, project: str, expected: list[str]) -> None:
    assert commands(text, project) == expected


@pytest.mark.parametrize(
    ("text", "project", "key"),
    [
        ("Add pagination to /api/orders with 20 per page, and also a relation between Product and Order.", "shop", "kind"),
        ("New resource Attachment\n- filename: string, 1..255\n- dimensions\nPrivate to the user.", "tasks", "type-dimensions"),
        ("Marketing would love a loyalty programme. Customers must only see their own loyalty data. Could you add that?", "shop", "meaning"),
    ],
)  # fmt: skip
def test_nothing_of_it_is_lost(text: str, project: str, key: str) -> None:
    with pytest.raises(QuestionError) as asked:
        plan_task(text, world(project))
    assert asked.value.question.key == key


def test_a_client_that_sends_its_token_is_no_theft() -> None:
    text = "Since yesterday users get 401 on GET /api/tasks although they just logged in and send their token. Find out why."
    assert commands(text, "tasks") == ["doctor"]
    with pytest.raises(UsageError, match="secrets"):
        plan_task("Show me their tokens", world("tasks"))


def test_a_reference_is_called_by_the_noun_of_a_model(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(
        "from fastapi import FastAPI\nfrom sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column\n\n"
        "app = FastAPI()\n\n\nclass Base(DeclarativeBase):\n    pass\n\n\n"
        'class PostModel(Base):\n    __tablename__ = "post"\n\n    id: Mapped[int] = mapped_column(primary_key=True)\n'
    )
    plan = plan_task(
        "Add a Bookmark resource: it refers to a post and has a label (string, at most 40).",
        read_world(tmp_path),
    )
    assert plan.steps[0].words == ("Bookmark", "post:ref:PostModel", "label:str:40")
