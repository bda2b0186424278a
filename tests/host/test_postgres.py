"""The throw-away PostgreSQL: that it works, and that no server is left behind."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import asyncpg
import pytest
from tests.host.test_process import REPOSITORY, wait_for_file, wait_until_gone

from backwright.errors import MissingError
from backwright.host import folders, postgres, postgres_files
from backwright.host.postgres import Cluster, DatabaseError, fill


def test_a_driver_connects_by_its_url_and_not_without_the_password(cluster: Cluster) -> None:
    address = cluster.create_database("by url")

    async def ask() -> str:
        connection = await asyncpg.connect(address.url())
        answer: str = await connection.fetchval("SELECT upper('é') || current_database()")
        await connection.close()
        return answer

    assert asyncio.run(ask()) == "Éby url"
    assert address.url("postgresql+asyncpg").startswith("postgresql+asyncpg://postgres:")
    with pytest.raises(asyncpg.InvalidPasswordError):
        asyncio.run(
            asyncpg.connect(
                host="127.0.0.1",
                port=address.port,
                user="postgres",
                password="x",
                database="by url",
            )
        )


def test_a_database_is_a_copy_of_its_template(cluster: Cluster) -> None:
    cluster.create_database("old")
    cluster.execute("CREATE TABLE t AS SELECT 7 AS n", database="old")
    cluster.create_database("new", template="old")
    cluster.execute("INSERT INTO t VALUES (8)", database="new")
    assert cluster.query("SELECT json_agg(n) FROM t", database="new") == [7, 8]
    assert cluster.query("SELECT json_agg(n) FROM t", database="old") == [7]
    cluster.drop_database("new")
    with pytest.raises(DatabaseError, match="does not exist"):
        cluster.execute("SELECT 1", database="new")


def test_errors_are_postgresqls_own(cluster: Cluster) -> None:
    with pytest.raises(DatabaseError, match='relation "nowhere" does not exist'):
        cluster.execute("SELECT 1;\nSELECT * FROM nowhere;\nSELECT 2")


def test_names_are_given_out_once(cluster: Cluster) -> None:
    names = {cluster.fresh_name("x") for _ in range(5)}
    assert len(names) == 5


def test_templates_of_variables_are_filled(cluster: Cluster) -> None:
    address = cluster.address("shop")
    filled = fill(
        {
            "DATABASE_URL": "postgresql+asyncpg://{netloc}/{database}",
            "POSTGRES_SERVER": "{host}",
            "POSTGRES_PORT": "{port}",
            "OTHER": "{unknown}",
        },
        address,
    )
    assert filled["DATABASE_URL"] == address.url("postgresql+asyncpg")
    assert (filled["POSTGRES_SERVER"], filled["POSTGRES_PORT"]) == ("127.0.0.1", str(address.port))
    assert filled["OTHER"] == "{unknown}"


def test_many_connections_at_once(cluster: Cluster) -> None:
    url = cluster.address().url()

    async def connect_all() -> int:
        connections = await asyncio.gather(*(asyncpg.connect(url) for _ in range(150)))
        for connection in connections:
            await connection.close()
        return len(connections)

    assert asyncio.run(connect_all()) == 150


def test_nothing_is_left_behind() -> None:
    with postgres.cluster() as server:
        server.address()
        assert server._process is not None
        pid, folder = server._process.pid, server.folder
        assert folder.is_dir()
    assert not folders.start_time(pid)
    assert not folder.exists()


def test_leaving_before_it_has_started_leaves_nothing() -> None:
    with postgres.cluster() as server:
        folder = server.folder
    assert not folder.exists()
    assert server._process is None


def test_two_servers_at_once() -> None:
    with postgres.cluster() as one, postgres.cluster() as two:
        assert one.address().port != two.address().port


def test_two_runs_make_the_template_once(tmp_path: Path) -> None:
    ports = []

    def start() -> None:
        with postgres.cluster() as server:
            ports.append(server.address().port)

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(ports)) == 3
    assert len(list((tmp_path / "cache/postgresql").glob("data-*/password"))) == 1


def test_a_start_that_fails_says_so() -> None:
    with (
        postgres.cluster({"shared_buffers": "nonsense"}) as server,
        pytest.raises(MissingError, match="shared_buffers"),
    ):
        server.address()


OWNER = """
import sys, pathlib, time
from backwright.host import postgres, watchdog
if sys.argv[2] == "alone":
    watchdog._tell = lambda line: None
with postgres.cluster() as server:
    server.address()
    pathlib.Path(sys.argv[1]).write_text(f"{server._process.pid} {server.folder}\\n")
    time.sleep(600)
"""


@pytest.mark.parametrize("guarded", ["guarded", "alone"])
def test_a_killed_run_leaves_no_server(tmp_path: Path, guarded: str) -> None:
    note = tmp_path / "note"
    argv = [sys.executable, "-c", OWNER, str(note), guarded]
    with subprocess.Popen(argv, cwd=REPOSITORY) as owner:
        pid, _, folder = wait_for_file(note).partition(" ")
        owner.send_signal(signal.SIGKILL)
    if guarded == "alone":  # as if the watchdog had been killed too: the next start sweeps
        assert folders.start_time(int(pid))
        with postgres.cluster() as server:
            server.address()
    assert wait_until_gone(int(pid))
    until = time.monotonic() + 10
    while Path(folder).exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not Path(folder).exists()


def test_programs_that_the_server_user_cannot_reach_are_copied(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(postgres_files, "_reachable", lambda folder: False)
    postgres_files.programs.cache_clear()
    try:
        with postgres.cluster() as server:
            assert server.query("SELECT to_json(1)") == 1
        assert postgres_files.programs().is_relative_to(folders.scratch_base())
    finally:
        monkeypatch.undo()
        postgres_files.programs.cache_clear()
