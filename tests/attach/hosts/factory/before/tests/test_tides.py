"""Tides come and go."""

import pytest
from httpx import AsyncClient

pytestmark = pytest.mark.anyio


async def test_tides_are_listed(api: AsyncClient) -> None:
    assert (await api.get("/api/tides")).json() == ["ebb", "flood"]


async def test_who_is_nobody_wishes_for_nothing(api: AsyncClient) -> None:
    assert (await api.post("/api/tides/ebb/wishes")).status_code in (401, 403)
