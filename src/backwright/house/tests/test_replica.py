"""Reads may be answered by a replica; nothing else is, and nobody is refused because of it.

The stand-in for a replica is a second database: a real one would have the rows of the primary
before a test could look, so which of the two had answered could not be told.
"""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import asyncpg
import pytest
from fastapi import Request
from sqlalchemy import make_url
from sqlmodel import col, func, select

from app.auth import Caller, get_token_verifier
from app.config import Settings
from app.database import (
    Connection,
    Database,
    ReplicaFirst,
    Session,
    get_session,
    open_database,
)
from app.exceptions import ConflictError, UnauthorizedError
from app.logs import configure_logging
from app.models import User
from app.postgres import PostgresDatabase
from tests.factories import sign_in

NOWHERE = "postgresql://app@127.0.0.1:1/app"
ON_REPLICA = select(func.current_database().endswith("_replica"))

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    """Return a primary, and as its replica a database with the same tables and no rows."""
    url = make_url(settings.database_url)
    name = f"{url.database}_replica"
    replica_url = url.set(database=name).render_as_string(hide_password=False)
    owner = await asyncpg.connect(settings.database_url)
    await owner.execute(f'CREATE DATABASE "{name}"')
    try:
        replica = await asyncpg.connect(replica_url)
        await replica.execute('CREATE TABLE "user" (id uuid, is_active bool)')
        await replica.execute("CREATE TABLE login_session (user_id uuid, id uuid)")
        await replica.close()
        replicated = settings.model_copy(update={"database_replica_url": replica_url})
        async with open_database(replicated) as database:
            yield database
    finally:
        await owner.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        await owner.close()


@pytest.fixture
async def caller(session: Session, settings: Settings) -> Caller:
    """Return somebody who signed in a moment ago, so that no replica knows."""
    headers = await sign_in(session, "alice@example.com")
    verifier = get_token_verifier(settings.secret_key.get_secret_value())
    return verifier.verify(headers["Authorization"].removeprefix("Bearer "))


async def test_reads_go_to_the_replica_and_all_else_to_the_primary(database: Database) -> None:
    """Each session goes to one of the two, by what it is for."""
    reader, writer = database.session(read_only=True), database.session()
    assert await reader.scalar(ON_REPLICA)
    assert not await writer.scalar(ON_REPLICA)
    async with reader.transaction():
        assert not await reader.scalar(ON_REPLICA)


async def test_get_requests_read_only() -> None:
    """It is the one safe method that routes have."""
    asked: list[bool] = []
    database = SimpleNamespace(session=lambda *, read_only: asked.append(read_only))
    app = SimpleNamespace(state=SimpleNamespace(database=database))
    for method in ("GET", "POST", "PATCH", "DELETE"):
        await get_session(Request({"type": "http", "method": method, "app": app}))
    assert asked == [True, False, False, False]


async def test_who_signed_in_a_moment_ago_is_not_refused(
    database: Database, caller: Caller
) -> None:
    """The primary answers for a caller whom the replica does not know yet."""
    reader = database.session(read_only=True)
    assert not await reader.scalar(ON_REPLICA, caller=caller)
    assert await reader.scalar(ON_REPLICA)


async def test_a_row_that_was_made_a_moment_ago_is_found(
    database: Database, caller: Caller
) -> None:
    """The primary has it already; what is nowhere is not found by either."""
    reader = database.session(read_only=True)
    known = select(col(User.id)).where(col(User.is_active))
    assert await reader.scalar(known.where(col(User.id) == caller.id)) == caller.id
    assert await reader.scalar(known.where(col(User.id) == uuid4())) is None


async def test_who_is_not_signed_in_is_refused(database: Database) -> None:
    """Neither of the two knows them."""
    with pytest.raises(UnauthorizedError):
        await database.session(read_only=True).scalar(ON_REPLICA, caller=Caller(uuid4(), uuid4()))


async def test_the_primary_answers_while_the_replica_is_away(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the start on, and without asking the replica each time; the log says which it is."""
    configure_logging()
    attempts: list[str] = []
    replicated = settings.model_copy(update={"database_replica_url": NOWHERE})
    async with open_database(replicated) as database:
        reader = database.session(read_only=True)
        assert not await reader.scalar(ON_REPLICA)
        count_fetches(monkeypatch, attempts)
        assert not await reader.scalar(ON_REPLICA)
        assert attempts == ["fetch"]
    logged = capsys.readouterr().out
    assert logged.index("replica not available") < logged.index("reading from the primary")
    assert "database not available" not in logged


async def test_one_statement_at_a_time_tries_a_replica_that_failed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are answered by the primary meanwhile, since finding out may take seconds."""
    attempts: list[str] = []
    replicated = settings.model_copy(update={"database_replica_url": NOWHERE})
    async with open_database(replicated) as database:
        reader = database.session(read_only=True)
        monkeypatch.setattr("app.database.REPLICA_PAUSE", 0.0)
        assert not await reader.scalar(ON_REPLICA)
        monkeypatch.setattr("app.database.REPLICA_PAUSE", 60.0)
        count_fetches(monkeypatch, attempts)
        answers = await asyncio.gather(*(reader.scalar(ON_REPLICA) for _ in range(3)))
        assert answers == [False, False, False]
        assert len(attempts) == 1 + 3


async def test_the_primary_answers_what_the_replica_cannot() -> None:
    """Such as a statement that it gives up to keep following, or a table that it does not know."""

    class Behind:
        async def fetch(self, *_arguments: object) -> list[dict[str, bool]]:
            raise ConflictError("canceling statement due to conflict with recovery")

    class Primary:
        async def fetch(self, *_arguments: object) -> list[dict[str, bool]]:
            return [{"answer": True}]

    reader = Session(ReplicaFirst(cast(Connection, Behind()), cast(Connection, Primary())))
    assert await reader.scalar(ON_REPLICA)


def count_fetches(monkeypatch: pytest.MonkeyPatch, attempts: list[str]) -> None:
    """Note each statement that goes to one of the two."""
    fetch = PostgresDatabase.fetch

    async def count(self: PostgresDatabase, *args: Any) -> Any:
        attempts.append("fetch")
        return await fetch(self, *args)

    monkeypatch.setattr(PostgresDatabase, "fetch", count)
