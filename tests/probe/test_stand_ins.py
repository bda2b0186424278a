"""Rows put into the database: filled, marked, their references made first, owned where they can be."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.probe.documents import TEXT, body, document, record

from backwright.probe.activation import confirming
from backwright.probe.client import Client
from backwright.probe.nouns import noun_of_reference
from backwright.probe.objects import Made
from backwright.probe.operations import read_api
from backwright.probe.people import Person
from backwright.probe.references import References
from backwright.probe.samples import Sampler
from backwright.probe.seeding import Seeder, accounts_table, insert_user
from backwright.probe.session import Session
from backwright.probe.sqlite import SqliteOracle
from backwright.probe.stand_ins import referred_table, stand_in, table_of

TABLES = """
CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL, senha TEXT NOT NULL, photo TEXT,
    verification_code TEXT, role TEXT NOT NULL, status TEXT, confirmed_at TIMESTAMP, blocked BOOLEAN);
CREATE TABLE shop_categories (id VARCHAR(36) PRIMARY KEY, title VARCHAR(6) NOT NULL, deleted_at TIMESTAMP);
CREATE TABLE books (id INTEGER PRIMARY KEY, owner_id INTEGER REFERENCES users(id),
    cat INTEGER NOT NULL REFERENCES shop_categories(id), pages INTEGER NOT NULL);
"""


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    file = tmp_path / "rows.sqlite3"
    with sqlite3.connect(file) as connection:
        connection.executescript(TABLES)
    fields = {"name": TEXT, "cat": {"type": "integer"}}
    api = read_api(document({"/pages": {"post": body(record("name", "cat", **fields))}}))
    client, oracle = Client("http://127.0.0.1:9"), SqliteOracle(file)
    yield Session(api, client, Sampler(api.schemas), oracle)
    client.close()
    oracle.close()


def seeder(session: Session) -> Seeder:
    assert session.oracle is not None
    return Seeder(session.oracle, session.sampler, ("admin", "customer"))


def test_an_account_is_filled_and_has_no_privileges(session: Session) -> None:
    made = insert_user(seeder(session), "b", "the-hash")
    assert not isinstance(made, str)
    row = made[1]
    assert (row["senha"], row["role"]) == ("the-hash", "customer")
    assert row["email"].startswith("qzb")
    assert row["photo"]
    assert row["verification_code"] is None


def test_what_a_row_refers_to_is_made_first_and_it_is_its_makers_own(session: Session) -> None:
    made = insert_user(seeder(session), "a", "x")
    assert not isinstance(made, str)
    ann = Person("ann", "a", known=dict(made[1]), row=made[0])
    book = stand_in("book", ann, session)
    assert isinstance(book, Made)
    assert book.get("owner_id") == ann.known["id"]
    assert book.get("pages") is not None
    assert session.oracle is not None
    (category,) = (row for key, row in session.oracle.rows().items() if key[0] == "shop_categories")
    assert category["id"] == book.get("cat")
    assert len(category["title"]) <= 6
    assert category["deleted_at"] is None
    assert session.aids == ("rows were put into the database, which the API did not make: books",)


def test_tables_are_found_by_their_noun_and_by_foreign_keys(session: Session) -> None:
    assert table_of(session.oracle, "category") is referred_table(session.oracle, "cat")
    assert table_of(session.oracle, "page") is None
    assert stand_in("page", Person("ann", "a"), session) is None
    assert accounts_table(session.oracle).name == "users"  # type: ignore[arg-type, union-attr]


def test_a_field_that_only_the_database_explains_is_a_reference(session: Session) -> None:
    (operation,) = session.api.operations
    slots = References(session).slots(operation)
    assert [(one.name, one.noun) for one in slots] == [("cat", "shop_category")]


def test_what_keeps_an_account_out_is_told_from_the_rest(session: Session) -> None:
    assert session.oracle is not None
    row = {"id": 1, "role": "user", "status": "PENDING", "confirmed_at": None, "blocked": True}
    assert confirming(session.oracle, "users", row) == {
        "status": "ACTIVE", "confirmed_at": "2024-01-01T00:00:00Z", "blocked": False,
    }  # fmt: skip
    good = {"status": "active", "blocked": False, "is_active": True}
    assert confirming(session.oracle, "users", good) == {}


def test_what_columns_cannot_hold_is_told(session: Session) -> None:
    table = table_of(session.oracle, "category")
    assert table is not None
    assert seeder(session).holds(table, "title", "short")
    assert not seeder(session).holds(table, "title", "longer than six")
    assert len(str(seeder(session).column_value(table, "title", "a"))) <= 6


@pytest.mark.parametrize(
    ("field", "noun"),
    [("id_produto", "produto"), ("user_uid", "user"), ("project_ids", "project"), ("idea", None)],
)
def test_a_reference_has_its_word_behind_or_in_front(field: str, noun: str | None) -> None:
    assert noun_of_reference(field) == noun
