"""SQLite: SQLAlchemy writes the SQL, and aiosqlite runs it on a few connections to one file."""

import json
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from app.violations import constraint_error
from sqlalchemy import Executable, Numeric, Select, event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from app.auth import Caller
from app.columns import ExactNumeric, utc_now
from app.config import Settings
from app.constraints import unacceptable_value
from app.exceptions import AppError, ServiceUnavailableError, UnauthorizedError
from app.guard import SIGNED_IN
from app.logs import get_logger

logger = get_logger(__name__)

Row = Mapping[Any, Any]

READ = {"begin": "BEGIN"}
# Whoever may write says so at once: a reader that turns writer can find itself out of date.
WRITE = {"begin": "BEGIN IMMEDIATE"}
# The file is locked by others, cannot be reached, or the disk is full.
UNAVAILABLE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
}
PRIMARY_CODE = 0xFF  # the rest of an error code says more about the same error


class SqliteDatabase:
    """A pool of connections."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Use an engine."""
        self._engine = engine

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, settings: Settings) -> "AsyncIterator[SqliteDatabase]":
        """Open the file, and close it at the end."""
        engine = create_async_engine(
            make_url(url).set(drivername="sqlite+aiosqlite"),
            pool_size=settings.database_pool_size,
            max_overflow=0,
            pool_timeout=settings.database_pool_timeout_seconds,
            connect_args={"timeout": settings.database_timeout_seconds},
            json_serializer=_write_json,
            hide_parameters=True,
        )
        dialect = engine.sync_engine.dialect
        dialect.colspecs = {**dialect.colspecs, Numeric: ExactNumeric}
        event.listen(engine.sync_engine, "connect", _set_up)
        event.listen(engine.sync_engine, "begin", _begin)
        try:
            yield cls(engine)
        finally:
            await engine.dispose()

    async def fetch(self, statement: Executable, caller: Caller | None) -> Sequence[Row]:
        """Run a statement, check the caller with it, and return the rows by column name.

        Raises:
            UnauthorizedError: If the caller is not signed in any more.
            AppError: If the database refuses the statement, in words for the client.
        """
        options = READ if isinstance(statement, Select) else WRITE
        with _errors_in_words():
            async with self._engine.connect() as connection:
                await connection.execution_options(**options)
                async with connection.begin():
                    return await SqliteConnection(connection).fetch(statement, caller)

    @asynccontextmanager
    async def transaction(self) -> "AsyncIterator[SqliteConnection]":
        """Begin; commit at the end, or roll back on an error."""
        with _errors_in_words():
            async with self._engine.connect() as connection:
                await connection.execution_options(**WRITE)
                async with connection.begin():
                    yield SqliteConnection(connection)


class SqliteConnection:
    """A connection inside a transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Use a connection of the pool."""
        self._connection = connection

    async def fetch(self, statement: Executable, caller: Caller | None) -> Sequence[Row]:
        """Run a statement, check the caller with it, and return the rows by column name.

        Raises:
            UnauthorizedError: If the caller is not signed in any more.
            AppError: If the database refuses the statement, in words for the client.
        """
        # [auth]
        if caller is not None:
            ids = {"_caller_id": caller.id, "_caller_session_id": caller.session_id}
            if (await self._connection.execute(SIGNED_IN, ids)).first() is None:
                raise UnauthorizedError
        # [/auth]
        try:
            result = await self._connection.execute(statement)
        except DBAPIError as error:
            if isinstance(error.orig, sqlite3.IntegrityError):
                raise await constraint_error(self._connection, error.orig, statement) from error
            raise
        return result.mappings().all()

    @asynccontextmanager
    async def transaction(self) -> "AsyncIterator[SqliteConnection]":
        """Set a savepoint; forget it at the end, or return to it on an error."""
        with _errors_in_words():
            async with self._connection.begin_nested():
                yield self


def _write_json(document: Any) -> str:
    """Return a document as JSON; one with half of a surrogate pair in it could not be shown."""
    text = json.dumps(document, ensure_ascii=False)
    text.encode()
    return text


def _set_up(connection: DBAPIConnection, _record: object) -> None:
    """Make a new connection ready: references hold, readers never wait, we begin by ourselves."""
    connection.isolation_level = None
    connection.create_function(
        "utc_now", 0, lambda: utc_now().strftime("%Y-%m-%d %H:%M:%S.%f")
    )
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.close()


def _begin(connection: Connection) -> None:
    """Begin a transaction, as a reader or as a writer."""
    connection.exec_driver_sql(connection.get_execution_options()["begin"])


@contextmanager
def _errors_in_words() -> Iterator[None]:
    """Turn what the database says into what the client should read."""
    try:
        yield
    except OverflowError as error:
        raise _unacceptable(error) from error
    except PoolTimeoutError as error:
        raise _unavailable(error) from error
    except StatementError as error:
        if isinstance(error.orig, ValueError | OverflowError | sqlite3.DataError):
            raise _unacceptable(error.orig) from error
        if getattr(error.orig, "sqlite_errorcode", 0) & PRIMARY_CODE in UNAVAILABLE:
            raise _unavailable(error.orig) from error
        raise


def _unacceptable(error: Exception) -> AppError:
    """Note by its type alone, as the text may repeat the value, what the client reads of it."""
    logger.warning("value refused by the database", error=type(error).__name__)
    return unacceptable_value()


def _unavailable(error: BaseException | None) -> AppError:
    """Note why the database is not available, which the client does not read."""
    logger.warning("database not available", error=repr(error))
    return ServiceUnavailableError("Database not available", 1)
