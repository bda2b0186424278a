"""A database is read anew only where somebody has written to it, and then what is new is seen."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from backwright.host.postgres import cluster
from backwright.probe.database import changes
from backwright.probe.postgres import PostgresOracle
from backwright.probe.sqlite import SqliteOracle

TABLES = "CREATE TABLE pets (id INTEGER PRIMARY KEY, name TEXT, legs INTEGER)"


def test_sqlite(tmp_path: Path) -> None:
    file = tmp_path / "rows.sqlite3"
    with closing(sqlite3.connect(file)) as app, closing_oracle(file, app) as oracle:
        before = oracle.rows()
        app.execute("INSERT INTO pets VALUES (2, 'Rex', 4)")
        assert oracle.rows() is before  # not committed yet
        app.commit()
        after = oracle.rows()
        (new,) = changes(before, after)
        assert (new.before, (new.after or {})["name"]) == (None, "Rex")
        assert oracle.rows() is after
        oracle.update("pets", {"legs": 3}, {"id": 2})
        (changed,) = changes(after, oracle.rows())
        assert changed.columns() == ("legs",)


def closing_oracle(file: Path, app: sqlite3.Connection) -> closing[SqliteOracle]:
    app.execute(TABLES)
    app.execute("INSERT INTO pets VALUES (1, 'Tom', 4)")
    app.commit()
    return closing(SqliteOracle(file))


@pytest.mark.parametrize("statement", ["INSERT", "UPDATE", "DELETE"])
def test_postgres(statement: str) -> None:
    words = {
        "INSERT": "INSERT INTO pets VALUES (2, 'Rex', 4)",
        "UPDATE": "UPDATE pets SET legs = 3 WHERE id = 1",
        "DELETE": "DELETE FROM pets WHERE id = 1",
    }[statement]
    with cluster() as server:
        address = server.create_database(server.fresh_name("oracle"))
        with psycopg.connect(address.url()) as app:
            app.execute(TABLES)
            app.execute("CREATE TABLE unlike (id INTEGER PRIMARY KEY)")
            app.execute("INSERT INTO pets VALUES (1, 'Tom', 4)")
            app.commit()
            with closing(PostgresOracle(address.url())) as oracle:
                before = oracle.rows()
                app.execute("SELECT * FROM pets")
                app.commit()
                assert oracle.rows() is before
                app.execute(words)
                app.commit()
                after = oracle.rows()
                (change,) = changes(before, after)
                assert change.table == "pets"
                assert oracle.rows() is after
        server.drop_database(address.database)


def test_a_transaction_that_stays_open_is_waited_for_ever_more_shortly() -> None:
    with cluster() as server:
        address = server.create_database(server.fresh_name("oracle"))
        with psycopg.connect(address.url()) as app:
            app.execute(TABLES)
            app.commit()
            with closing(PostgresOracle(address.url())) as oracle:
                app.execute("INSERT INTO pets VALUES (1, 'Tom', 4)")
                first = oracle._patience
                assert oracle.rows() == {}
                assert oracle._patience < first
                app.commit()
                assert len(oracle.rows()) == 1
                assert oracle._patience == first
        server.drop_database(address.database)
