"""What a report says is held against what was seen."""

import pytest

from backwright.agent.loop.claims import claims
from backwright.agent.loop.evidence import Evidence

SEEN = Evidence(
    endpoints=(("GET", "/api/v1/films/{film_id}"), ("POST", "/api/v1/films"), ("GET", "/")),
    files=("app/routes/films.py", "tests/test_films.py"),
    passed=12,
    added=2,
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Added `GET /films/{id}` in app/routes/films.py.",
        "POST /api/v1/films answers 404 as before; see tests/test_films.py:12.",
        "All 12 tests pass, 2 new tests among them.",
        "12 passed",
        "The films.py module; Python 3.11 tests run.",
        "I added 2 tests. GET / still works.",
        "3 existing tests cover it.",
    ],
)
def test_what_was_seen_may_be_said(text: str) -> None:
    assert claims(text, SEEN).verdict == "pass", claims(text, SEEN).detail


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Added GET /films/{id}/reviews.", "there is no GET /films/{id}/reviews"),
        ("`DELETE /api/v1/films` was added", "there is no DELETE /api/v1/films"),
        ("All 214 tests pass.", "12 tests passed, not 214"),
        ("214 passed, 0 failed", "12 tests passed, not 214"),
        ("I wrote 7 tests.", "2 tests are new, not 7"),
        ("7 new tests cover it", "2 tests are new, not 7"),
        ("13 integration tests pass", "12 tests passed, not 13"),
        ("See app/services/film_service.py", "there is no app/services/film_service.py"),
    ],
)
def test_an_invention_is_found(text: str, wrong: str) -> None:
    found = claims(text, SEEN)
    assert found.verdict == "fail"
    assert wrong in found.detail
