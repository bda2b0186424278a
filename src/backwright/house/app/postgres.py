"""PostgreSQL: SQLAlchemy writes the SQL, and asyncpg runs it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, NoReturn

import asyncpg
from sqlalchemy import Executable
from sqlalchemy.engine import make_url

from app.auth import Caller
from app.config import Settings
from app.constraints import broken_reference, duplicate, missing_value, unacceptable_value
from app.exceptions import AppError, ConflictError, ServiceUnavailableError
from app.logs import get_logger
from app.pool import OUTDATED, ConnectionPool
from app.queries import Row, prepare

logger = get_logger(__name__)

DATABASE_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, OverflowError, OSError)
UNACCEPTABLE = (
    ValueError,  # the driver could not write it
    OverflowError,
    asyncpg.DataError,
    asyncpg.CheckViolationError,
    asyncpg.ProgramLimitExceededError,  # too long for an index
)
UNAVAILABLE = (
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    *OUTDATED,
    asyncpg.InterfaceError,
    OSError,
)


class PostgresDatabase:
    """A database with a pool of connections."""

    def __init__(self, pool: ConnectionPool, name: str) -> None:
        """Use a pool; the log calls the database by its name."""
        self._pool = pool
        self._name = name

    @classmethod
    @asynccontextmanager
    async def open(
        cls, url: str, settings: Settings, *, replica: bool = False
    ) -> "AsyncIterator[PostgresDatabase]":
        """Open a database, and close it at the end; a replica may be away at first."""
        pool = ConnectionPool(
            settings.database_pool_size,
            settings.database_pool_timeout_seconds,
            dsn=make_url(url).set(drivername="postgresql").render_as_string(hide_password=False),
            statement_cache_size=settings.database_prepared_statements,
            command_timeout=settings.database_timeout_seconds,
        )
        if not replica:
            pool.release(await pool.acquire())
        try:
            yield cls(pool, "replica" if replica else "database")
        finally:
            await pool.close()

    async def fetch(self, statement: Executable, caller: Caller | None) -> Sequence[Row]:
        """Run a statement, check the caller with it, and return the rows by column name.

        Raises:
            UnauthorizedError: If the caller is not signed in any more.
            AppError: If the database refuses the statement, in words for the client.
        """
        try:
            query, arguments = prepare(statement, caller)
            async with self._pool.connection() as connection:
                records = await connection.fetch(query.sql, *arguments)
        except DATABASE_ERRORS as error:
            raise_in_words(error, statement, self._name)
        return query.rows(records)

    @asynccontextmanager
    async def transaction(self) -> "AsyncIterator[PostgresConnection]":
        """Begin; commit at the end, or roll back on an error."""
        async with transaction_in_words(self._begin()) as connection:
            yield PostgresConnection(connection)

    @asynccontextmanager
    async def _begin(self) -> AsyncIterator[Any]:
        """Hold a connection in a transaction."""
        async with self._pool.connection() as connection, connection.transaction():
            yield connection


class PostgresConnection:
    """A connection inside a transaction."""

    def __init__(self, connection: Any) -> None:
        """Use an asyncpg connection."""
        self._connection = connection

    async def fetch(self, statement: Executable, caller: Caller | None) -> Sequence[Row]:
        """Run a statement, check the caller with it, and return the rows by column name.

        Raises:
            UnauthorizedError: If the caller is not signed in any more.
            AppError: If the database refuses the statement, in words for the client.
        """
        try:
            query, arguments = prepare(statement, caller)
            records = await self._connection.fetch(query.sql, *arguments)
        except DATABASE_ERRORS as error:
            raise_in_words(error, statement)
        return query.rows(records)

    @asynccontextmanager
    async def transaction(self) -> "AsyncIterator[PostgresConnection]":
        """Set a savepoint; forget it at the end, or return to it on an error."""
        async with transaction_in_words(self._connection.transaction()):
            yield self


@asynccontextmanager
async def transaction_in_words(
    transaction: AbstractAsyncContextManager[Any],
) -> AsyncIterator[Any]:
    """Say in words what fails at the beginning or the end; what the block raises is its own."""
    own: BaseException | None = None
    try:
        async with transaction as entered:
            try:
                yield entered
            except BaseException as error:
                own = error
                raise
    except DATABASE_ERRORS as error:
        if error is own:
            raise
        raise_in_words(error, None)


def raise_in_words(
    error: Exception, statement: Executable | None, database: str = "database"
) -> NoReturn:
    """Raise what the client should read when a database says this, else the error itself."""
    meaning = in_words(error, statement)
    if meaning is None:
        raise error
    if isinstance(meaning, ServiceUnavailableError):
        logger.warning(f"{database} not available", error=repr(error))
    elif isinstance(error, UNACCEPTABLE):
        # By its type alone: the text may repeat the value.
        logger.warning("value refused by the database", error=type(error).__name__)
    raise meaning from error


def in_words(error: Exception, statement: Executable | None) -> AppError | None:
    """Return what the client should read when the database says this; None if it is our fault."""
    if isinstance(error, asyncpg.UniqueViolationError):
        return duplicate(error.constraint_name)
    if isinstance(error, asyncpg.ForeignKeyViolationError):
        return broken_reference(error.constraint_name, statement)
    if isinstance(error, asyncpg.NotNullViolationError):
        return missing_value(error.column_name)
    if isinstance(error, UNACCEPTABLE):
        return unacceptable_value()
    if isinstance(error, asyncpg.DeadlockDetectedError | asyncpg.SerializationError):
        return ConflictError("Somebody else changed the same things; try again")
    if isinstance(error, UNAVAILABLE):
        return ServiceUnavailableError("Database not available", 1)
    return None
