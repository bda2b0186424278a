"""What is asked before anything is written, and what is refused."""

from pathlib import Path

import pytest

from backwright.errors import QuestionError, UsageError
from backwright.project import read_project
from backwright.tasks.auth_plan import is_complete, plan
from backwright.tasks.questions import Answers
from backwright.transfer.draft import Draft
from backwright.transfer.guarding.host import Wanted
from backwright.transfer.guarding.leaving_out import OPTIONAL

HERE = Path(__file__).parent
JOURNAL = HERE / "hosts" / "journal" / "before"
OTHERS = HERE.parent / "hosts"


def planned(host: Path, **given: str) -> Wanted:
    """Return the plan for a host with some answers."""
    return plan(read_project(host), Draft(host), Answers(given))


def test_every_decision_is_asked_for() -> None:
    given: dict[str, str] = {}
    asked = {}
    for _ in range(4):
        with pytest.raises(QuestionError) as raised:
            planned(JOURNAL, **given)
        question = raised.value.question
        asked[question.key] = given[question.key] = question.recommended
        assert question.why
        assert all(choice.trade_off for choice in question.choices)
        assert question.recommended in [choice.value for choice in question.choices]
    assert asked == {
        "owned": "Entry,Notebook",
        "public": "GET /api/moods/,GET /health",
        "rows": "hidden",
        "endpoints": "refresh,logout,change-password,reset-password",
    }
    assert planned(JOURNAL, **given) == Wanted(
        ("Notebook",), ("Entry",), frozenset({("GET", "/api/moods/"), ("GET", "/health")})
    )


def test_other_answers_than_the_proposed() -> None:
    wanted = planned(JOURNAL, owned="Entry", public="none", rows="hidden", endpoints="logout")
    rest = frozenset(OPTIONAL) - {"logout"}
    assert wanted == Wanted(("Entry",), (), frozenset(), left_out=rest)
    assert planned(JOURNAL, owned="none", public="GET /health", endpoints="none").direct == ()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"owned": "Entri"}, "'Entri' in --answer owned is not known"),
        ({"owned": "none", "public": "none", "endpoints": "logot"}, "'logot' in --answer"),
        (
            {"owned": "Entry", "public": "none", "rows": "assign:nobody"},
            "'nobody' in --answer rows",
        ),
        ({"owned": "none", "public": "GET /helth"}, "'GET /helth' in --answer public"),
        ({"owned": "Entry", "public": "none", "rows": "burnt"}, "'burnt' is no answer"),
    ],
)
def test_answers_that_mean_nothing(given: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError) as raised:
        planned(JOURNAL, **given)
    assert said in raised.value.message


def test_an_authentication_that_is_whole_is_left_alone() -> None:
    host = OTHERS / "accounts" / "before"
    assert is_complete(read_project(host), Draft(host), Answers(yes=True))
    assert not is_complete(read_project(JOURNAL), Draft(JOURNAL), Answers(yes=True))
