"""Which value names an object in a request."""

from __future__ import annotations

from backwright.probe.objects import Made, Slot, identifier
from backwright.probe.operations import Operation

POST = Operation("POST", "/books")
SLOT = Slot("body", "author_id", "author")


def test_an_answer_without_an_id_leaves_it_to_the_row() -> None:
    answer, row = {"name": "Ann", "bio": "wrote much"}, {"id": 7, "name": "Ann"}
    assert identifier(SLOT, Made("author", "a", (answer, row)), POST) == 7


def test_the_answer_is_asked_before_the_row() -> None:
    made = Made("author", "a", ({"uuid": "0f0e"}, {"id": 7, "uuid": "0f0e"}))
    assert identifier(SLOT, made, POST) == "0f0e"


def test_a_name_serves_where_nothing_has_an_id() -> None:
    assert identifier(SLOT, Made("author", "a", ({"slug": "ann"},)), POST) == "ann"
