"""Tokens are read, signed and spoilt as PyJWT understands them."""

from __future__ import annotations

import time
from typing import Any

import jwt
import pytest

from backwright.probe.tokens import COMMON_KEYS, find_key, forged, read_token, resigned, spoilt

KEY = "a-key-for-tests-0123456789-0123456789"


def made(**claims: Any) -> str:
    return jwt.encode({"sub": "7", "exp": time.time() + 600, **claims}, KEY, "HS256")


def test_the_key_is_found_among_candidates() -> None:
    token = read_token(made())
    assert find_key(token, [*COMMON_KEYS, KEY]) == KEY
    assert find_key(token, COMMON_KEYS) is None


def test_every_spoilt_token_is_refused_by_a_right_verification() -> None:
    for one in spoilt(read_token(made())):
        with pytest.raises(jwt.PyJWTError):
            jwt.decode(one.text, KEY, ["HS256"])


def test_forged_tokens_are_signed_with_the_key() -> None:
    found = {
        one.name: one.text
        for one in forged(read_token(made(aud="x", type="access")), KEY, time.time())
    }
    with pytest.raises(jwt.ExpiredSignatureError):
        jwt.decode(found["token-expired"], KEY, ["HS256"], audience="x")
    with pytest.raises(jwt.ImmatureSignatureError):
        jwt.decode(found["token-not-yet-valid"], KEY, ["HS256"], audience="x")
    with pytest.raises(jwt.InvalidAudienceError):
        jwt.decode(found["token-wrong-aud"], KEY, ["HS256"], audience="x")
    assert "sub" not in jwt.decode(found["token-missing-sub"], KEY, ["HS256"], audience="x")
    assert {"token-wrong-type", "token-unknown-sub", "token-odd-sub"} <= set(found)


@pytest.mark.parametrize("text", [None, "", "a.b", "a.b.c", "qz.qz.qz"])
def test_what_is_no_token_is_none(text: Any) -> None:
    assert read_token(text) is None


def test_a_subject_that_is_a_number_is_made_a_text() -> None:
    text = jwt.encode({"sub": 7, "exp": time.time() + 600}, KEY, "HS256")
    assert resigned(text, ["other"]) is None
    assert resigned(made(), [KEY]) is None
    assert jwt.decode(resigned(text, ["other", KEY]) or "", KEY, ["HS256"])["sub"] == "7"
