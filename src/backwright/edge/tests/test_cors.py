"""Pages of allowed origins may read every answer, those of others none."""

import pytest
from httpx import AsyncClient

from app.config import settings

pytestmark = pytest.mark.anyio

PATH = "/items"
ORIGIN = settings.cors_origins[0]
STRANGER = "https://stranger.example"


async def test_preflight_of_an_allowed_origin(client: AsyncClient) -> None:
    """A browser asks before it sends what a form could not."""
    headers = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, content-type",
    }
    response = await client.options(PATH, headers=headers)
    allowed = response.headers["access-control-allow-origin"]
    assert (response.status_code, allowed) == (200, ORIGIN)
    assert "POST" in response.headers["access-control-allow-methods"]
    assert response.headers.get("access-control-allow-credentials") is None


async def test_error_may_be_read_by_an_allowed_origin(client: AsyncClient) -> None:
    """Without the header a browser hides the error behind one of CORS."""
    response = await client.get("/no-such-path", headers={"Origin": ORIGIN})
    assert response.headers["access-control-allow-origin"] == ORIGIN


async def test_stranger_may_read_nothing(client: AsyncClient) -> None:
    """Not the answer, and not even whether a request would be allowed."""
    response = await client.get("/no-such-path", headers={"Origin": STRANGER})
    assert "access-control-allow-origin" not in response.headers
    headers = {"Origin": STRANGER, "Access-Control-Request-Method": "POST"}
    preflight = await client.options(PATH, headers=headers)
    assert "access-control-allow-origin" not in preflight.headers
