"""Nothing that a second server would need lives in the memory of the first."""

import subprocess
from collections.abc import AsyncIterator, Iterator
from itertools import cycle
from pathlib import Path

import httpx
import pytest

from app.config import Settings
from tests.servers import run_redis, run_server, run_servers

PASSWORD = "correct horse battery staple"
LIMITS = {
    "ENVIRONMENT": "test",
    "BCRYPT_COST": "4",
    "MAIL_DELAY_SECONDS": "0",
    "RATE_LIMIT_PER_ADDRESS": "1000/day",
    "RATE_LIMIT_PER_USER": "6/day",
    "LOGIN_LIMIT_PER_ACCOUNT": "4/day",
}

pytestmark = [pytest.mark.servers, pytest.mark.usefixtures("session")]

Running = tuple[str, subprocess.Popen[bytes]]


@pytest.fixture(scope="module")
def redis(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Running]:
    """Return the URL and the process of a real Redis."""
    with run_redis(tmp_path_factory.mktemp("redis")) as running:
        yield running


@pytest.fixture(scope="module")
def servers(settings: Settings, migrated: None, redis: Running) -> Iterator[tuple[str, str]]:
    """Return the URLs of two servers with one database and one Redis."""
    environment = {**LIMITS, "DATABASE_URL": settings.database_url, "REDIS_URL": redis[0]}
    with run_servers(2, **environment) as ((first, _), (second, _)):
        yield first, second


@pytest.fixture
async def web() -> AsyncIterator[httpx.AsyncClient]:
    """Return a client for any server."""
    async with httpx.AsyncClient(timeout=20) as client:
        yield client


async def register(web: httpx.AsyncClient, server: str, email: str) -> None:
    """Make an account."""
    data = {"email": email, "password": PASSWORD}
    response = await web.post(f"{server}/api/v1/auth/register", json=data)
    assert response.status_code == 202


async def log_in(
    web: httpx.AsyncClient, server: str, email: str, password: str = PASSWORD
) -> httpx.Response:
    """Try to log in."""
    data = {"username": email, "password": password}
    return await web.post(f"{server}/api/v1/auth/login", data=data)


async def authorize(web: httpx.AsyncClient, server: str, email: str) -> dict[str, str]:
    """Log in, and return the headers of signed-in requests."""
    answer = await log_in(web, server, email)
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def test_two_servers_count_requests_together(
    servers: tuple[str, str], web: httpx.AsyncClient
) -> None:
    """A limit of 6 means 6, wherever the requests go."""
    await register(web, servers[0], "counted@example.com")
    headers = await authorize(web, servers[0], "counted@example.com")
    turns = cycle(servers)
    answers = [await web.get(f"{next(turns)}/api/v1/auth/me", headers=headers) for _ in range(8)]
    assert [answer.status_code for answer in answers] == [200] * 6 + [429] * 2
    remaining = [int(answer.headers["ratelimit-remaining"]) for answer in answers]
    assert remaining == [5, 4, 3, 2, 1, 0, 0, 0]


async def test_two_servers_lock_an_account_together(
    servers: tuple[str, str], web: httpx.AsyncClient
) -> None:
    """Guessing at two servers gives no more guesses, and locks both."""
    await register(web, servers[1], "locked@example.com")
    turns = cycle(servers)
    guesses = [await log_in(web, next(turns), "locked@example.com", f"guess {n}") for n in range(5)]
    assert [guess.status_code for guess in guesses] == [401] * 4 + [429]
    for server in servers:
        refusal = await log_in(web, server, "locked@example.com")
        assert refusal.status_code == 429
        assert int(refusal.headers["retry-after"]) > 0


async def test_logout_at_one_server_holds_at_the_other(
    servers: tuple[str, str], web: httpx.AsyncClient
) -> None:
    """Although both had verified, and remembered, the token's signature."""
    first, second = servers
    await register(web, first, "leaving@example.com")
    headers = await authorize(web, first, "leaving@example.com")
    assert (await web.get(f"{second}/api/v1/auth/me", headers=headers)).status_code == 200
    assert (await web.post(f"{first}/api/v1/auth/logout", headers=headers)).is_success
    assert (await web.get(f"{second}/api/v1/auth/me", headers=headers)).status_code == 401


async def test_servers_go_on_without_redis(
    settings: Settings, migrated: None, tmp_path: Path, web: httpx.AsyncClient
) -> None:
    """When Redis ends, each server counts by itself: nothing fails, and limits still hold."""
    with run_redis(tmp_path) as (url, redis):
        environment = {**LIMITS, "DATABASE_URL": settings.database_url, "REDIS_URL": url}
        with run_server(**environment) as (server, _):
            await register(web, server, "alone@example.com")
            headers = await authorize(web, server, "alone@example.com")
            assert (await web.get(f"{server}/api/v1/auth/me", headers=headers)).status_code == 200
            redis.kill()
            redis.wait()
            answers = [await web.get(f"{server}/api/v1/auth/me", headers=headers) for _ in range(7)]
            assert [answer.status_code for answer in answers] == [200] * 6 + [429]
            assert max(answer.elapsed.total_seconds() for answer in answers) < 2
