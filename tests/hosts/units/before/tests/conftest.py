from collections.abc import AsyncIterator

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.pool import StaticPool

from app.db import unit_of_work
from app.db.models import Base
from app.main import app


@pytest.fixture
async def client(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AsyncClient]:
    engine = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    factory = async_sessionmaker(engine, expire_on_commit=False)
    monkeypatch.setattr(unit_of_work, "session_factory", factory)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        yield client
    await engine.dispose()


@pytest.fixture
async def author(client: AsyncClient) -> dict[str, str]:
    return (await client.post("/api/v1/authors", json={"name": "Le Guin"})).json()


@pytest.fixture
async def book(client: AsyncClient, author: dict[str, str]) -> dict[str, str]:
    body = {
        "title": "The Dispossessed",
        "isbn": "9780060512750",
        "summary": "Two worlds",
        "pages": 387,
        "author_id": author["id"],
    }
    return (await client.post("/api/v1/books", json=body)).json()
