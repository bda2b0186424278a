"""The new version is served beside the old one, which is deprecated."""

import pytest
from httpx import AsyncClient

pytestmark = pytest.mark.anyio

PATH = "/v1/items"
NEXT = "/v2/items"
ASKED: dict[str, str] = {}


async def test_old_version_is_deprecated(client: AsyncClient) -> None:
    """Its answers name the next version."""
    response = await client.get(PATH)
    assert response.status_code not in (404, 405)
    assert response.headers["deprecation"].startswith("@")
    assert response.headers["link"] == f'<{NEXT}>; rel="successor-version"'


async def test_new_version_answers_as_the_old_one(client: AsyncClient) -> None:
    """It shares its handlers until they differ."""
    old = await client.get(PATH)
    response = await client.get(NEXT, headers=ASKED)
    assert response.status_code == old.status_code
    assert response.text == old.text
    assert "deprecation" not in response.headers
