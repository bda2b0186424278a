"""Registration and login are found by what they take, not by one name."""

from __future__ import annotations

from typing import Any

import pytest
from tests.probe.documents import TEXT, body, document, record

from backwright.probe.answers import find_token, find_value, items_of
from backwright.probe.doors import find_doors
from backwright.probe.operations import read_api

CREDENTIALS = record("email", "password", email=TEXT, password=TEXT)


@pytest.mark.parametrize(
    ("login", "register"),
    [
        ("/auth/login", "/auth/register"),
        ("/api/v1/sign-in", "/api/v1/sign-up"),
        ("/users/login", "/users"),
        ("/sessions", "/accounts"),
        ("/token", "/signup"),
    ],
)
def test_ways_in_are_found_by_path_and_body(login: Any, register: Any) -> None:
    paths = {
        login: {"post": body(CREDENTIALS)},
        register: {"post": body(CREDENTIALS)},
        "/users/reset-password": {"post": body(CREDENTIALS)},
        "/tasks": {"post": body(record(title=TEXT))},
    }
    doors = find_doors(read_api(document(paths)))
    assert doors.logins[0].path == login
    assert doors.registrations[0].path == register


def test_the_token_url_of_the_document_wins() -> None:
    form = record("username", "password", username=TEXT, password=TEXT)
    paths = {
        "/v1/login": {"post": body(CREDENTIALS)},
        "/v1/access": {"post": body(form, "application/x-www-form-urlencoded")},
    }
    schemes = {"oauth": {"type": "oauth2", "flows": {"password": {"tokenUrl": "v1/access"}}}}
    doors = find_doors(read_api(document(paths, securitySchemes=schemes)))
    assert doors.logins[0].path == "/v1/access"


def test_a_body_inside_one_object_is_seen_through() -> None:
    paths = {"/users": {"post": body(record("user", user=CREDENTIALS))}}
    assert find_doors(read_api(document(paths))).registrations[0].path == "/users"


@pytest.mark.parametrize(
    "answer",
    [
        {"access_token": "abcdefghijklmnop"},
        {"data": {"accessToken": "abcdefghijklmnop"}},
        {"user": {"email": "a@b.c", "token": "abcdefghijklmnop"}},
        "abcdefghijklmnop",
    ],
)
def test_tokens_are_found_under_any_usual_key(answer: Any) -> None:
    assert find_token(answer) == "abcdefghijklmnop"


def test_what_is_no_token_is_none() -> None:
    assert find_token({"token_type": "bearer", "message": "welcome back to us"}) is None


def test_outer_values_go_before_inner_ones() -> None:
    assert find_value({"item": {"id": 2}, "id": 1}, "id") == 1
    assert items_of({"total": 1, "data": {"items": [3]}}) == [3]
