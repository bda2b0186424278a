"""The way back to SQLAlchemy's own engine, see docs/database.md: it is one class, and it works."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from sqlmodel import col, delete, func, select, update

from app.auth import Caller
from app.config import Settings
from app.database import Session
from app.exceptions import ConflictError, ServiceUnavailableError, UnauthorizedError
from app.models import LoginSession, User
from tests.factories import sign_in
from tests.plain_database import PlainDatabase

ROOT = Path(__file__).parent.parent


@pytest.fixture
async def plain(session: Session, settings: Settings) -> AsyncIterator[Session]:
    """Return a session by SQLAlchemy alone, of a database with two users."""
    for name in ("alice", "bob"):
        await sign_in(session, f"{name}@example.com")
    async with PlainDatabase.open(settings.database_url, settings) as database:
        yield Session(database)


async def test_the_caller_is_checked(plain: Session) -> None:
    """Before the statement: who has signed out reads and changes nothing."""
    login = (await plain.all(select(LoginSession), LoginSession))[0]
    caller = Caller(login.user_id, login.id)
    everybody = select(User)
    assert len(await plain.all(everybody, User, caller=caller)) == 2
    with pytest.raises(UnauthorizedError):
        await plain.execute(delete(User), caller=Caller(caller.id, uuid4()))
    await plain.execute(update(User).values(is_active=False))
    with pytest.raises(UnauthorizedError):
        await plain.all(everybody, User, caller=caller)


async def test_a_transaction_happens_whole_or_not_at_all(plain: Session) -> None:
    """And what the database refuses is said in the same words."""

    async def change_both() -> None:
        async with plain.transaction():
            await plain.execute(update(User).values(full_name="changed"))
            await plain.execute(update(User).values(email="same@example.com"))

    with pytest.raises(ConflictError, match="User with this email already exists"):
        await change_both()
    assert await plain.scalar(select(User.id).where(col(User.full_name) == "changed")) is None


async def test_it_is_bounded(session: Session, settings: Settings) -> None:
    """By the same settings: how many connections, how long for one, how long for a statement."""
    bounds = {"database_pool_size": 1, "database_pool_timeout_seconds": 1.0}
    hasty = settings.model_copy(update={**bounds, "database_timeout_seconds": 0.3})
    async with PlainDatabase.open(settings.database_url, hasty) as database, asyncio.timeout(20):
        plain = Session(database)
        async with database.transaction():
            with pytest.raises(ServiceUnavailableError):
                await plain.scalar(select(1))
        with pytest.raises(ServiceUnavailableError):
            await plain.scalar(select(func.pg_sleep(60)))
        assert await plain.scalar(select(1)) == 1


async def test_a_connection_that_was_closed(plain: Session, settings: Settings) -> None:
    """While nobody used it: the next request has another. In a transaction: that has failed."""
    login = (await plain.all(select(LoginSession), LoginSession))[0]
    server = select(func.pg_backend_pid())

    async def close(process: int) -> None:
        owner = await asyncpg.connect(settings.database_url)
        assert await owner.fetchval("SELECT pg_terminate_backend($1, 10000)", process)
        await owner.close()

    await close(await plain.scalar(server))
    assert await plain.all(select(User), User, caller=Caller(login.user_id, login.id))
    caller = Caller(login.user_id, login.id)

    async def use_in_a_transaction() -> None:
        async with plain.transaction():
            await close(await plain.scalar(server))
            await plain.all(select(User), User, caller=caller)

    with pytest.raises(ServiceUnavailableError):
        await use_in_a_transaction()
    with pytest.raises(ServiceUnavailableError):
        async with plain.transaction():
            await close(await plain.scalar(server))
    assert await plain.scalar(select(1)) == 1


async def test_a_database_that_is_away(settings: Settings) -> None:
    """It is not available, as the other says it."""
    url = "postgresql://nobody:secret@127.0.0.1:1/nothing"
    async with PlainDatabase.open(url, settings, replica=True) as database:
        with pytest.raises(ServiceUnavailableError):
            await Session(database).scalar(select(1))


@pytest.mark.servers
def test_the_tests_of_the_resources_pass(settings: Settings) -> None:
    """Services know sessions only, so not one of them has to change."""
    names = sorted(path.stem for path in (ROOT / "app" / "routes").glob("*.py"))
    tests = [path for name in names if (path := ROOT / "tests" / f"test_{name}.py").is_file()]
    pytest_on_it = [sys.executable, "-m", "pytest", "-p", "tests.plain_database"]
    environment = {**os.environ, "TEST_DATABASE_URL": settings.database_url}
    run = subprocess.run(
        [*pytest_on_it, "-p", "no:cacheprovider", *tests],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
