"""Which texts of an account's row are taken for the hash of its password."""

import json

from backwright.probe.passwords import hashes_of

KEY = "0f0e0d0c0b0a49088706050403020100"


def test_the_digits_of_a_key_are_no_hash() -> None:
    row = {"id": KEY, "email": "a@example.com", "password": "$2b$12$abcdefghijk"}
    assert hashes_of(("users", json.dumps([KEY])), row) == ["$2b$12$abcdefghijk"]


def test_a_quick_hash_is_one() -> None:
    row = {"id": 1, "password": KEY}
    assert hashes_of(("users", "[1]"), row) == [KEY]
