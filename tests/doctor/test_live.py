"""A live database is looked into: real sessions that block each other, and tables that have drifted."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from tests.doctor.cases import CLINIC, Case

from backwright.doctor.database.live_activity import live_long
from backwright.doctor.engine import examine
from backwright.doctor.evidence import Evidence
from backwright.doctor.live import Live, Session, look, plain_url, without_literals
from backwright.doctor.sources import Sources
from backwright.errors import UsageError
from backwright.host.postgres import Cluster, cluster
from backwright.project import read_project
from backwright.report.doctor_types import Cause
from backwright.tasks.doctor import Doctor, doctor

_TABLES = """
CREATE TABLE "user" (id serial PRIMARY KEY, email varchar NOT NULL, password_hash varchar NOT NULL, bio varchar);
CREATE TABLE task (id serial PRIMARY KEY, title varchar(200) NOT NULL, status varchar NOT NULL,
  created_at timestamptz NOT NULL, owner_id integer NOT NULL REFERENCES "user");
INSERT INTO "user" (email, password_hash) VALUES ('ann@example.com', 'x');
INSERT INTO task (title, status, created_at, owner_id) VALUES ('a', 'open', now(), 1);
"""
_MIGRATION = 'revision = "{name}"\ndown_revision = {before}\n\n\ndef upgrade() -> None:\n    pass\n'


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    with cluster() as found:
        yield found


@pytest.fixture
def url(server: Cluster) -> str:
    address = server.create_database(server.fresh_name("live"))
    with psycopg.connect(address.url(), autocommit=True) as connection:
        connection.execute(_TABLES)
    return address.url()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Case(CLINIC / "logs" / "none.toml", {}).make(tmp_path / "project")


def causes(root: Path, url: str) -> list[Cause]:
    return list(doctor(Doctor(root, database=url), lambda _: None).causes)


def migrated(root: Path, **revisions: str | None) -> None:
    folder = root / "migrations" / "versions"
    folder.mkdir(parents=True)
    (root / "alembic.ini").write_text("[alembic]\nscript_location = migrations\n")
    for name, before in revisions.items():
        (folder / f"{name}.py").write_text(_MIGRATION.format(name=name, before=repr(before)))


def at(url: str, *revisions: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)")
        for one in revisions:
            connection.execute("INSERT INTO alembic_version VALUES (%s)", [one])


@contextmanager
def waiting(url: str, statement: str, behind: psycopg.Connection) -> Iterator[None]:
    """Run a statement that waits for another session's lock, until that is given up."""

    def run() -> None:
        with psycopg.connect(url) as connection:
            connection.execute(statement)

    other = threading.Thread(target=run)
    other.start()
    until = time.monotonic() + 30
    with psycopg.connect(url, autocommit=True) as seen:
        while not seen.execute(
            "SELECT 1 FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0"
        ).fetchone():
            assert time.monotonic() < until, "nothing waits"
            time.sleep(0.05)
    try:
        yield
    finally:
        behind.rollback()
        other.join(30)


def test_the_session_that_others_wait_for_is_named(root: Path, url: str) -> None:
    with psycopg.connect(url) as holder:
        holder.execute("UPDATE task SET title = 'secret words' WHERE id = 1")
        with waiting(url, "UPDATE task SET title = 'b' WHERE id = 1", holder):
            first = causes(root, url)[0]
        pid = holder.info.backend_pid
    assert first.name == "live-blocked"
    assert "wait" in first.text
    assert f"session {pid}" in first.text
    assert "not committed" in first.text
    assert "task" in first.text
    assert first.place is not None
    assert str(first.place.file) == "app/models.py"
    assert f"pg_terminate_backend({pid})" in first.remedy
    assert "secret words" not in " ".join(first.evidence)


def test_the_first_of_a_chain_is_named(root: Path, url: str) -> None:
    with psycopg.connect(url) as holder, psycopg.connect(url) as second:
        pid = holder.info.backend_pid
        holder.execute("UPDATE task SET title = 'a' WHERE id = 1")
        second.execute("UPDATE \"user\" SET bio = 'x' WHERE id = 1")
        with waiting(url, "LOCK TABLE task IN ACCESS EXCLUSIVE MODE", holder):
            found = causes(root, url)
        second.rollback()
    blocked = [one for one in found if one.name == "live-blocked"]
    assert len(blocked) == 1
    assert f"session {pid}" in blocked[0].text


