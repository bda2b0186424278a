"""What the scored texts do not compare: whose rows are, the options of pages."""

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


@pytest.mark.parametrize(("said", "owner"), OWNERS.items())
def test_owners_are_read_by_what_is_said(said: str, owner: str) -> None:
    text = f"- Carrier\n  - name: string, max 60\n- Parcel\n  - code: string, max 9\n\n{said}"
    steps = plan_task(f"Add two resources.\n\n{text}", world("shop")).steps
    assert [one.option("owner") for one in steps] == [owner, owner]


@pytest.mark.parametrize(("text", "command"), PAGES.items())
def test_pages_have_their_sizes(text: str, command: str) -> None:
    assert [one.command for one in plan_task(text, world("tasks")).steps] == [command]
