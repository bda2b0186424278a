"""Locks of tables in use, asked for on a real PostgreSQL while somebody else has them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from types import SimpleNamespace

import psycopg
import pytest

from backwright.host.postgres import cluster
from backwright.transfer.migration import locks

LOCK = "LOCK TABLE pet IN SHARE ROW EXCLUSIVE MODE"
LONGEST = "SELECT max(extract(epoch FROM clock_timestamp() - waitstart)) FROM pg_locks"


@pytest.fixture
def url() -> Iterator[str]:
    with cluster() as server:
        url = server.create_database("locks").url("postgresql")
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE pet (id int)")
        yield url


def test_at_last_a_lock_is_waited_for_longer_than_an_autovacuum_is_let_be(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL ends one that somebody waits for, but looks for that after `deadlock_timeout`."""
    monkeypatch.setattr(locks, "_TRIES", 2)
    held, over = threading.Event(), threading.Event()
    waited = []

    def hold() -> None:
        with psycopg.connect(url) as connection:
            connection.execute(LOCK)
            held.set()
            while not over.wait(0.02) and not (waited and waited[-1] > 1.0):
                waited.extend(row[0] for row in connection.execute(LONGEST) if row[0])

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(10)
    try:
        with psycopg.connect(url) as connection:
            execute = SimpleNamespace(execute=connection.execute)
            exec(locks.again_and_again(LOCK, 50), {"op": execute})
    finally:
        over.set()
        holder.join()
    assert waited[-1] > 1.0
