"""Clients that ask too often are refused, and told where they stand."""

import asyncio
import time

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from limits import parse
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.middleware.rate_limit import RateLimitMiddleware, client_address
from app.rate_limit import MemoryStorage, RateLimiter

USERS = {"token-of-alice": "alice", "token-of-bob": "bob"}
NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clock at the start of a minute, so that no test runs over its end."""
    monkeypatch.setattr(time, "time", lambda: 1_700_000_040.0)


def limited_app(limiter: RateLimiter | None = None) -> ASGIApp:
    """An application that allows 2 requests to strangers and 3 to users."""
    app = FastAPI()

    @app.get("/")
    async def read_root() -> str:
        return "served"

    @app.get("/health/live")
    async def read_liveness() -> str:
        return "alive"

    return RateLimitMiddleware(app, limiter or RateLimiter(), "2/minute", "3/minute", USERS.get)


def make_client(
    app: ASGIApp, address: str = "192.0.2.1", headers: dict[str, str] | None = None
) -> AsyncClient:
    """A client that calls from an address."""
    transport = ASGITransport(app, client=(address, 1234))
    return AsyncClient(transport=transport, base_url="http://test", headers=headers)


async def statuses(client: AsyncClient, count: int) -> list[int]:
    """The statuses of so many requests."""
    return [(await client.get("/")).status_code for _ in range(count)]


async def test_requests_over_the_limit_are_refused_in_the_shape_of_errors() -> None:
    """Status, body and `Retry-After` of a refusal."""
    async with make_client(limited_app()) as client:
        assert await statuses(client, 2) == [200, 200]
        response = await client.get("/")
    assert response.status_code == 429
    assert response.json() == {"detail": {"error": "Too many requests, try again in 60 s"}}
    assert response.headers["retry-after"] == "60"


async def test_answers_tell_where_the_client_stands() -> None:
    """The fields of the current draft and of the older ones."""
    async with make_client(limited_app()) as client:
        response = await client.get("/")
    fields = {name: value for name, value in response.headers.items() if "ratelimit" in name}
    assert fields == {
        "ratelimit-policy": '"address";q=2;w=60',
        "ratelimit": '"address";r=1;t=60',
        "ratelimit-limit": "2",
        "ratelimit-remaining": "1",
        "ratelimit-reset": "60",
    }


async def test_refusal_has_the_fields_too() -> None:
    """A refused client needs them most."""
    async with make_client(limited_app()) as client:
        await statuses(client, 2)
        response = await client.get("/")
    assert response.headers["ratelimit-remaining"] == "0"


async def test_the_next_window_starts_from_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute later everything is allowed again."""
    async with make_client(limited_app()) as client:
        assert await statuses(client, 3) == [200, 200, 429]
        monkeypatch.setattr(time, "time", lambda: 1_700_000_100.0)
        assert await statuses(client, 3) == [200, 200, 429]


async def test_other_addresses_are_counted_apart() -> None:
    """One client does not use up the limit of another."""
    app = limited_app()
    async with make_client(app) as client, make_client(app, "192.0.2.2") as other:
        assert await statuses(client, 3) == [200, 200, 429]
        assert await statuses(other, 2) == [200, 200]


async def test_users_are_counted_apart_at_one_address() -> None:
    """People in one office do not share a limit once they signed in."""
    app = limited_app()
    alice = make_client(app, headers={"authorization": "Bearer token-of-alice"})
    bob = make_client(app, headers={"authorization": "bearer token-of-bob"})
    async with alice, bob:
        assert await statuses(alice, 4) == [200, 200, 200, 429]
        assert await statuses(bob, 4) == [200, 200, 200, 429]


async def test_one_user_is_counted_together_at_all_addresses() -> None:
    """Moving on does not help."""
    app = limited_app()
    headers = {"authorization": "Bearer token-of-alice"}
    home, work = make_client(app, headers=headers), make_client(app, "192.0.2.2", headers)
    async with home, work:
        assert await statuses(home, 3) == [200, 200, 200]
        assert await statuses(work, 1) == [429]


