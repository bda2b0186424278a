"""What a path speaks of, and what makes it, where the names of one thing differ."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.probe.documents import TEXT, body, document, record

from backwright.probe.client import Client
from backwright.probe.operations import Operation, read_api
from backwright.probe.references import References
from backwright.probe.samples import Sampler
from backwright.probe.session import Session

BY_ID = {"name": "id", "in": "query", "required": True, "schema": {"type": "integer"}}
DISH = body(record("name", name=TEXT))


@pytest.fixture
def references() -> Iterator[References]:
    paths = {
        "/menu": {"get": {}, "put": DISH},
        "/menu/{item_id}": {"put": DISH, "delete": {}},
        "/settings": {"put": DISH},
        "/books": {"post": DISH, "delete": {"parameters": [BY_ID]}},
        "/books/data/{id}": {"get": {}},
        "/books/tagged/{tag}": {"get": {}},
    }
    api = read_api(document(paths))
    client = Client("http://127.0.0.1:9")
    yield References(Session(api, client, Sampler(api.schemas)))
    client.close()


def test_put_makes_what_a_collection_holds(references: References) -> None:
    (maker,) = references.creators("menu")
    assert maker.key == "PUT /menu"
    assert references.creators("setting") == ()


def operation(references: References, key: str) -> Operation:
    return next(one for one in references.session.api.operations if one.key == key)


def test_an_id_in_a_query_is_of_what_the_path_holds(references: References) -> None:
    slots = references.slots(operation(references, "DELETE /books"))
    assert [(one.place, one.name, one.noun) for one in slots] == [("query", "id", "book")]


def test_an_item_is_what_the_path_above_it_makes(references: References) -> None:
    delete = operation(references, "DELETE /menu/{item_id}")
    assert references.resource(delete) == "menu"
    assert [(one.name, one.noun) for one in references.slots(delete)] == [("item_id", "menu")]


def test_a_bare_id_is_of_what_is_made_further_up(references: References) -> None:
    assert references.resource(operation(references, "GET /books/data/{id}")) == "book"
    assert references.resource(operation(references, "GET /books/tagged/{tag}")) == "tagged"
