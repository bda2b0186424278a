"""Which nouns are accounts: people who log in, not whatever is called like people."""

from __future__ import annotations

from typing import Any, cast

import pytest
from tests.probe.documents import TEXT, body, document, record

from backwright.probe.client import ANONYMOUS, Client
from backwright.probe.operations import read_api
from backwright.probe.people import Person
from backwright.probe.references import References
from backwright.probe.samples import Sampler
from backwright.probe.session import Session


@pytest.mark.parametrize(
    ("fields", "is_account"),
    [
        (record("email", "password", email=TEXT, password=TEXT), True),
        (record("name", name=TEXT), False),
    ],
)
def test_who_is_made_without_a_password_has_no_account(
    fields: dict[str, Any], is_account: bool
) -> None:
    api = read_api(document({"/customers": {"post": body(fields)}, "/customers/{id}": {"get": {}}}))
    session = Session(api, cast("Client", None), cast("Sampler", None))
    session.people["alice"] = Person("alice", "a", ANONYMOUS)
    assert References(session).is_account("customer") is is_account


def test_who_is_made_by_nothing_has_one() -> None:
    api = read_api(document({"/customers/{id}": {"get": {}}}))
    session = Session(api, cast("Client", None), cast("Sampler", None))
    assert not References(session).is_account("customer")
    session.people["alice"] = Person("alice", "a", ANONYMOUS)
    assert References(session).is_account("customer")