async def test_invalid_tokens_do_not_escape_the_limit_of_the_address() -> None:
    """Made-up tokens make no new clients."""
    app = limited_app()
    for number in range(2):
        async with make_client(app, headers={"authorization": f"Bearer {number}"}) as client:
            assert await statuses(client, 1) == [200]
    async with make_client(app, headers={"authorization": "Bearer other"}) as client:
        assert await statuses(client, 1) == [429]


async def test_health_is_never_refused() -> None:
    """Load balancers ask often."""
    async with make_client(limited_app()) as client:
        assert {(await client.get("/health/live")).status_code for _ in range(5)} == {200}


async def test_forwarded_address_is_not_believed_by_default() -> None:
    """Anybody can write this header."""
    app = limited_app()
    for number in range(3):
        async with make_client(app, headers={"x-forwarded-for": f"198.51.100.{number}"}) as client:
            assert await statuses(client, 1) == [200 if number < 2 else 429]


async def test_forwarded_address_is_believed_from_a_trusted_proxy() -> None:
    """And only the address that the proxy itself saw."""
    app = ProxyHeadersMiddleware(limited_app(), trusted_hosts=["10.0.0.0/8"])  # type: ignore[arg-type]
    for number in range(3):
        headers = {"x-forwarded-for": f"203.0.113.9, 198.51.100.{number}"}
        async with make_client(app, "10.0.0.1", headers) as client:  # type: ignore[arg-type]
            assert await statuses(client, 1) == [200]
    async with make_client(app, "10.0.0.1", headers) as client:  # type: ignore[arg-type]
        assert await statuses(client, 2) == [200, 429]


def test_ipv6_addresses_are_counted_by_network() -> None:
    """One host owns a whole /64; other texts stay as they are."""

    def address(host: str) -> str:
        return client_address({"type": "http", "client": (host, 1)})

    assert address("2001:db8::1") == address("2001:db8::ffff:1") == "2001:db8::/64"
    assert address("2001:db8:0:1::1") != address("2001:db8::1")
    assert address("::ffff:192.0.2.1") == "192.0.2.1"
    assert address("not:an:address") == "not:an:address"
    assert client_address({"type": "http", "client": None}) == "unknown"


async def test_without_redis_counting_goes_on_in_the_process() -> None:
    """Nothing fails, and nothing waits for long."""
    limiter = RateLimiter(NOWHERE)
    started = time.monotonic()
    async with make_client(limited_app(limiter)) as client:
        assert await statuses(client, 3) == [200, 200, 429]
    assert time.monotonic() - started < 5


async def test_a_redis_that_never_answers_is_waited_for_once() -> None:
    """A second at most, and then counting goes on without it."""
    held: list[asyncio.StreamWriter] = []
    silent = await asyncio.start_server(lambda _, writer: held.append(writer), "127.0.0.1", 0)
    limiter = RateLimiter(f"redis://127.0.0.1:{silent.sockets[0].getsockname()[1]}/0")
    started = time.monotonic()
    async with make_client(limited_app(limiter)) as client:
        assert await statuses(client, 3) == [200, 200, 429]
    assert 0.5 < time.monotonic() - started < 5
    assert held
    for writer in held:
        writer.close()
    silent.close()
    await limiter.close()


async def test_limiter_peeks_and_clears_without_counting() -> None:
    """What the login throttle needs."""
    limiter, limit = RateLimiter(), parse("2/minute")
    await limiter.hit(limit, "login", "alice")
    assert (await limiter.peek(limit, "login", "alice")).used == 1
    assert (await limiter.peek(limit, "login", "alice")).used == 1
    assert (await limiter.peek(limit, "login", "bob")).used == 0
    await limiter.clear(limit, "login", "alice")
    assert (await limiter.peek(limit, "login", "alice")).used == 0
    await limiter.hit(limit, "login", "alice")
    await limiter.reset()
    assert (await limiter.peek(limit, "login", "alice")).remaining == 2


async def test_memory_forgets_counters_that_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory does not grow with every client that ever came."""
    storage = MemoryStorage()
    for number in range(100):
        await storage.incr(f"key-{number}", 1)
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 120)
    assert await storage.get("key-1") == 0
    assert await storage.incr("other", 1) == 1
    assert await storage.reset() == 1
