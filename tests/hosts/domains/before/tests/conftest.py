from collections.abc import AsyncIterator

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from app.core.db import Base, get_session
from app.main import app
from app.users.models import User


@pytest.fixture
async def session() -> AsyncIterator[AsyncSession]:
    engine = create_async_engine('sqlite+aiosqlite://')
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with async_sessionmaker(engine, expire_on_commit=False)() as session:
        yield session
    await engine.dispose()


@pytest.fixture
async def anonymous(session: AsyncSession) -> AsyncIterator[AsyncClient]:
    app.dependency_overrides[get_session] = lambda: session
    transport = ASGITransport(app=app)
    async with AsyncClient(transport=transport, base_url='http://test') as client:
        yield client
    app.dependency_overrides.clear()


async def sign_in(anonymous: AsyncClient, email: str) -> dict[str, str]:
    body = {'email': email, 'password': 'correct horse'}
    await anonymous.post('/auth/register', json=body)
    form = {'username': email, 'password': 'correct horse'}
    answer = await anonymous.post('/auth/token', data=form)
    return {'Authorization': f'Bearer {answer.json()["access_token"]}'}


@pytest.fixture
async def ann(anonymous: AsyncClient) -> dict[str, str]:
    return await sign_in(anonymous, 'ann@example.com')


@pytest.fixture
async def bob(anonymous: AsyncClient) -> dict[str, str]:
    return await sign_in(anonymous, 'bob@example.com')


@pytest.fixture
def users() -> type[User]:
    return User
