"""References below the outermost fields of a body, and fields that are an object's own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.probe.documents import NUMBER, TEXT, body, document, record

from backwright.probe.client import Answer, Call, Client, Exchange
from backwright.probe.inner import with_inner_objects
from backwright.probe.learner import Learner
from backwright.probe.objects import Made, Refusal
from backwright.probe.operations import Operation, read_api
from backwright.probe.people import Identity, Person
from backwright.probe.references import References
from backwright.probe.samples import Sampler
from backwright.probe.session import Session
from backwright.probe.sqlite import SqliteOracle

LINES = {
    "type": "array",
    "items": record("product_id", product_id=NUMBER, amount=NUMBER, gift_id=NUMBER),
}
PATHS = {
    "/products": {"post": body(record("name", name=TEXT))},
    "/orders": {"post": body(record("title", title=TEXT, lines=LINES))},
    "/customers": {"post": body(record("email", email=TEXT))},
    "/customers/{customer_id}": {
        "put": body(record("email", email=TEXT)),
        "patch": body(record(id=NUMBER, email=TEXT)),
    },
    "/orders/{order_id}/shares": {"post": body(record("email", email=TEXT))},
}
ANN = Person("ann", "a", Identity("ann"))


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    file = tmp_path / "rows.sqlite3"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT UNIQUE)")
    api = read_api(document(PATHS))
    client, oracle = Client("http://127.0.0.1:9"), SqliteOracle(file)
    yield Session(api, client, Sampler(api.schemas), oracle, people={"ann": ANN})
    client.close()
    oracle.close()


def operation(session: Session, key: str) -> Operation:
    return next(one for one in session.api.operations if one.key == key)


def test_lines_name_products_that_were_made(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def make(_: Learner, kind: str, who: Person, **__: object) -> Made:
        asked.append(kind)
        return Made(kind, who.name, ({"id": 7},))

    monkeypatch.setattr(Learner, "make", make)
    learner = Learner(session, References(session))
    sent = {"title": "t", "lines": [{"product_id": 84, "amount": 3, "gift_id": 5}]}
    call = Call(operation(session, "POST /orders"), body=sent)
    made = with_inner_objects(learner, call, ANN, depth=0)
    assert made.body == {"title": "t", "lines": [{"product_id": 7, "amount": 3, "gift_id": 5}]}
    assert asked == ["product"]
    assert sent["lines"][0]["product_id"] == 84  # type: ignore[index]


@pytest.mark.parametrize(
    ("key", "found"),
    [
        ("PUT /customers/{customer_id}", []),
        ("POST /orders/{order_id}/shares", ["email"]),
    ],
)
def test_an_address_is_a_customers_own(session: Session, key: str, found: list[str]) -> None:
    slots = References(session).slots(operation(session, key))
    assert [one.name for one in slots if one.place == "body"] == found


def test_the_id_in_a_body_is_the_one_in_the_path(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = iter(range(5, 9))

    def make(_: Learner, kind: str, who: Person, **__: object) -> Made:
        return Made(kind, who.name, ({"id": next(ids)},))

    monkeypatch.setattr(Learner, "make", make)
    learner = Learner(session, References(session))
    call = learner.build(operation(session, "PATCH /customers/{customer_id}"), ANN, full=True)
    assert isinstance(call, Call)
    assert call.body["id"] == call.path["customer_id"]


def test_what_a_call_needed_to_succeed_is_given_again(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A document lets a field be left out, and the database does not."""
    learner = Learner(session)
    create = operation(session, "POST /orders")

    def answered(call: Call, _: Person) -> tuple[Exchange, tuple[()]]:
        status = 201 if "lines" in call.body else 500
        return Exchange(1, ANN.identity, call, Answer(status, {}, "{}", 0.0)), ()

    monkeypatch.setattr(session, "watched", answered)
    monkeypatch.setattr(learner, "make", lambda *_, **__: Made("product", "ann", ({"id": 1},)))
    first = learner.build(create, ANN)
    assert isinstance(first, Call)
    assert set(first.body) == {"title"}
    done = learner.perform(create, ANN)
    assert not isinstance(done, Refusal)
    second = learner.build(create, ANN)
    assert isinstance(second, Call)
    assert set(second.body) == {"title", "lines"}
