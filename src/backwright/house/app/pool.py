"""Connections to PostgreSQL that are kept open for the next request."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from time import monotonic
from typing import Any

import asyncpg

LONGEST_IDLE = 300.0  # seconds; what stands between may have dropped a connection by then
OUTDATED = (
    asyncpg.InvalidCachedStatementError,  # a migration changed a table that statements know
    asyncpg.InternalServerError,  # a migration replaced a type that prepared statements look for
    asyncpg.ReadOnlySQLTransactionError,  # the primary has become a replica, and another took over
)


class ConnectionPool:
    """Up to `size` connections, opened when they are needed.

    asyncpg has a pool too. This one does without its proxies, tasks and round trips to reset a
    connection, which take longer than a query: statements here leave nothing behind to reset.
    """

    def __init__(self, size: int, timeout: float, **options: Any) -> None:
        """Take the options of `asyncpg.connect`; wait up to `timeout` seconds for a connection.

        That holds for a free one and for a new one: a server that is cut off does not refuse.
        """
        self._options = {**options, "timeout": timeout}
        self._timeout = timeout
        self._free = asyncio.Semaphore(size)
        self._idle: list[tuple[Any, float]] = []
        self._given_up: set[asyncio.Task[None]] = set()

    async def acquire(self) -> Any:
        """Return a connection, which must be released afterwards.

        Raises:
            TimeoutError: If all connections stay busy, or the database does not answer.
            OSError: If the database cannot be reached.
        """
        if self._free.locked():
            async with asyncio.timeout(self._timeout):
                await self._free.acquire()
        else:
            await self._free.acquire()
        while self._idle:
            connection, idle_since = self._idle.pop()
            if monotonic() - idle_since > LONGEST_IDLE:
                self._give_up(connection)
            elif not connection.is_closed():
                return connection
        try:
            return await asyncpg.connect(**self._options)
        except BaseException:
            self._free.release()
            raise

    def release(self, connection: Any, error: BaseException | None = None) -> None:
        """Take a connection back; one that was interrupted by an error is not used again.

        Neither are the others after an error that all would have until they are opened again.
        """
        if isinstance(error, OUTDATED) or isinstance(getattr(error, "__cause__", None), OUTDATED):
            for known in (connection, *(idle for idle, _ in self._idle)):
                known.terminate()
        if isinstance(error, asyncio.CancelledError | TimeoutError):
            self._give_up(connection)
        elif not connection.is_closed():
            self._idle.append((connection, monotonic()))
        self._free.release()

    def _give_up(self, connection: Any) -> None:
        """Close a connection without waiting for it."""
        task = asyncio.create_task(self._close(connection))
        self._given_up.add(task)
        task.add_done_callback(self._given_up.discard)

    async def _close(self, connection: Any) -> None:
        """Close a connection, and have PostgreSQL cancel what it still does, as far as it answers."""
        with suppress(Exception):
            async with asyncio.timeout(self._timeout):
                await connection.close()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Any]:
        """Hold a connection for a while.

        Raises:
            TimeoutError: If all connections stay busy, or the database does not answer.
            OSError: If the database cannot be reached.
        """
        connection = await self.acquire()
        try:
            yield connection
        except BaseException as error:
            self.release(connection, error)
            raise
        self.release(connection)

    async def close(self) -> None:
        """Close the connections that nobody uses."""
        idle, self._idle = [connection for connection, _ in self._idle], []
        await asyncio.gather(*self._given_up, *map(self._close, idle))
