"""Texts that look as if a sentence were only told, and that hold a fact or an order all the same: nothing of it is lost."""

from __future__ import annotations

import pytest
from tests.agent.scoring import world

from backwright.agent.planner import plan_task
from backwright.agent.planner.lexicon import lexicon
from backwright.errors import QuestionError, UsageError

LIMIT = "add rate-limit --limit 5/minute --route POST /api/auth/login"
DUE = "add field Task due:date:optional"
TAG = "add resource Tag name:str --owner User"


@pytest.mark.parametrize(
    ("text", "project", "expected"),
    [
        ("We want to throttle the login to 5 attempts per minute. Add a Tag resource with name (string), private to each user.", "tasks", [LIMIT, TAG]),
        ("We want clients to be limited to 5 requests per minute on login. Add a Tag resource with name (string), private to each user.", "tasks", [LIMIT, TAG]),
        ("Add an optional due (date) to tasks. For that please add an index on the title of tasks too.", "tasks", [DUE, "add index Task.title"]),
        ("Goal: protect POST /auth/login with 5 requests per minute\n\nAdd an optional due (date) to tasks.", "tasks", [LIMIT, DUE]),
        ("Add authentication:\n- passwords are hashed with bcrypt; also add CORS for https://app.example.com", "tasks", ["add auth", "add cors --origin https://app.example.com"]),
        ("Respond with a 429 after 5 login attempts per minute. Add an optional due (date) to tasks.", "tasks", [LIMIT, DUE]),
        ("Do not include more than 50 tasks per page. Add an optional due (date) to tasks.", "tasks", ["add pagination Task --default 50", DUE]),
        ("Add a Tag resource with name (string), private to each user. Then write tests for the tasks.", "tasks", [TAG, "probe --write-tests"]),
        ("Add a resource Url with url and title (string). Private to each user.", "tasks", ["add resource Url url:url title:str --owner User"]),
        ("Add a resource Requirement with title (string), private to each user.", "tasks", ["add resource Requirement title:str --owner User"]),
        ("Add a resource Clip with name (string, required), offset: an integer at least 0. Shared by all.", "shop", ["add resource Clip name:str offset:int:0.. --owner none"]),
        ("Add a resource Quota with name (string, required), limit is an integer from 1 to 100. Shared by all.", "shop", ["add resource Quota name:str limit:int:1..100 --owner none"]),
        ("Coupons are private to each customer. For that please add a Coupon resource with code (string).", "shop", ["add resource Coupon code:str --owner User"]),
        ("We want customers to see only their own coupons. New resource Coupon with code (string).", "shop", ["add resource Coupon code:str --owner User"]),
        ("Add a Coupon resource with code (string). Coupons do not belong to one order only, each user sees only their own.", "shop", ["add resource Coupon code:str --owner User"]),
        ("Paginate the task list with 20 per page, and then: run the audit.", "tasks", ["add pagination Task --default 20", "audit"]),
        ("Add a priority (int, default 3) to tasks. Also, logging in is broken with connection refused, please look at it.", "tasks", ["add field Task priority:int:default=3", "doctor"]),
        ("Hardening before launch, please do both:\n- CORS: allow only https://notes.example.org\n- rate limit: 100 requests per minute per IP\nDo not add authentication, that is planned for later.", "open", ["add cors --origin https://notes.example.org", "add rate-limit --limit 100/minute"]),
        ("The service has no login whatsoever. First put JWT auth in front of it so that each user has their own notes and folders, then rate limit it to 100 requests per minute per client.", "open", ["add auth", "add rate-limit --limit 100/minute"]),
        ("CORS for https://app.example.com please, the frontend gets blocked by the browser", "tasks", ["add cors --origin https://app.example.com"]),
        ("Start backend \"cookbook\"\n\nRecipe\n- title: string 1..120\n- method: text", "empty", ["new cookbook --resource 'Recipe title:str:1..120 method:text'"]),
        ("users need a phone (string, optional)", "shop", ["add field User phone:str:optional"]),
        ("New project crm-api.\nResource Customer:\n- name: varchar\n- email: email", "empty", ["new crm-api --resource 'Customer name:str email:email'"]),
        ("New project shop-api. Sales has an amount (decimal) and sold_on (date).", "empty", ["new shop-api --resource 'Sale amount:decimal:10,2 sold_on:date'"]),
    ],
)  # fmt: skip
def test_facts_and_orders_stay(text: str, project: str, expected: list[str]) -> None:
    steps = plan_task(text, world(project)).steps
    assert sorted(one.command.removeprefix("backwright ") for one in steps) == sorted(expected)


@pytest.mark.parametrize(
    ("text", "project", "key"),
    [
        ("We want to charge customers with Stripe. Add a Coupon resource with code (string), shared by all.", "shop", "part"),
        ("Add a Tag resource with name (string), owned by the logged-in user, other users get 403.", "tasks", "leftover"),
        ("Add a sku (string, 32 max, optional) to Product. They should be mailed to customers weekly.", "shop", "unclear"),
        ("Can you add a deadline field? It should be optional. Users asked for it.", "tasks", "resource"),
        ("Add a Tag resource with name (string). A tag does not belong to one task only.", "tasks", "unclear"),
        ("Add a status, one of open, closed (required, indexed), to tasks.", "tasks", "type-status"),
    ],
)  # fmt: skip
def test_what_has_no_place_is_asked_about(text: str, project: str, key: str) -> None:
    with pytest.raises(QuestionError) as asked:
        plan_task(text, world(project))
    assert asked.value.question.key == key


def test_harm_before_a_colon_is_refused() -> None:
    with pytest.raises(UsageError, match="destroying"):
        plan_task("Drop the old users first: run the audit.", world("tasks"))


def test_what_is_only_told_is_shown() -> None:
    plan = plan_task(
        "Add an optional note (string) to tasks (this goes for projects too).", world("tasks")
    )
    assert "(this goes for projects too)" in plan.aside


def test_no_turn_of_phrase_stands_twice() -> None:
    patterns = [one["pattern"] for name in ("prose", "phrases") for one in lexicon(name)["phrase"]]
    assert len(patterns) == len(set(patterns))
