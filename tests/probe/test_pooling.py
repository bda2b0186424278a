"""Several wrong values in one request: only what the answer names counts as refused."""

from __future__ import annotations

import json
from typing import Any

from backwright.probe.client import Answer, Call, Exchange, Identity
from backwright.probe.operations import Operation
from backwright.probe.pooling import Fault, Pool, first_of_kind, pools, refused_alike

GOOD = Call(Operation("POST", "/notes"), query={"limit": "5"}, body={"title": "a", "text": "b"})


def fault(name: str, place: str, value: Any = None, **more: Any) -> Fault:
    kind, _, field = place.partition(" ")
    if kind == "query":
        return Fault(name, place, Call(GOOD.operation, query={field: value}, body=GOOD.body))
    return Fault(name, place, Call(GOOD.operation, body={**GOOD.body, field: value}), **more)


def answer(status: int, *places: list[str]) -> Exchange:
    said = json.dumps({"detail": [{"loc": one, "msg": "bad", "type": "x"} for one in places]})
    return Exchange(1, Identity("ann"), GOOD, Answer(status, {}, said, 0.0))


def test_one_request_carries_one_fault_of_each_place() -> None:
    faults = [
        fault("null", "body title"),
        fault("list", "body title", []),
        fault("null", "body text"),
        fault("no number", "query limit", "abc"),
    ]
    (pool,) = pools(GOOD, faults)
    assert {one.place for one in pool.faults} == {"body title", "body text", "query limit"}
    assert pool.call.body == {"title": None, "text": None}
    assert pool.call.query == {"limit": "abc"}


def test_a_field_that_is_left_out_is_left_out_together() -> None:
    less = Fault("missing field", "body title", Call(GOOD.operation, body={"text": "b"}))
    (pool,) = pools(GOOD, [less, fault("null", "body text")])
    assert pool.call.body == {"text": None}


def test_only_what_the_answer_names_is_refused() -> None:
    title, text = fault("null", "body title"), fault("null", "body text")
    pool = Pool((title, text), GOOD)
    assert pool.refused(answer(422, ["body", "title"])) == (title,)
    assert pool.refused(answer(404)) == ()
    assert pool.refused(answer(500, ["body", "title"])) == ()


def test_what_the_validator_refuses_for_the_same_reason_is_refused_alike() -> None:
    first = fault("bad id", "path note_id")
    like = fault("NUL character", "path note_id", like="bad id")
    other = fault("negative number", "path note_id")
    assert first_of_kind([first, like, other]) == [first]
    refused = answer(422, ["path", "note_id"])
    assert refused_alike(first, refused, [first, like, other]) == (like,)
    assert refused_alike(first, answer(404), [first, like, other]) == ()


def test_urls_that_no_client_sends_are_not_made() -> None:
    long = [fault("over-long text", f"query {name}", "q" * 40_000) for name in ("a", "b")]
    assert pools(GOOD, long) == []
