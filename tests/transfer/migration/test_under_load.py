"""Migrations of a large table while somebody keeps writing to it: no statement fails, nobody waits
for a scan."""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import psycopg
import pytest
import sqlalchemy as sa
from tests.transfer.migration.database import Host, hardened, host

from backwright.host.postgres import Cluster, cluster
from backwright.transfer.migration import Fill

ROWS = 200_000
FIELDS = """
person.append_column(sa.Column("rank", sa.Integer, nullable=False, server_default="3", index=True))
person.append_column(sa.Column("token", sa.Uuid, nullable=False, unique=True,
    server_default=sa.text("gen_random_uuid()")))
person.append_column(sa.Column("level", sa.Enum("low", "high", name="level"), server_default="low"))
person.append_column(sa.Column("nick", sa.String(20), unique=True))
person.append_constraint(sa.CheckConstraint("rank BETWEEN 1 AND 5", name="rank_in_range"))
"""
# What nobody brings a value for who does not know of it: rows are changed beside it, none is made.
REQUIRED = """
person.append_column(sa.Column("token", sa.Uuid, nullable=False))
person.append_column(sa.Column("level", sa.Enum("low", "high", name="level"), nullable=False))
"""
RELATION = """
person.append_column(
    sa.Column("pet_id", sa.Uuid, sa.ForeignKey("pet.id", ondelete="CASCADE"), index=True))
sa.Table("person_friend", metadata,
    sa.Column("person_id", sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("friend_id", sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True,
        index=True))
"""
FILLS = {
    ("person", "token"): Fill("gen_random_uuid()", each=True),
    ("person", "level"): Fill("'low'"),
}
# What locks writers out, by PostgreSQL's table of conflicts with ROW EXCLUSIVE.
STRONG = ("ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock")
SCANS = re.compile(  # statements that look at the rows of the table
    r"^\s*(?:CREATE (?:UNIQUE )?INDEX .* ON person |(?:DO .*)?\bUPDATE person "
    r"|ALTER TABLE person (?:VALIDATE CONSTRAINT"
    r"|ADD CONSTRAINT .* (?:FOREIGN KEY|CHECK|UNIQUE \()(?!.*NOT VALID)))",
    re.IGNORECASE | re.DOTALL,
)
HELD = """
SELECT l.mode, a.query FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'relation' AND l.relation = 'person'::regclass AND l.granted AND a.pid = %s AND l.mode = ANY(%s)
"""


@dataclass
class Traffic:
    """Somebody who keeps writing, and somebody who looks on which locks the migration holds."""

    url: str
    makes_rows: bool = True
    statements: int = 0
    longest: float = 0.0
    failed: list[str] = field(default_factory=list)
    held: set[tuple[str, str]] = field(default_factory=set)
    over: threading.Event = field(default_factory=threading.Event)

    def write(self) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            number = 0
            while not self.over.is_set():
                number += 1
                started = time.monotonic()
                try:
                    row = number * 7919 % ROWS + 1
                    connection.execute("UPDATE person SET name = %s WHERE id = %s", ("x", row))
                    if self.makes_rows:
                        connection.execute(
                            "INSERT INTO person (id, name, mood) VALUES (%s, 'new', 'calm')",
                            (ROWS + number,),
                        )
                except psycopg.Error as error:
                    self.failed.append(str(error))
                self.longest = max(self.longest, time.monotonic() - started)
                self.statements += 1 + self.makes_rows

    def look(self, pid: int) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            while not self.over.is_set():
                self.held |= set(connection.execute(HELD, (pid, list(STRONG))).fetchall())

    @property
    def scans(self) -> list[tuple[str, str]]:
        """What looked at rows while writers were locked out."""
        return [(mode, query) for mode, query in self.held if SCANS.match(query)]


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    with cluster() as running:
        yield running


@contextlib.contextmanager
def filled(server: Cluster, change: str) -> Iterator[Host]:
    with host(server, change) as there:
        with there.engine.begin() as connection:
            connection.execute(
                sa.text(
                    "INSERT INTO person SELECT n, 'person ' || n, NULL, 'calm' "
                    f"FROM generate_series((SELECT max(id) + 1 FROM person), {ROWS}) n"
                )
            )
        yield there


def migrated(there: Host, code: str, *, makes_rows: bool = True) -> Traffic:
    """Run a migration up while others write."""
    traffic = Traffic(there.url.replace("+psycopg", ""), makes_rows)
    with there.engine.connect() as connection:  # the pool gives the migration the same one
        pid = connection.execute(sa.text("SELECT pg_backend_pid()")).scalar()
    assert isinstance(pid, int)
    others = [
        threading.Thread(target=traffic.write),
        threading.Thread(target=traffic.look, args=(pid,)),
    ]
    for one in others:
        one.start()
    try:
        time.sleep(0.3)
        before = there.query("SELECT relfilenode FROM pg_class WHERE oid = 'person'::regclass")
        there.migrate(code, "upgrade")
        after = there.query("SELECT relfilenode FROM pg_class WHERE oid = 'person'::regclass")
    finally:
        traffic.over.set()
        for one in others:
            one.join()
    assert before == after, "the table was written anew"
    return traffic


@pytest.mark.slow
@pytest.mark.parametrize(
    "change", [FIELDS, REQUIRED, RELATION], ids=["fields", "required", "relation"]
)
def test_nobody_waits_for_a_scan_and_no_statement_fails(server: Cluster, change: str) -> None:
    with filled(server, change) as there:
        code = hardened(there, FILLS).code
        traffic = migrated(there, code, makes_rows=change != REQUIRED)
        print(
            f"{traffic.statements} statements beside it, the longest pair took "
            f"{traffic.longest * 1000:.0f} ms"
        )
        assert traffic.failed == []
        assert traffic.scans == []
        assert traffic.statements > 20
        assert there.drift() == []


@pytest.mark.slow
def test_what_alembic_writes_by_itself_is_seen_to_lock_writers_out(server: Cluster) -> None:
    """The one that looks on sees what it is there for."""
    with filled(server, RELATION) as there:
        assert migrated(there, there.autogenerated()).scans
