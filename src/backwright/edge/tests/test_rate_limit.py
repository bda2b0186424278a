"""Whoever asks too often is told to wait."""

import asyncio
import ipaddress

import pytest
from httpx import AsyncClient
from starlette.types import Message, Receive, Scope, Send

from app import rate_limit
from app.main import app
from app.rate_limit import (
    Client,
    Limit,
    RateLimitMiddleware,
    Window,
    by_address,
    by_key,
    by_user,
)


@pytest.mark.anyio
async def test_too_many_requests_are_refused(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The application has a limit, and says when to come again."""
    monkeypatch.setattr(rate_limit.counter, "hit", exceeded)
    response = await client.request("GET", "/items")
    assert (response.status_code, response.headers["retry-after"]) == (429, "60")
    assert response.headers["ratelimit-remaining"] == "0"


def test_answers_tell_where_a_client_stands() -> None:
    """A well-behaved client slows down before it is refused."""
    wrapped = limited_app("2/hour")
    answers = [ask(wrapped) for _ in range(3)]
    assert [status for status, _ in answers] == [200, 200, 429]
    remaining = [headers["ratelimit-remaining"] for _, headers in answers]
    assert remaining == ["1", "0", "0"]
    assert int(answers[-1][1]["retry-after"]) > 0


def test_clients_are_counted_apart() -> None:
    """One does not use up what others have."""
    wrapped = limited_app("1/hour")
    addresses = ("203.0.113.1", "203.0.113.2", "203.0.113.1")
    assert [ask(wrapped, address=one)[0] for one in addresses] == [200, 200, 429]


def test_a_route_has_a_limit_of_its_own() -> None:
    """What is asked of others is not counted."""
    wrapped = limited_app("1/hour", method="POST", path="/things/{thing_id}")
    asked = [
        ("GET", "/things/1"),
        ("POST", "/things/1"),
        ("POST", "/things/2"),
        ("POST", "/"),
    ]
    statuses = [ask(wrapped, method=method, path=path)[0] for method, path in asked]
    assert statuses == [200, 200, 429, 200]


def test_forwarded_address_of_a_stranger_is_not_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else a new one with each request would never be refused."""
    monkeypatch.setattr(rate_limit, "_TRUSTED_PROXIES", [])
    wrapped = limited_app("1/hour")
    forwarded = ("198.51.100.1", "198.51.100.2")
    assert [ask(wrapped, forwarded=one)[0] for one in forwarded] == [200, 429]


def test_forwarded_address_of_a_trusted_proxy_is_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else all behind it are one. What a client adds is not believed."""
    proxies = [ipaddress.ip_network("203.0.113.0/24")]
    monkeypatch.setattr(rate_limit, "_TRUSTED_PROXIES", proxies)
    wrapped = limited_app("1/hour")
    forwarded = ("198.51.100.1", "198.51.100.2", "192.0.2.7, 198.51.100.1")
    assert [ask(wrapped, forwarded=one)[0] for one in forwarded] == [200, 200, 429]


def test_user_is_counted_wherever_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that is not valid makes nobody another one."""
    known = {"good": "1", "better": "1"}
    monkeypatch.setattr(rate_limit, "_user_of", lambda token: known.get(token, ""))
    wrapped = limited_app("1/hour", client=by_user)
    asked = [
        {"token": "good", "address": "203.0.113.1"},
        {"token": "better", "address": "203.0.113.2"},
        {"token": "wrong", "address": "203.0.113.1"},
        {"token": "also wrong", "address": "203.0.113.1"},
    ]
    assert [ask(wrapped, **one)[0] for one in asked] == [200, 429, 200, 429]


def test_key_is_counted_wherever_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that is not known makes nobody another one."""
    monkeypatch.setattr(rate_limit, "_is_known", is_good)
    wrapped = limited_app("1/hour", client=by_key)
    asked = [
        {"key": "good", "address": "203.0.113.1"},
        {"key": "good", "address": "203.0.113.2"},
        {"key": "wrong", "address": "203.0.113.1"},
        {"key": "also wrong", "address": "203.0.113.1"},
    ]
    assert [ask(wrapped, **one)[0] for one in asked] == [200, 429, 200, 429]


async def is_good(key: str) -> bool:
    """Accept one key."""
    return key == "good"


async def exceeded(limit: Limit, _client: str) -> Window:
    """Stand in for the counter: everybody is over the limit."""
    return Window(limit, limit.amount + 1, 60)


def limited_app(
    rate: str, client: Client = by_address, method: str = "", path: str = ""
) -> RateLimitMiddleware:
    """Wrap something that always answers 200."""

    async def answer(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return RateLimitMiddleware(answer, [Limit(rate, client, method, path)])


def ask(
    wrapped: RateLimitMiddleware,
    address: str = "203.0.113.1",
    method: str = "GET",
    path: str = "/",
    **said: str,
) -> tuple[int, dict[str, str]]:
    """Send one request from an address; return status and headers."""
    names = {
        "forwarded": "x-forwarded-for",
        "token": "authorization",
        "key": "x-api-key",
    }
    before = {"token": "Bearer "}
    headers = [
        (names[one].encode(), f"{before.get(one, '')}{text}".encode())
        for one, text in said.items()
    ]
    scope: Scope = {
        "type": "http",
        "method": method,
        "path": path,
        "headers": headers,
        "client": (address, 50000),
        "app": app,
    }
    answers: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        answers.append(message)

    asyncio.run(wrapped(scope, receive, send))
    head = answers[0]
    return head["status"], {k.decode(): v.decode() for k, v in head["headers"]}
