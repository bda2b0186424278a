"""Objects without a mark are known again by their id and values, and by nothing less."""

from __future__ import annotations

import pytest

from backwright.probe.objects import Made
from backwright.probe.recognition import objects_in


def order(number: int, maker: str, **values: object) -> Made:
    return Made("order", maker, ({"id": number, **values},))


MINE = [order(7, "alice", quantity=3, status="open", product_id=2)]


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ({"items": [{"id": 7, "quantity": 3, "status": "open"}]}, {"order 7"}),
        ([{"id": 7, "quantity": 3, "status": "paid", "product_id": 2}], {"order 7"}),
        ([{"id": 8, "quantity": 3, "status": "open"}], set()),
        ([{"id": 7, "quantity": 9, "status": "paid", "product_id": 5}], set()),
        ([{"id": 7}], set()),
        ([{"id": 7, "name": "a tag"}], set()),
        ({"count": 1}, set()),
        (None, set()),
    ],
)
def test_an_item_is_known_by_its_id_and_half_of_its_values(answer: object, found: set[str]) -> None:
    assert objects_in(answer, MINE, ()) == found


def test_an_id_that_the_reader_has_too_tells_nothing() -> None:
    answer = [{"id": 7, "quantity": 3, "status": "open"}]
    assert objects_in(answer, MINE, [order(7, "bob", quantity=3, status="open")]) == set()
