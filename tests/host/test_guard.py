"""The guard: a program of the host reaches no database but the throw-away one."""

from __future__ import annotations

import contextlib
import json
import socket
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from backwright.host import payloads
from backwright.host.postgres import Address, Cluster, companion, redirection
from backwright.host.process import Result, run

GUARD = Path(payloads.__file__).parent / "guard"
ASYNC = """
import asyncio, sys
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
async def main():
    async with create_async_engine(sys.argv[1]).connect() as connection:
        print((await connection.execute(text("SELECT 42"))).scalar())
asyncio.run(main())
"""
SYNC = """
import sys
from sqlalchemy import create_engine, text
with create_engine(sys.argv[1]).connect() as connection:
    print(connection.execute(text("SELECT 42")).scalar())
"""
DIRECT = """
import asyncio, sys, asyncpg
asyncio.run(asyncpg.connect(sys.argv[1], timeout=5))
"""
PSYCOPG = """
import sys, psycopg
print(psycopg.connect(sys.argv[1]).execute("SELECT 42").fetchone()[0])
"""
PSYCOPG_ASYNC = """
import asyncio, sys, psycopg
async def main():
    async with await psycopg.AsyncConnection.connect(sys.argv[1]) as connection:
        print((await (await connection.execute("SELECT 42")).fetchone())[0])
asyncio.run(main())
"""
PSYCOPG2 = """
import sys, psycopg2
with psycopg2.connect(sys.argv[1]) as connection, connection.cursor() as cursor:
    cursor.execute("SELECT 42")
    print(cursor.fetchone()[0])
"""
PSYCOPG2_WORDS = """
import psycopg2
psycopg2.connect(host="db.example.com", dbname="x", connect_timeout=2)
"""


def guarded(script: str, url: str, allowed: str, folder: Path) -> Result:
    env = {"PYTHONPATH": str(GUARD), "BACKWRIGHT_DATABASES": allowed, "PATH": "/usr/bin:/bin"}
    return run([sys.executable, "-c", script, url], cwd=folder, env=env, timeout=60)


@pytest.mark.parametrize(
    ("script", "scheme"),
    [
        (ASYNC, "postgresql+asyncpg"),
        (ASYNC, "postgresql+psycopg"),
        (SYNC, "postgresql+psycopg"),
        (SYNC, "postgresql+psycopg2"),
        (PSYCOPG, "postgresql"),
        (PSYCOPG_ASYNC, "postgresql"),
        (PSYCOPG2, "postgresql"),
    ],
)
def test_the_throw_away_database_is_reached(
    cluster: Cluster, tmp_path: Path, script: str, scheme: str
) -> None:
    address = cluster.address()
    done = guarded(script, address.url(scheme), f"127.0.0.1:{address.port}", tmp_path)
    assert done.stdout == "42\n", done.stderr


@pytest.mark.parametrize(
    ("script", "url", "where"),
    [
        (ASYNC, "postgresql+asyncpg://u:p@db.example.com/x", "postgresql at db.example.com:5432"),
        (ASYNC, "postgresql+asyncpg://u:p@localhost:5999/x", "postgresql at localhost:5999"),
        (ASYNC, "postgresql+asyncpg://u:p@127.0.0.1/x", "postgresql at 127.0.0.1:5432"),
        (SYNC, "sqlite:////var/lib/app/production.db", "/var/lib/app/production.db"),
        (SYNC, "sqlite:///../outside.db", "outside.db"),
        (DIRECT, "postgresql://u:p@127.0.0.1:5432/x", "127.0.0.1:5432"),
        (PSYCOPG, "postgresql://u:p@db.example.com/x", "postgresql at db.example.com:5432"),
        (PSYCOPG, "service=production", "a service of pg_service.conf"),
        (PSYCOPG_ASYNC, "host=/run/postgresql dbname=x", "postgresql at /run/postgresql:5432"),
        (PSYCOPG2, "postgresql://u:p@127.0.0.1:5999/x", "postgresql at 127.0.0.1:5999"),
        (PSYCOPG2_WORDS, "", "postgresql at db.example.com:5432"),
    ],
)
def test_every_other_database_is_refused(
    cluster: Cluster, tmp_path: Path, script: str, url: str, where: str
) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    done = guarded(script, url, f"127.0.0.1:{cluster.address().port}\n{folder}", folder)
    assert not done.ok
    assert f"refused a connection to {where}" in done.stderr.replace(f"{folder}/../", "").replace(
        f"{tmp_path}/", ""
    )


POOL = """
import asyncio, sys, asyncpg
async def main():
    async with asyncpg.create_pool(sys.argv[1], min_size=1, ssl="prefer") as pool:
        print(await pool.fetchval("SELECT 42"))
asyncio.run(main())
"""
WHERE = """
import sys
from sqlalchemy import create_engine, text
with create_engine(sys.argv[1]).connect() as connection:
    print(connection.execute(text("SELECT current_database()")).scalar())
"""
CREATES = """
import sys
from sqlalchemy import create_engine, text
base = sys.argv[1]
name = base.rpartition("/")[2]
with create_engine(base, isolation_level="AUTOCOMMIT").connect() as connection:
    connection.execute(text(f"CREATE DATABASE own_{name}"))
with create_engine(f"{base.rpartition('/')[0]}/own_{name}").connect() as connection:
    print(connection.execute(text("SELECT current_database()")).scalar())
"""


@pytest.fixture
def real_server() -> Iterator[tuple[int, list[object]]]:
    """Somebody's own database: whoever knocks there is noted."""
    knocks: list[object] = []
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.settimeout(0.1)
        ended = threading.Event()

        def listen() -> None:
            while not ended.is_set():
                with contextlib.suppress(TimeoutError):
                    knocks.append(listening.accept())

        thread = threading.Thread(target=listen)
        thread.start()
        yield listening.getsockname()[1], knocks
        ended.set()
        thread.join()


