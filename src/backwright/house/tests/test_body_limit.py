"""A request body has a bound, announced or not."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI, Request
from httpx import ASGITransport, AsyncClient

from app.middleware.body_limit import BodyLimitMiddleware

LIMIT = 100
TOO_LARGE = {"detail": {"error": f"Request body is larger than {LIMIT} bytes"}}


def make_client() -> AsyncClient:
    """A client of an application that says how many bytes, and which JSON, it got."""
    app = FastAPI()

    @app.post("/bytes")
    async def count_bytes(request: Request) -> int:
        return len(await request.body())

    @app.post("/json")
    async def count_items(items: list[int]) -> int:
        return len(items)

    @app.get("/nothing")
    async def nothing() -> str:
        return "nothing"

    bounded = BodyLimitMiddleware(app, LIMIT)
    return AsyncClient(transport=ASGITransport(bounded), base_url="http://test")


async def chunks(count: int, size: int = 10) -> AsyncIterator[bytes]:
    """A body without a length."""
    for _ in range(count):
        yield b"1" * size


async def test_body_of_the_largest_size_is_read() -> None:
    """The bound itself is allowed."""
    async with make_client() as client:
        response = await client.post("/bytes", content=b"1" * LIMIT)
    assert (response.status_code, response.json()) == (200, LIMIT)


async def test_announced_body_over_the_bound_is_refused() -> None:
    """One byte more is not, and the connection ends."""
    async with make_client() as client:
        response = await client.post("/bytes", content=b"1" * (LIMIT + 1))
    assert (response.status_code, response.json()) == (413, TOO_LARGE)
    assert response.headers["connection"] == "close"


async def test_chunked_body_of_the_largest_size_is_read() -> None:
    """Counting does not disturb what is read."""
    async with make_client() as client:
        response = await client.post("/bytes", content=chunks(10))
    assert (response.status_code, response.json()) == (200, LIMIT)


async def test_chunked_body_over_the_bound_is_refused() -> None:
    """A body without a length gets the same answer."""
    async with make_client() as client:
        response = await client.post("/bytes", content=chunks(11))
    assert (response.status_code, response.json()) == (413, TOO_LARGE)


async def test_chunked_json_over_the_bound_is_refused_and_not_taken_for_bad_json() -> None:
    """FastAPI turns most errors in reading a body into 400; not this one."""
    async with make_client() as client:
        headers = {"content-type": "application/json"}
        response = await client.post("/json", content=chunks(11), headers=headers)
    assert (response.status_code, response.json()) == (413, TOO_LARGE)


async def test_chunks_are_counted_although_a_length_was_announced_too() -> None:
    """The length means nothing beside chunks (RFC 9112, 6.3)."""
    async with make_client() as client:
        headers = {"transfer-encoding": "chunked", "content-length": "5"}
        response = await client.post("/bytes", content=chunks(11), headers=headers)
    assert response.status_code == 413


@pytest.mark.parametrize("length", ["many", "-1", "", "9" * 5000])
async def test_length_that_is_no_number_is_not_believed(length: str) -> None:
    """The bytes are counted instead."""
    async with make_client() as client:
        headers = {"content-length": length}
        response = await client.post("/bytes", content=chunks(11), headers=headers)
    assert response.status_code == 413


async def test_request_without_a_body_passes() -> None:
    """Most requests have none."""
    async with make_client() as client:
        response = await client.get("/nothing")
    assert response.json() == "nothing"
