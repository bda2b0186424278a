"""What kind a clause is like, by clauses that were understood before."""

from __future__ import annotations

import pytest

from backwright.agent.planner.likeness import likeness


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("secure the whole service with a login", "auth"),
        ("just looking, please modify nothing", "aside"),
        ("thirty requests a minute for each address at most", "rate"),
        ("go over the code with our checklist", "audit"),
        ("walk through every endpoint and try wrong input", "probe"),
        ("nobody but the person who made it can see it", "owner"),
        ("why does the server answer with a 500", "doctor"),
    ],
)
def test_a_clause_is_like_those_of_its_kind(text: str, kind: str) -> None:
    assert likeness(text).kind == kind


def test_words_that_were_never_seen_tell_nothing() -> None:
    strange = likeness("zyx wvut srqp")
    assert strange.seen == 0
    assert not strange.is_likely
