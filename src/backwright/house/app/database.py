"""The database as services see it: statements go in, rows come out.

Statements are ordinary SQLModel ones. What comes out is built straight into the schema that was
asked for: rows of our own database are not validated again, and nothing is loaded behind anybody's
back. A single statement is a transaction of its own; several go into `session.transaction()`.

With `caller=`, the same round trip also checks that the caller is still signed in and active:
`UnauthorizedError` if not, and then the statement has changed nothing.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from time import monotonic
from typing import Annotated, Any, Protocol, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel
from sqlalchemy import Executable
from sqlalchemy.sql.dml import UpdateBase

from app.auth import Caller
from app.columns import FOUND
from app.config import Settings
from app.exceptions import ServiceUnavailableError
from app.logs import get_logger
from app.postgres import PostgresDatabase

REPLICA_PAUSE = 5.0  # seconds

logger = get_logger(__name__)

Schema = TypeVar("Schema", bound=BaseModel)


def _fill(into: type[Schema], rows: Sequence[Mapping[str, Any]]) -> list[Schema]:
    """Put rows into a schema like `model_construct`, but with one look at its fields for all.

    As there, a field that no column has stays unset: the service sets it, such as ids of links. The
    tests of each resource compare whole rows, so that none is forgotten.
    """
    names = [name for name in rows[0].keys() if name in into.model_fields] if rows else []  # noqa: SIM118
    filled = []
    for row in rows:
        item = into.__new__(into)
        object.__setattr__(item, "__dict__", {name: row[name] for name in names})
        object.__setattr__(item, "__pydantic_fields_set__", set(names))
        object.__setattr__(item, "__pydantic_extra__", None)
        object.__setattr__(item, "__pydantic_private__", None)
        filled.append(item)
    return filled


class Connection(Protocol):
    """What a session needs of a database."""

    async def fetch(
        self, statement: Executable, caller: Caller | None
    ) -> Sequence[Mapping[str, Any]]:
        """Run a statement, check the caller with it, and return the rows by column name."""

    def transaction(self) -> "AbstractAsyncContextManager[Connection]":
        """Begin; commit at the end, or roll back on an error."""


class Session:
    """One request's access to the database."""

    def __init__(self, connection: Connection) -> None:
        """Use a connection, or a pool of them, until the request ends."""
        self._connection = connection

    async def all(
        self, statement: Executable, into: type[Schema], *, caller: Caller | None = None
    ) -> list[Schema]:
        """Return all rows of a statement.

        Raises:
            UnauthorizedError: If the caller is not signed in any more.
        """
        rows = await self._connection.fetch(statement, caller)
        return _fill(into, rows)

    async def one_or_none(
        self, statement: Executable, into: type[Schema], *, caller: Caller | None = None
    ) -> Schema | None:
        """Return the row of a statement that finds one at most.

        Raises:
            UnauthorizedError: If the caller is not signed in any more.
        """
        rows = await self._connection.fetch(statement, caller)
        return _fill(into, rows)[0] if rows else None

    async def one(
        self, statement: Executable, into: type[Schema], *, caller: Caller | None = None
    ) -> Schema:
        """Return the row of a statement that always finds one, such as `INSERT … RETURNING`.

        Raises:
            UnauthorizedError: If the caller is not signed in any more.
        """
        rows = await self._connection.fetch(statement, caller)
        return _fill(into, rows)[0]

    async def scalar(self, statement: Executable, *, caller: Caller | None = None) -> Any:
        """Return the first column of the first row, or None if there is no row.

        Raises:
            UnauthorizedError: If the caller is not signed in any more.
        """
        rows = await self._connection.fetch(statement, caller)
        return next(iter(rows[0].values())) if rows else None

    async def execute(self, statement: UpdateBase, *, caller: Caller | None = None) -> int:
        """Insert, update or delete, and return how many rows that changed.

        Raises:
            UnauthorizedError: If the caller is not signed in any more.
        """
        if caller is None:
            statement = statement.returning(FOUND)  # the guard returns it as well
        return len(await self._connection.fetch(statement, caller))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Make the statements inside happen together or not at all."""
        outside = self._connection
        async with outside.transaction() as connection:
            self._connection = connection
            try:
                yield
            finally:
                self._connection = outside


class ReplicaFirst:
    """A replica that answers, and a primary that answers when the replica cannot."""

    def __init__(self, replica: Connection, primary: Connection) -> None:
        """Keep both."""
        self._replica = replica
        self._primary = primary
        self._replica_failed = False
        self._replica_again_at = 0.0

    async def fetch(
        self, statement: Executable, caller: Caller | None
    ) -> Sequence[Mapping[str, Any]]:
        """Ask the replica, and the primary for what it cannot answer or does not find.

        A row that was made a moment ago is not there yet, and who made it must find it.

        A replica that does not answer is left alone for a while, since waiting for it is slow; then
        one statement tries it again, and the others do not wait for that.

        Raises:
            UnauthorizedError: If the caller is not signed in any more.
        """
        if monotonic() >= self._replica_again_at:
            if self._replica_failed:
                self._replica_again_at = monotonic() + REPLICA_PAUSE
            try:
                rows = await self._replica.fetch(statement, caller)
                self._replica_failed, self._replica_again_at = False, 0.0
                if rows:
                    return rows
            except ServiceUnavailableError:
                self._replica_failed = True
                self._replica_again_at = monotonic() + REPLICA_PAUSE
                logger.warning("reading from the primary", seconds=REPLICA_PAUSE)
            except Exception as error:
                # It has not heard of something yet, or gave up in order to follow.
                logger.debug("not answered by the replica", error=type(error).__name__)
        return await self._primary.fetch(statement, caller)

    def transaction(self) -> AbstractAsyncContextManager[Connection]:
        """Begin on the primary."""
        return self._primary.transaction()


class Database:
    """The connections that the application holds while it runs."""

    def __init__(self, primary: Connection, replica: Connection | None = None) -> None:
        """Keep the primary, and what reads may be answered by instead."""
        self._primary = primary
        self._reader = ReplicaFirst(replica, primary) if replica else primary

    def session(self, *, read_only: bool = False) -> Session:
        """Return a session; one that only reads may be answered by the replica."""
        return Session(self._reader if read_only else self._primary)


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """Open the pools, and close them at the end."""
    async with PostgresDatabase.open(settings.database_url, settings) as primary:
        if settings.database_replica_url is None:
            yield Database(primary)
            return
        replica_url = settings.database_replica_url
        async with PostgresDatabase.open(replica_url, settings, replica=True) as replica:
            yield Database(primary, replica)


async def get_session(request: Request) -> Session:
    """Return the session of a request. It holds no connection while it has nothing to ask."""
    database: Database = request.app.state.database
    return database.session(read_only=request.method == "GET")


SessionDep = Annotated[Session, Depends(get_session)]
