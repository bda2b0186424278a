"""Fixtures: a client."""

from collections.abc import AsyncIterator

import pytest
from httpx import ASGITransport, AsyncClient

from app import rate_limit
from app.main import app


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run asynchronous tests on asyncio."""
    return "asyncio"


@pytest.fixture(autouse=True)
def nothing_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each test begin with no request counted against a limit."""
    counter = rate_limit.Counter("memory://")
    monkeypatch.setattr(rate_limit, "counter", counter)


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    """Give a client of the application."""
    transport = ASGITransport(app)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        yield client
