"""The migration of `add auth` on a large table, while others go on writing.

    python benchmarks/auth_million.py [--rows N] [--answer hidden|shared|assign] [--kills N] [--markdown FILE]

A host (`tests/guarding/hosts/journal`) is given authentication by the command line. Its database, as
it was before, is filled with a million rows, on a PostgreSQL that writes to the disk as one in use
does. Then `alembic upgrade head` and `alembic downgrade` run, while

- a writer inserts rows and updates others without a pause, as the code from before the change does,
- a reader keeps transactions of three seconds open on the same table, as reports and backups do.

Whatever a writer is refused, and its longest wait, is counted. The original columns of the rows that
the writer leaves alone have the same count and checksum before, between and after; what it wrote is
all there. With `--kills`, the upgrade is killed so many times before it may end.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

import psycopg

from backwright.host.postgres import Address, Cluster, cluster
from backwright.report.events import silence
from backwright.tasks.change import workplace

HOST = Path(__file__).parent.parent / "tests" / "guarding" / "hosts" / "journal" / "before"
HEIR = "old@example.com"
ANSWERS = {"hidden": "hidden", "shared": "shared", "assign": f"assign:{HEIR}"}
IN_USE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "autovacuum": "on"}
TOUCHED = 10_000  # rows that the writer updates; all others it leaves alone
OPEN_SECONDS = 3.0
SCHEMA = """
SELECT string_agg(said, E'\\n' ORDER BY said) FROM (
  SELECT table_name || '.' || column_name || ' ' || udt_name || ' ' || is_nullable || ' '
    || coalesce(column_default, '') AS said FROM information_schema.columns
    WHERE table_schema = 'public'
  UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
    || convalidated FROM pg_constraint WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT indexrelid::regclass || ' ' || indisvalid FROM pg_index
    WHERE indrelid = 'notebooks'::regclass) AS every
"""


@dataclass
class Written:
    """What a writer did, and what it met.

    Attributes:
        inserts: Rows that it made.
        updates: Rows that it changed.
        errors: What it was refused.
        longest: Its longest wait for one statement, in seconds.
        usual: The same for 99 of 100 statements.
    """

    inserts: int = 0
    updates: int = 0
    errors: list[str] = field(default_factory=list)
    longest: float = 0.0
    usual: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one answer; times are in seconds.

    Attributes:
        answer: What becomes of rows that are there.
        rows: How many there were.
        alone: The writer's longest wait in as long a time without a migration.
        up: How long the upgrade took, and what the writer met meanwhile.
        down: The same of the downgrade.
        wrong: What should be otherwise.
    """

    answer: str
    rows: int
    alone: float
    up: tuple[float, Written]
    down: tuple[float, Written]
    wrong: tuple[str, ...]

    @property
    def cells(self) -> list[str]:
        """The row of the table."""
        cells = [self.answer, f"{self.rows:,}", f"{self.alone:.2f}"]
        for seconds, seen in (self.up, self.down):
            made = f"{seen.inserts:,} + {seen.updates:,}"
            cells += [f"{seconds:.1f}", made, str(len(seen.errors)), f"{seen.longest:.2f}"]
        return [*cells, "; ".join(self.wrong) or "all as before"]


HEAD = [
    "rows", "how many", "longest wait without", "up, seconds", "inserts + updates", "errors",
    "longest wait", "down, seconds", "inserts + updates", "errors", "longest wait", "checked",
]  # fmt: skip