def led(
    script: str,
    url: str,
    address: Address,
    folder: Path,
    variables: Mapping[str, str] = MappingProxyType({}),
    **more: object,
) -> Result:
    order = {"postgresql": redirection(address), **more}
    env = {
        "PYTHONPATH": str(GUARD),
        "BACKWRIGHT_DATABASES": f"127.0.0.1:{address.port}\n{folder}",
        "BACKWRIGHT_REDIRECT": json.dumps(order),
        "PATH": "/usr/bin:/bin",
        **variables,
    }
    return run([sys.executable, "-c", script, url], cwd=folder, env=env, timeout=60)


@pytest.mark.parametrize(
    ("script", "url"),
    [
        (ASYNC, "postgresql+asyncpg://u:p@127.0.0.1:{port}/shop"),
        (ASYNC, "postgresql+psycopg://u:p@127.0.0.1:{port}/shop?sslmode=require"),
        (SYNC, "postgresql+psycopg://u:p@db.example.com,127.0.0.1:{port}/shop"),
        (SYNC, "postgresql+psycopg2://u:p@127.0.0.1:{port}/shop?sslmode=require"),
        (PSYCOPG, "postgresql://u:p@127.0.0.1:{port}/shop"),
        (PSYCOPG, "service=production"),
        (PSYCOPG_ASYNC, "host=127.0.0.1 port={port} dbname=shop"),
        (PSYCOPG2, "postgresql://u:p@127.0.0.1:{port}/shop"),
        (POOL, "postgresql://u:p@127.0.0.1:{port}/shop"),
        (SYNC, "postgresql+psycopg:///shop"),
    ],
)
def test_a_server_that_the_code_names_is_never_touched(
    cluster: Cluster,
    tmp_path: Path,
    real_server: tuple[int, list[object]],
    script: str,
    url: str,
) -> None:
    port, knocks = real_server
    address = cluster.create_database(cluster.fresh_name("led"))
    done = led(script, url.format(port=port), address, tmp_path)
    assert done.stdout == "42\n", done.stderr
    assert knocks == []


@pytest.mark.parametrize(
    ("script", "url"),
    [
        (ASYNC, "postgresql+asyncpg://u:p@localhost/shop"),
        (SYNC, "postgresql+psycopg2://postgres:p@localhost/shop"),
        (SYNC, "postgresql+psycopg://u@127.0.0.1/shop"),
        (PSYCOPG, "postgresql://u:p@localhost/shop"),
        (PSYCOPG2, "host=localhost user=u password=p dbname=shop"),
        (POOL, "postgresql://u:p@localhost/shop"),
    ],
)
def test_an_account_that_the_code_names_without_a_port_is_not_asked_for(
    cluster: Cluster, tmp_path: Path, script: str, url: str
) -> None:
    address = cluster.create_database(cluster.fresh_name("account"))
    variables = {"PGHOST": address.host, "PGPORT": str(address.port)}
    done = led(script, url, address, tmp_path, variables)
    assert done.stdout == "42\n", done.stderr


@pytest.mark.parametrize(
    ("script", "scheme"),
    [(DIRECT, "postgresql"), (PSYCOPG, "postgresql"), (ASYNC, "postgresql+asyncpg")],
)
def test_a_place_where_no_database_can_be_stays_without_one(
    cluster: Cluster, tmp_path: Path, script: str, scheme: str
) -> None:
    address = cluster.create_database(cluster.fresh_name("away"))
    done = led(script, f"{scheme}://u:p@127.0.0.1:1/shop", address, tmp_path)
    assert not done.ok
    assert "refused" in done.stderr.lower()
    assert "backwright:" not in done.stderr


def test_databases_of_other_names_stand_for_the_main_one_and_its_companion(
    cluster: Cluster, tmp_path: Path
) -> None:
    address = cluster.create_database(cluster.fresh_name("names"))
    cluster.create_database(companion(address.database))
    base = "postgresql+psycopg://u:p@db.example.com"
    for name, stands_for in (
        ("shop", address.database),
        ("postgres", address.database),
        ("shop_test", companion(address.database)),
    ):
        done = led(WHERE, f"{base}/{name}", address, tmp_path)
        assert done.stdout == f"{stands_for}\n", done.stderr
    done = led(CREATES, f"{base}/shop_test", address, tmp_path)
    assert done.stdout == "own_shop_test\n", done.stderr


def test_the_file_that_the_code_names_is_led_to_another(cluster: Cluster, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    script = SYNC.replace("SELECT 42", "CREATE TABLE t (id int)").replace(".scalar()", "")
    files = {str(folder / "dev.db"): str(folder / "other.db")}
    done = led(script, "sqlite:///dev.db", cluster.address(), folder, sqlite=files)
    assert done.ok, done.stderr
    assert [path.name for path in folder.iterdir()] == ["other.db"]


def test_sqlite_in_the_copy_and_in_memory_is_fine(tmp_path: Path) -> None:
    for url in ("sqlite:///inside.db", "sqlite://", "sqlite:///:memory:"):
        assert guarded(SYNC, url, str(tmp_path), tmp_path).stdout == "42\n"


def test_the_sitecustomize_that_it_hides_is_run(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("print('theirs')\n")
    env = {"PYTHONPATH": f"{GUARD}:{tmp_path}", "BACKWRIGHT_DATABASES": "x"}
    assert run([sys.executable, "-c", ""], cwd=tmp_path, env=env).stdout == "theirs\n"