def test_nothing_is_written_there(root: Path, url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        counted = "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables"
        before = connection.execute(counted).fetchone()
        look(url)
        assert connection.execute(counted).fetchone() == before
    assert causes(root, url) == []


def test_a_pool_that_stands_in_transactions_is_told(root: Path, url: str) -> None:
    file = root / "app" / "database.py"
    file.write_text(
        file.read_text().replace("database_url)", "database_url, pool_size=2, max_overflow=1)")
    )
    held = [psycopg.connect(url, application_name="api") for _ in range(3)]
    try:
        for one in held:
            one.execute("SELECT 1")
        found = causes(root, url)
    finally:
        for one in held:
            one.close()
    assert [one.name for one in found] == ["live-pool"]
    assert "3 connections" in found[0].text
    assert "the pool has 3" in found[0].text
    assert str(found[0].place) == "app/database.py:7"


def test_a_server_without_free_connections_is_told(root: Path) -> None:
    with cluster({"max_connections": "8", "superuser_reserved_connections": "1"}) as small:
        url = small.create_database("full").url()
        held = [psycopg.connect(url, autocommit=True) for _ in range(6)]
        try:
            found = causes(root, url)
        finally:
            for one in held:
                one.close()
    assert found[0].name == "live-connections"
    assert any("idle" in one for one in found[0].evidence)


def test_open_transactions_and_slow_statements_are_told(root: Path) -> None:
    sessions = (
        Session(7, "app", "api 10.0.0.3", "idle in transaction", "Client ClientRead", 700.0, 660.0, "SELECT 1"),
        Session(8, "app", "api 10.0.0.3", "active", "IO DataFileRead", 400.0, 400.0, "SELECT 2"),
        Session(9, "app", "api 10.0.0.3", "idle in transaction", "Client ClientRead", 0.2, 0.1, "SELECT 3"),
    )  # fmt: skip
    evidence = Evidence(read_project(root), Sources(root), live=Live(sessions))
    assert [(one.name, "11 minutes" in one.text) for one in live_long(evidence)] == [
        ("live-idle-transaction", True), ("live-slow-statement", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "name", "words"),
    [
        ("ALTER TABLE task DROP COLUMN created_at", "live-column-missing", "task.created_at"),
        ("DROP TABLE task", "live-table-missing", "task"),
        ("ALTER TABLE task ALTER COLUMN created_at TYPE varchar", "live-column-type", "varchar in the database"),
        ('ALTER TABLE "user" ALTER COLUMN bio SET NOT NULL, ALTER COLUMN bio DROP DEFAULT', "live-column-null", "user.bio"),
        ("ALTER TABLE task ADD COLUMN rank integer NOT NULL DEFAULT 1; ALTER TABLE task ALTER COLUMN rank DROP DEFAULT",
         "live-column-unknown", "rank"),
        ("INSERT INTO task (id, title, status, created_at, owner_id) VALUES (2, 'b', 'open', now(), 1)",
         "live-sequence-behind", "gives 2 next"),
    ],
)  # fmt: skip
def test_drift_is_told_at_the_model(
    root: Path, url: str, change: str, name: str, words: str
) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        if name == "live-column-null":
            connection.execute("UPDATE \"user\" SET bio = ''")
        connection.execute(change)
    found = causes(root, url)
    assert [one.name for one in found] == [name], found
    assert words in found[0].text
    assert found[0].place is not None
    assert found[0].place.file == "app/models.py"


def test_migrations_that_were_not_run_are_named_in_their_order(root: Path, url: str) -> None:
    migrated(root, a1=None, b2="a1", c3="b2")
    at(url, "a1")
    first = causes(root, url)[0]
    assert first.name == "live-migrations-behind"
    assert first.text.endswith("b2, c3")
    assert str(first.place) == "migrations/versions/b2.py:1"


def test_a_revision_of_another_branch_is_told(root: Path, url: str) -> None:
    migrated(root, a1=None)
    at(url, "ffff")
    assert causes(root, url)[0].name == "live-migrations-ahead"


def test_tables_that_no_migration_has_made_are_told(root: Path, url: str) -> None:
    migrated(root, a1=None)
    first = causes(root, url)[0]
    assert first.name == "live-migrations-never"
    assert "stamp" in first.remedy


def test_a_database_at_its_head_is_healthy(root: Path, url: str) -> None:
    migrated(root, a1=None, b2="a1")
    at(url, "b2")
    assert causes(root, url) == []


def test_several_revisions_of_a_database_are_told(root: Path, url: str) -> None:
    migrated(root, a1=None, b2="a1", c3="a1")
    at(url, "b2", "c3")
    assert "migrations-heads" in [one.name for one in causes(root, url)]


def test_the_url_of_the_settings_is_taken(
    root: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", url.replace("postgresql://", "postgresql+psycopg://"))
    report = doctor(Doctor(root, database="project"), lambda _: None)
    assert report.causes == ()
    assert report.notes == ()


def test_why_it_does_not_let_us_in_is_the_cause(root: Path, url: str) -> None:
    name = url.rpartition("/")[2].partition("?")[0]
    first = causes(root, url.replace(f"/{name}", "/nowhere"))[0]
    assert first.name == "database-missing"


def test_what_is_no_postgresql_is_refused(root: Path) -> None:
    with pytest.raises(UsageError, match="none of PostgreSQL"):
        doctor(Doctor(root, database="mysql://root@localhost/x"), lambda _: None)


def test_urls_of_drivers_are_read() -> None:
    assert (
        plain_url("postgresql+asyncpg://a:b@h:1/d?ssl=require")
        == "postgresql://a:b@h:1/d?sslmode=require"
    )
    assert plain_url("sqlite:///x.db") is None


def test_texts_within_statements_are_not_shown() -> None:
    assert without_literals("SELECT 1\n  WHERE a = 'it''s me'") == "SELECT 1 WHERE a = '…'"


def test_a_healthy_base_has_no_causes(root: Path) -> None:
    evidence = Evidence(read_project(root), Sources(root), live=Live())
    assert [one.name for one in examine(evidence).causes] == ["live-tables-missing"]