def with_auth(root: Path, answer: str) -> None:
    """Give a host authentication by the command line."""
    words = ["--yes", "--answer", f"rows={ANSWERS[answer]}", "--quiet"]
    done = subprocess.run(
        [sys.executable, "-m", "backwright", "add", "auth", *words, "--project", str(root)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"add auth ended with {done.returncode}: {done.stderr[-2000:]}")


def write(address: Address, stop: Connection, touched: int) -> None:
    """Insert and update until told to stop, then say what came of it: what a process does."""
    seen, waits = Written(), list[float]()
    with psycopg.connect(address.url(), autocommit=True) as connection:
        while not stop.poll():
            is_insert = random.random() < 0.5
            statement, given = (
                ("INSERT INTO notebooks (id, title) VALUES (%s, 'written')", [uuid.uuid4()])
                if is_insert
                else (
                    "UPDATE notebooks SET title = 'touched ' || (substr(title, 9)::int + 1) "
                    "WHERE id = %s",
                    [uuid.UUID(int=random.randrange(touched))],
                )
            )
            started = time.monotonic()
            try:
                connection.execute(statement, given)
            except psycopg.Error as error:
                seen.errors.append(str(error))
            else:
                seen.inserts, seen.updates = (
                    seen.inserts + is_insert,
                    seen.updates + (not is_insert),
                )
            waits.append(time.monotonic() - started)
    waits.sort()
    seen.longest, seen.usual = waits[-1], waits[int(len(waits) * 0.99)]
    stop.send(seen)


def read(address: Address, stop: Connection) -> None:
    """Keep transactions open that have read the table, one after the other: what a process does."""
    with psycopg.connect(address.url()) as connection:
        while not stop.poll():
            connection.execute("SELECT count(*) FROM notebooks WHERE id = %s", [uuid.UUID(int=1)])
            stop.poll(OPEN_SECONDS)
            connection.rollback()
            time.sleep(0.2)
    stop.send(None)


@contextlib.contextmanager
def writing(address: Address, touched: int) -> Iterator[Written]:
    """Let others write and read meanwhile; what they met is known at the end."""
    context = multiprocessing.get_context("spawn")
    ways: list[tuple[Callable[..., None], tuple[int, ...]]] = [(write, (touched,)), (read, ())]
    running = []
    for target, more in ways:
        mine, theirs = context.Pipe()
        process = context.Process(target=target, args=(address, theirs, *more), daemon=True)
        process.start()
        running.append((process, mine))
    time.sleep(1.5)
    seen = Written()
    try:
        yield seen
    finally:
        for process, mine in running:
            mine.send("stop")
            said = mine.recv()
            process.join()
            if said:
                seen.__dict__.update(said.__dict__)


class Migrations:
    """The host's own Alembic, on one database."""

    def __init__(self, root: Path, python: Path, address: Address) -> None:
        """Remember where."""
        self._call = [str(python), "-m", "alembic"]
        self._root = root
        url = address.url("postgresql+asyncpg")
        self._env = {**os.environ, "DATABASE_URL": url}

    def run(self, *words: str) -> float:
        """Run a command to its end; return how long it took."""
        started = time.monotonic()
        done = subprocess.run(
            [*self._call, *words], cwd=self._root, env=self._env, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"alembic {' '.join(words)}: {done.stderr[-2000:]}")
        return time.monotonic() - started

    def kill(self, *words: str, after: float) -> bool:
        """Kill a command after some seconds; return whether it was still running."""
        process = subprocess.Popen(
            [*self._call, *words], cwd=self._root, env=self._env, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            process.wait(after)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            return True
        return False


def measure(server: Cluster, answer: str, rows: int, kills: int) -> Outcome:
    """Try one answer."""
    with tempfile.TemporaryDirectory(prefix="auth-million-") as scratch:
        root = Path(shutil.copytree(HOST, Path(scratch) / "journal"))
        with_auth(root, answer)
        with workplace(root, "auth million", silence) as place:
            python = place.environment.python
        name = server.fresh_name("million")
        address = server.create_database(name)
        migrations = Migrations(root, python, address)
        migrations.run("upgrade", "0001")
        touched = min(TOUCHED, rows // 10)
        server.execute(filling(rows, touched), database=name)
        look = Look(server, name, answer, rows)
        before = look.schema()
        same = [look.same()]
        with writing(address, touched) as seen:
            time.sleep(10)
        alone = seen.longest
        look.count(seen)
        with writing(address, touched) as up:
            times = sum(migrations.kill("upgrade", "head", after=1 + 1.5 * n) for n in range(kills))
            seconds_up = migrations.run("upgrade", "head")
        look.count(up)
        same.append(look.same())
        wrong = look.after_upgrade() + [f"killed {times} of {kills} times"] * (times != kills)
        with writing(address, touched) as down:
            seconds_down = migrations.run("downgrade", "0001")
        look.count(down)
        same.append(look.same())
        wrong += ["rows differ"] * (len(set(same)) > 1) + look.written()
        wrong += ["the schema differs"] * (look.schema() != before)
        wrong += [f"refused: {error}" for error in [*up.errors[:1], *down.errors[:1]]]
        server.drop_database(name)
    done = (seconds_up, up), (seconds_down, down)
    return Outcome(answer, rows, alone, *done, tuple(wrong))


def filling(rows: int, touched: int) -> str:
    """Return the SQL that fills a table; the keys of rows that are updated are small numbers."""
    return (
        "INSERT INTO notebooks (id, title) SELECT CASE WHEN n < "
        f"{touched} THEN lpad(to_hex(n), 32, '0')::uuid ELSE gen_random_uuid() END, "
        f"CASE WHEN n < {touched} THEN 'touched 0' ELSE 'notebook ' || n END "
        f"FROM generate_series(0, {rows - 1}) n; ANALYZE notebooks;"
    )


class Look:
    """What is in the database."""

    def __init__(self, server: Cluster, name: str, answer: str, rows: int) -> None:
        """Remember which."""
        self._server, self._name = server, name
        self._answer, self._rows = answer, rows
        self._inserts = self._updates = 0

    def _said(self, query: str) -> str:
        return self._server.execute(f"{query};\n", database=self._name).strip()

    def schema(self) -> str:
        """Return the columns, constraints and indexes."""
        return self._said(SCHEMA)

    def same(self) -> str:
        """Return the count and a checksum of the original columns of rows that nobody writes."""
        return self._said(
            "SELECT count(*) || ' ' || sum(hashtextextended(id || title, 0)) FROM notebooks "
            "WHERE title LIKE 'notebook %'"
        )

    def count(self, seen: Written) -> None:
        """Remember what a writer says that it wrote."""
        self._inserts += seen.inserts
        self._updates += seen.updates

    def written(self) -> list[str]:
        """Return what a writer wrote that is not there."""
        made = self._said("SELECT count(*) FROM notebooks WHERE title = 'written'")
        updates = self._said(
            "SELECT sum(substr(title, 9)::int) FROM notebooks WHERE title LIKE 'touched %'"
        )
        wrong = [f"{self._inserts - int(made)} inserts are lost"] * (int(made) != self._inserts)
        return wrong + [f"{self._updates - int(updates)} updates are lost"] * (
            int(updates) != self._updates
        )

    def after_upgrade(self) -> list[str]:
        """Return what is not as the migration should leave it."""
        wrong = []
        heirs = self._said(
            f"SELECT count(*) FROM notebooks JOIN users ON users.id = owner_id "
            f"WHERE email = '{HEIR}'"
        )
        every = self._said("SELECT count(*) FROM notebooks")
        if self._answer == "assign" and heirs != every:
            wrong.append(f"{heirs} of {every} rows have their owner")
        if self._answer != "assign" and self._said("SELECT count(owner_id) FROM notebooks") != "0":
            wrong.append("rows have an owner that nobody gave them")
        open_ones = (
            self._said("SELECT count(*) FROM pg_constraint WHERE NOT convalidated"),
            self._said("SELECT count(*) FROM pg_index WHERE NOT indisvalid"),
        )
        if open_ones != ("0", "0"):
            wrong.append(f"{open_ones} constraints and indexes are not valid")
        null = self._said(
            "SELECT is_nullable FROM information_schema.columns WHERE column_name = 'owner_id' "
            "AND table_name = 'notebooks'"
        )
        if null != ("NO" if self._answer == "assign" else "YES"):
            wrong.append(f"owner_id: nullable {null}")
        return wrong


def main() -> int:
    """Measure, print a table, and return 1 if a writer was refused, waited long, or rows differ."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--answer", choices=list(ANSWERS), action="append")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--markdown", type=Path)
    options = parser.parse_args()
    lines = [f"| {' | '.join(HEAD)} |", f"|{' --- |' * len(HEAD)}"]
    bad = False
    with cluster(IN_USE) as server:
        for answer in options.answer or ANSWERS:
            done = measure(server, answer, options.rows, options.kills)
            longest = max(done.up[1].longest, done.down[1].longest)
            bad = bad or bool(done.wrong) or longest > 1
            lines.append(f"| {' | '.join(done.cells)} |")
            print("\n".join(lines) if len(lines) == 3 else lines[-1], flush=True)
    if options.markdown:
        options.markdown.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
