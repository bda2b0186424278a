"""What the tests of all resources have in common."""

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from enum import Enum
from typing import Any
from uuid import UUID

from httpx import AsyncClient, Response
from pydantic import BaseModel
from sqlmodel import func, select, text

from app.database import Session

Fields = dict[str, Any]

UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"  # nothing has it


def brief(fields: Fields) -> str:
    """Return how reports of tests name a case."""
    return str(fields)[:60]


def filters_by(row: Fields, names: list[str], ranges: list[str]) -> list[Fields]:
    """Return every single filter that a row passes, with both bounds of a range at its value."""
    filters = [{name: row[name]} for name in names]
    return filters + [{f"{name}_min": row[name], f"{name}_max": row[name]} for name in ranges]


async def read_all(client: AsyncClient, path: str, /, **params: Any) -> list[Fields]:
    """Return all rows of a list, from one page to the next."""
    rows: list[Fields] = []
    while True:
        response = await client.get(path, params=params)
        assert response.status_code == 200, response.text
        page = response.json()
        rows += page["items"]
        if page["next_cursor"] is None:
            return rows
        params["cursor"] = page["next_cursor"]


async def use_every_verb(
    client: AsyncClient, path: str, row: Fields, new: Fields
) -> list[Response]:
    """Return the answers to create, list, read, update and delete."""
    return [
        await client.post(path, json=new),
        await client.get(path),
        await client.get(f"{path}/{row['id']}"),
        await client.patch(f"{path}/{row['id']}", json=new),
        await client.delete(f"{path}/{row['id']}"),
    ]


@asynccontextmanager
async def hold_row(session: Session, model: Any, row: Fields) -> AsyncIterator[None]:
    """Keep everybody else from changing a row until the block ends."""
    async with session.transaction():
        await session.scalar(select(model.id).where(model.id == UUID(row["id"])).with_for_update())
        yield


async def start_waiting(
    session: Session, request: Coroutine[Any, Any, Response]
) -> asyncio.Task[Response]:
    """Send a request, and go on as soon as it waits for a row that the session holds."""
    already = await _count_waiting(session)
    sent = asyncio.create_task(request)
    deadline = time.monotonic() + 10
    while await _count_waiting(session) == already:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    return sent


async def _count_waiting(session: Session) -> int:
    """Return how many statements wait for another, now and not when the transaction began."""
    await session.scalar(select(func.pg_stat_clear_snapshot()))
    waiting = text(
        "count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    count: int = await session.scalar(select(waiting))
    return count


async def count_kept_locks(session: Session) -> int:
    """Return how many locks of ours outlive the moves that they were taken for."""
    ours = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    kept = text(f"count(*) FROM pg_locks WHERE locktype = 'advisory' AND {ours}")
    count: int = await session.scalar(select(kept))
    return count


def assert_not_found(response: Response, what: str, field: str | None = None) -> None:
    """Check that an answer is the one for a row that never was, or that a field refers to."""
    assert response.status_code == 404, response.text
    error = f"{field}: {what} not found" if field else f"{what} not found"
    assert response.json() == {"detail": {"error": error}}


def assert_sorted(rows: list[Fields], schema: type[BaseModel], sort: str) -> None:
    """Check that rows come as a list was asked for: empty ones last, those that are equal by id."""
    name = sort.removeprefix("-")
    values = [(_rank(getattr(schema.model_validate(row), name)), row["id"]) for row in rows]
    given = [value for value in values if value[0] is not None]
    empty = [value for value in values if value[0] is None]
    backwards = sort.startswith("-")
    assert values == sorted(given, reverse=backwards) + sorted(empty, reverse=backwards)


def _rank(value: Any) -> Any:
    """Return what a value is sorted by: PostgreSQL sorts enumerations as they are declared."""
    return list(type(value)).index(value) if isinstance(value, Enum) else value


def assert_conflict(response: Response, error: str) -> None:
    """Check that an answer is the one for what clashes with what is there already."""
    assert response.status_code == 409, response.text
    assert response.json() == {"detail": {"error": error}}
