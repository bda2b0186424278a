"""Nothing that a second server would need lives in the memory of the first."""

from collections.abc import AsyncIterator
from itertools import cycle
from pathlib import Path

import httpx
import pytest

from app.config import Settings
from tests.servers import run_redis, run_server

LIMITS = {"ENVIRONMENT": "test", "RATE_LIMIT_PER_ADDRESS": "6/day"}
PATH = "/openapi.json"


@pytest.fixture
async def web() -> AsyncIterator[httpx.AsyncClient]:
    """Return a client for any server."""
    async with httpx.AsyncClient(timeout=20) as client:
        yield client


async def test_two_servers_count_requests_together(
    settings: Settings, migrated: None, tmp_path: Path, web: httpx.AsyncClient
) -> None:
    """A limit of 6 means 6, wherever the requests go."""
    with run_redis(tmp_path) as (url, _):
        environment = {**LIMITS, "DATABASE_URL": settings.database_url, "REDIS_URL": url}
        with run_server(**environment) as (first, _), run_server(**environment) as (second, _):
            turns = cycle((first, second))
            answers = [await web.get(next(turns) + PATH) for _ in range(8)]
    assert [answer.status_code for answer in answers] == [200] * 6 + [429] * 2
    remaining = [int(answer.headers["ratelimit-remaining"]) for answer in answers]
    assert remaining == [5, 4, 3, 2, 1, 0, 0, 0]


async def test_servers_go_on_without_redis(
    settings: Settings, migrated: None, tmp_path: Path, web: httpx.AsyncClient
) -> None:
    """When Redis ends, each server counts by itself: nothing fails, and limits still hold."""
    with run_redis(tmp_path) as (url, redis):
        environment = {**LIMITS, "DATABASE_URL": settings.database_url, "REDIS_URL": url}
        with run_server(**environment) as (server, _):
            assert (await web.get(server + PATH)).status_code == 200
            redis.kill()
            redis.wait()
            answers = [await web.get(server + PATH) for _ in range(7)]
            assert [answer.status_code for answer in answers] == [200] * 6 + [429]
            assert max(answer.elapsed.total_seconds() for answer in answers) < 2
