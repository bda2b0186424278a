"""A database by SQLAlchemy alone: the way back from app/postgres.py, which docs/database.md names.

It does what that does, with less speed, and with nothing private of SQLAlchemy. The tests of the
resources pass on it as well (test_plain_database.py): as a plugin of pytest (`pytest -p
tests.plain_database`) it is opened instead of the other.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from sqlalchemy import Executable, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.sql.dml import UpdateBase
from sqlmodel import col, select

from app import database
from app.auth import Caller
from app.columns import FOUND
from app.config import Settings
from app.exceptions import UnauthorizedError
from app.models import LoginSession, User
from app.postgres import raise_in_words, transaction_in_words
from app.queries import Row


def pytest_configure() -> None:
    """Open this database where the application opens its own."""
    database.PostgresDatabase = PlainDatabase  # type: ignore[assignment, attr-defined]


class PlainDatabase:
    """A database with the engine and the pool of SQLAlchemy."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Use an engine."""
        self._engine = engine

    @classmethod
    @asynccontextmanager
    async def open(
        cls, url: str, settings: Settings, *, replica: bool = False
    ) -> "AsyncIterator[PlainDatabase]":
        """Open a database, and close it at the end; a replica may be away at first."""
        engine = create_async_engine(
            make_url(url).set(drivername="postgresql+asyncpg"),
            pool_size=settings.database_pool_size,
            max_overflow=0,
            pool_pre_ping=True,  # one that was closed meanwhile is not handed out
            pool_timeout=settings.database_pool_timeout_seconds,
            connect_args={
                "timeout": settings.database_pool_timeout_seconds,
                "command_timeout": settings.database_timeout_seconds,
                "statement_cache_size": settings.database_prepared_statements,
                "prepared_statement_cache_size": settings.database_prepared_statements,
            },
        )
        try:
            if not replica:
                async with engine.connect():
                    pass
            yield cls(engine)
        finally:
            await engine.dispose()

    async def fetch(self, statement: Executable, caller: Caller | None) -> Sequence[Row]:
        """Run a statement in a transaction of its own, and return the rows by column name."""
        async with self.transaction() as connection:
            return await connection.fetch(statement, caller)

    @asynccontextmanager
    async def transaction(self) -> "AsyncIterator[PlainConnection]":
        """Begin; commit at the end, or roll back on an error."""
        async with transaction_in_words(_as_asyncpg_says(self._engine.begin())) as connection:
            yield PlainConnection(connection)


class PlainConnection:
    """A connection inside a transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Use a connection of the engine."""
        self._connection = connection

    async def fetch(self, statement: Executable, caller: Caller | None) -> Sequence[Row]:
        """Check the caller, run a statement, and return the rows by column name."""
        if caller is not None and isinstance(statement, UpdateBase):
            statement = statement.returning(FOUND)  # as app/guard.py does
        try:
            if caller is not None and not await self._is_signed_in(caller):
                raise UnauthorizedError
            result = await self._connection.execute(statement)
        except (OSError, DBAPIError) as error:
            raise_in_words(_reason(error), statement)
        return [dict(row) for row in result.mappings()] if result.returns_rows else []

    async def _is_signed_in(self, caller: Caller) -> bool:
        """Return whether the session of a caller is there, and its user active."""
        signed_in = (
            select(col(LoginSession.id))
            .join(User, col(User.id) == col(LoginSession.user_id))
            .where(
                col(LoginSession.user_id) == caller.id,
                col(LoginSession.id) == caller.session_id,
                col(User.is_active),
            )
        )
        return (await self._connection.execute(signed_in)).first() is not None

    @asynccontextmanager
    async def transaction(self) -> "AsyncIterator[PlainConnection]":
        """Set a savepoint; forget it at the end, or return to it on an error."""
        async with transaction_in_words(_as_asyncpg_says(self._connection.begin_nested())):
            yield self


@asynccontextmanager
async def _as_asyncpg_says(transaction: AbstractAsyncContextManager[Any]) -> AsyncIterator[Any]:
    """Raise the driver's own error where SQLAlchemy has put one around it."""
    try:
        async with transaction as entered:
            yield entered
    except (DBAPIError, PoolTimeoutError) as error:
        raise _reason(error) from None  # it is the cause of theirs already


def _reason(error: Exception) -> Exception:
    """Return the driver's own error; the pool has none."""
    if isinstance(error, PoolTimeoutError):
        return TimeoutError(str(error))
    reason = error.orig.__cause__ if isinstance(error, DBAPIError) and error.orig else None
    return reason if isinstance(reason, Exception) else error
