"""Whoever asks too often is told to wait."""

from typing import Any

import pytest
from httpx import AsyncClient

from app import rate_limit
from app.main import app
from app.rate_limit import Counter, Limit, RateLimitMiddleware, by_address

pytestmark = pytest.mark.anyio

PATH = "/items"


async def test_answers_tell_where_a_client_stands(client: AsyncClient) -> None:
    """A well-behaved client slows down before it is refused."""
    response = await client.get(PATH)
    later = await client.get(PATH)
    limit = int(response.headers["ratelimit-limit"])
    assert int(response.headers["ratelimit-remaining"]) == limit - 1
    assert int(later.headers["ratelimit-remaining"]) == limit - 2
    assert int(response.headers["ratelimit-reset"]) > 0


async def test_one_request_too_many_is_refused(client: AsyncClient) -> None:
    """It says when to come again, in the shape of other errors."""
    wrapped = limited_app("2/hour")
    answers = [await ask(wrapped) for _ in range(3)]
    assert [status for status, _ in answers] == [200, 200, 429]
    assert int(answers[-1][1]["retry-after"]) > 0
    assert answers[-1][1]["ratelimit-remaining"] == "0"


async def test_clients_are_counted_apart() -> None:
    """One does not use up what others have."""
    wrapped = limited_app("1/hour")
    assert (await ask(wrapped, address="203.0.113.1"))[0] == 200
    assert (await ask(wrapped, address="203.0.113.2"))[0] == 200
    assert (await ask(wrapped, address="203.0.113.1"))[0] == 429


async def test_forwarded_address_of_a_stranger_is_not_believed() -> None:
    """Else a new one with each request would never be refused."""
    wrapped = limited_app("1/hour")
    statuses = [(await ask(wrapped, forwarded=f"198.51.100.{n}"))[0] for n in range(2)]
    assert statuses == [200, 429]


async def test_forwarded_address_of_a_trusted_proxy_is_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else all clients behind it would be one; what a client adds in front is not believed."""
    network = rate_limit.ipaddress.ip_network("203.0.113.0/24")
    monkeypatch.setattr(rate_limit, "_TRUSTED_PROXIES", [network])
    wrapped = limited_app("1/hour")
    forwarded = ("198.51.100.1", "198.51.100.2", "192.0.2.7, 198.51.100.1")
    statuses = [(await ask(wrapped, forwarded=one))[0] for one in forwarded]
    assert statuses == [200, 200, 429]


def limited_app(rate: str) -> RateLimitMiddleware:
    """Wrap something that always answers 200."""

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return RateLimitMiddleware(answer, [Limit(rate, by_address)])


async def ask(
    wrapped: RateLimitMiddleware, address: str = "203.0.113.1", forwarded: str = ""
) -> tuple[int, dict[str, str]]:
    """Send one request from an address; return status and headers."""
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "headers": headers,
        "client": (address, 50000),
        "app": app,
    }
    answers: list[Any] = []

    async def send(message: Any) -> None:
        answers.append(message)

    await wrapped(scope, None, send)  # type: ignore[arg-type]
    head = answers[0]
    return head["status"], {k.decode(): v.decode() for k, v in head["headers"]}
