"""What the scored texts do not compare: whose rows are, the options of pages, limits and origins."""

import pytest
from tests.agent.scoring import world

from backwright.agent.planner import plan_task

OWNERS = {
    "Neither has an owner: they are company data that all signed-in users share.": "none",
    "None of them has an owner: the staff of the company shares them.": "none",
    "Owner: none": "none",
    "Owner: none. Whoever is logged in sees them.": "none",
    "Both are owned by the user who entered them, colleagues in the company see nothing.": "User",
    "Nobody but the owner may see them, that holds for both.": "User",
}
PAGES = {
    "Paginate GET /api/tasks with limit and offset, 50 per page unless told otherwise, never more than 200.": "backwright add pagination /api/tasks --default 50 --max 200",
    "Paginate GET /api/tasks, 10 by default, capped at 50.": "backwright add pagination /api/tasks --default 10 --max 50",
    "**Context:** `GET /api/tasks` answers with everything (30 MB).\n**Task:** paginate it, default 25, max 100.": "backwright add pagination /api/tasks --default 25 --max 100",
}

LIMITS = {
    "Objective: rate limit the login.\n\n- Endpoint: `POST /api/v1/token`\n- Limit: 10/minute\n- Exceeded: 429": [
        "backwright add rate-limit --limit 10/minute --route POST /api/v1/token"
    ],
    "Limit POST /api/v1/token to 5 requests per minute. Limit POST /api/v1/users to 3 requests per hour.": [
        "backwright add rate-limit --limit 5/minute --route POST /api/v1/token",
        "backwright add rate-limit --limit 3/hour --route POST /api/v1/users",
    ],
    "Enable CORS\nCORS for https://a.example.com and https://b.example.com.": [
        "backwright add cors --origin https://a.example.com --origin https://b.example.com"
    ],
    "Enable CORS.\nOrigins: https://a.example.com, https://b.example.com\nCredentials: no": [
        "backwright add cors --origin https://a.example.com --origin https://b.example.com --no-credentials"
    ],
    "Paginate the list.\n\nEndpoint: GET /api/v1/tasks\nDefault: 20\nMaximum: 100": [
        "backwright add pagination /api/v1/tasks --default 20 --max 100"
    ],
}


@pytest.mark.parametrize(("said", "owner"), OWNERS.items())
def test_owners_are_read_by_what_is_said(said: str, owner: str) -> None:
    text = f"- Carrier\n  - name: string, max 60\n- Parcel\n  - code: string, max 9\n\n{said}"
    steps = plan_task(f"Add two resources.\n\n{text}", world("shop")).steps
    assert [one.option("owner") for one in steps] == [owner, owner]


@pytest.mark.parametrize(("text", "command"), PAGES.items())
def test_pages_have_their_sizes(text: str, command: str) -> None:
    assert [one.command for one in plan_task(text, world("tasks")).steps] == [command]


@pytest.mark.parametrize(("text", "commands"), LIMITS.items())
def test_limits_and_origins_are_all_kept(text: str, commands: list[str]) -> None:
    assert [one.command for one in plan_task(text, world("tasks")).steps] == commands
