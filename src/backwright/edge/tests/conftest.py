"""Fixtures: a client."""

from collections.abc import AsyncIterator

import pytest
from httpx import ASGITransport, AsyncClient

from app.main import app
from app.rate_limit import counter


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run asynchronous tests on asyncio."""
    return "asyncio"


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    """Let each test begin with no request counted against a limit."""
    counter.forget()


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    """Give a client of the application."""
    transport = ASGITransport(app=app)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        yield client
