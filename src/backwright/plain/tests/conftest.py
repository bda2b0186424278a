"""Fixtures: a client, and a connection that keeps nothing after a test."""

from collections.abc import AsyncIterator

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import get_current_user
from app.database import engine, get_session
from app.main import app
from app.models import User


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run asynchronous tests on asyncio."""
    return "asyncio"


@pytest.fixture
async def connection() -> AsyncIterator[AsyncConnection]:
    """Give a connection with all tables; in the end its work is undone."""
    test_engine = create_async_engine(engine.url, poolclass=NullPool)
    async with test_engine.connect() as connection:
        transaction = await connection.begin()
        await connection.run_sync(SQLModel.metadata.create_all)
        yield connection
        await transaction.rollback()
    await test_engine.dispose()


@pytest.fixture
async def client(connection: AsyncConnection) -> AsyncIterator[AsyncClient]:
    """Give a client of the application."""

    async def get_test_session() -> AsyncIterator[AsyncSession]:
        async with AsyncSession(
            connection, join_transaction_mode="create_savepoint"
        ) as session:
            yield session

    before = dict(app.dependency_overrides)
    app.dependency_overrides[get_session] = get_test_session
    transport = ASGITransport(app)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        yield client
    app.dependency_overrides = before


@pytest.fixture
async def users(connection: AsyncConnection) -> tuple[User, User]:
    """Return two users."""
    users = (
        User(email="alice@example.com", token_hash="alice"),
        User(email="bob@example.com", token_hash="bob"),
    )
    async with AsyncSession(
        connection,
        join_transaction_mode="create_savepoint",
        expire_on_commit=False,
    ) as session:
        session.add_all(users)
        await session.commit()
    return users


def sign_in(user: User) -> None:
    """Let every request come from a user."""
    app.dependency_overrides[get_current_user] = lambda: user
