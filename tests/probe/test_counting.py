"""Two who have as many rows each get the same answer from what counts; that shows nothing."""

from __future__ import annotations

import pytest

from backwright.probe.operations import Operation
from backwright.probe.reading import with_counts
from backwright.probe.sights import Sight

LIST = Operation("GET", "/orders/count")


def seen(actor: str) -> Sight:
    why = "everybody gets the same answer"
    return Sight(LIST, actor, "lists", True, why, "order", detail={"impersonal": True})  # type: ignore[arg-type]


@pytest.mark.parametrize(("changes", "opened"), [(False, False), (True, True)])
def test_what_another_sees_is_known_by_one_more_row(changes: bool, opened: bool) -> None:
    counted = [Sight(LIST, "other", "counts", changes, "it counts only one's own", "order")]
    other, nobody = with_counts([seen("other"), seen("anonymous")], counted)
    assert other.open is opened
    assert nobody.open is True


def test_without_a_count_all_stays_as_it_was() -> None:
    assert with_counts([seen("other")], []) == [seen("other")]
