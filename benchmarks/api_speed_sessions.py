"""The house on SQLAlchemy's own engine and sessions, instead of its own pool and compiled queries.

`DATA_LAYER` names the way: `engine` runs the very same statements, with the caller checked in them;
`session` opens an `AsyncSession` for each, and asks for the caller in a statement before. The rest
of the application is as in `api_speed_house.py`.
"""

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import api_speed_house
from app import database, main
from app.auth import Caller
from app.columns import FOUND
from app.config import Settings
from app.database import Connection, Database
from app.exceptions import UnauthorizedError
from app.guard import SIGNED_IN, guard
from app.postgres import raise_in_words
from sqlalchemy import Executable, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

Rows = Sequence[Mapping[str, Any]]


def _of_caller(caller: Caller | None) -> dict[str, Any]:
    return {"_caller_id": caller.id, "_caller_session_id": caller.session_id} if caller else {}


async def _guarded(
    connection: AsyncConnection | AsyncSession, statement: Executable, caller: Caller | None
) -> Rows:
    """Run a statement with the check of its caller in it."""
    try:
        result = await connection.execute(
            guard(statement) if caller else statement, _of_caller(caller)
        )
    except DBAPIError as error:
        raise_in_words(error.orig.__cause__ if error.orig else error, statement)
    rows: Rows = result.mappings().all() if getattr(result, "returns_rows", True) else []
    rows = [
        vars(first) if isinstance(first := next(iter(row.values())), SQLModel) else row
        for row in rows
    ]
    if not caller:
        return rows
    if not rows:
        raise UnauthorizedError
    return rows if rows[0][FOUND.name] else []


async def _after_asking(
    session: AsyncSession, statement: Executable, caller: Caller | None
) -> Rows:
    """Run a statement after one that asks for its caller."""
    if caller and (await session.execute(SIGNED_IN, _of_caller(caller))).first() is None:
        raise UnauthorizedError
    return await _guarded(session, statement, None)


class Engine:
    """Connections of SQLAlchemy's pool, without a unit of work."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Commit by statement; a transaction says that it is one."""
        self._engine = engine
        self._by_statement = engine.execution_options(isolation_level="AUTOCOMMIT")

    async def fetch(self, statement: Executable, caller: Caller | None) -> Rows:
        """Run a statement in a transaction of its own."""
        async with self._by_statement.connect() as connection:
            return await _guarded(connection, statement, caller)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Begin; commit at the end, or roll back on an error."""
        async with self._engine.begin() as connection:
            yield _Inside(connection)


class Sessions(Engine):
    """A session of SQLModel for each statement."""

    async def fetch(self, statement: Executable, caller: Caller | None) -> Rows:
        """Run a statement in a transaction of its own."""
        async with AsyncSession(self._engine) as session:
            rows = await _after_asking(session, statement, caller)
            await session.commit()
            return rows


class _Inside:
    """A connection inside a transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Use a connection."""
        self._connection = connection

    async def fetch(self, statement: Executable, caller: Caller | None) -> Rows:
        """Run a statement."""
        return await _guarded(self._connection, statement, caller)

    def transaction(self) -> AbstractAsyncContextManager[Connection]:
        """Have none in another."""
        raise TypeError("a transaction in a transaction is nothing that is measured")


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """Open an engine, and close it at the end."""
    url = make_url(settings.database_url).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url, pool_size=settings.database_pool_size, max_overflow=0)
    ways = {"engine": Engine, "session": Sessions}
    try:
        yield Database(ways[os.environ["DATA_LAYER"]](engine))
    finally:
        await engine.dispose()


main.open_database = open_database
database.open_database = open_database
app = main.create_app()
assert api_speed_house.app  # it takes all middlewares but CORS away
