"""A throw-away PostgreSQL: a real server, on loopback only, gone when its `with` block ends.

Nothing in it is worth keeping, so nothing is flushed to disk (`fsync=off`) and it is stopped by
an immediate shutdown. Starting copies a data directory that `initdb` made once.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from backwright.errors import BackwrightError, MissingError
from backwright.host import folders, watchdog
from backwright.host.postgres_files import USER, account, data_template, programs
from backwright.host.server import free_port

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "max_wal_size": "1GB",
    "autovacuum": "off",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
_PSQL = (
    "--no-psqlrc",
    "--quiet",
    "--tuples-only",
    "--no-align",
    "--set=ON_ERROR_STOP=1",
    "--set=VERBOSITY=verbose",
    "--file=-",
)
_START_SECONDS = 30.0
_STOP = signal.SIGQUIT  # immediate shutdown


class DatabaseError(BackwrightError):
    """PostgreSQL refused a statement of ours; the message is its own."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is and who we are there."""

    host: str
    port: int
    user: str
    password: str
    database: str
    socket_folder: str

    def url(self, scheme: str = "postgresql") -> str:
        """Return a URL over TCP, which every driver takes; `scheme` names the driver."""
        return (
            f"{scheme}://{quote(self.user)}:{quote(self.password)}@{self.host}:{self.port}"
            f"/{quote(self.database)}"
        )

    def parts(self) -> dict[str, str]:
        """Return the placeholders that `fill` knows."""
        return {
            "host": self.host,
            "port": str(self.port),
            "user": self.user,
            "password": self.password,
            "database": self.database,
            "netloc": f"{self.user}:{self.password}@{self.host}:{self.port}",
        }


class Cluster:
    """A running server; it may still be starting, which the first use waits for."""

    def __init__(self, folder: Path) -> None:
        """Remember where it lives; `_start` does the work, in a thread of its own."""
        self.folder = folder
        self._ready: Future[tuple[int, str]] = Future()
        self._process: subprocess.Popen[bytes] | None = None
        self._names: set[str] = set()
        self._lock = threading.Lock()

    def address(self, database: str = USER) -> Address:
        """Return the address of a database on this server (`postgres` always exists).

        Raises:
            MissingError: the server did not start.
        """
        port, password = self._ready.result()
        return Address("127.0.0.1", port, USER, password, database, str(self.folder))

    def create_database(self, name: str, *, template: str = "template0") -> Address:
        """Create a database, as a copy of another one if asked (nobody may be connected there).

        Raises:
            DatabaseError: the name is taken, or the template is in use.
        """
        self.execute(
            f"CREATE DATABASE {_quoted(name)} TEMPLATE {_quoted(template)} STRATEGY FILE_COPY"
        )
        with self._lock:
            self._names.add(name)
        return self.address(name)

    def fresh_name(self, prefix: str) -> str:
        """Return a database name that was not given out before."""
        with self._lock:
            number = 1
            while f"{prefix}_{number}" in self._names:
                number += 1
            self._names.add(f"{prefix}_{number}")
            return f"{prefix}_{number}"

    def drop_database(self, name: str) -> None:
        """Drop a database, ending every connection to it."""
        self.execute(f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)")

    def execute(self, statements: str, *, database: str = USER) -> str:
        """Run SQL through psql, stopping at the first error; return what it prints, unaligned.

        Raises:
            DatabaseError: with PostgreSQL's own message.
        """
        address = self.address(database)
        done = subprocess.run(
            [
                str(programs() / "psql"),
                *_PSQL,
                f"--host={self.folder}",
                f"--port={address.port}",
                f"--username={address.user}",
                f"--dbname={address.database}",
            ],
            input=statements,
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd="/",
            env={"PATH": os.defpath, "PGCLIENTENCODING": "UTF8"},
            check=False,
        )
        if done.returncode != 0:
            raise DatabaseError(done.stderr.strip())
        return done.stdout

    def query(self, expression: str, *, database: str = USER) -> Any:  # noqa: ANN401 - JSON
        """Return the JSON value that a query of one row and one column gives (None for none)."""
        text = self.execute(f"{expression.rstrip().rstrip(';')};\n", database=database).strip()
        return json.loads(text) if text else None

    def log(self) -> str:
        """Return what the server has logged."""
        with contextlib.suppress(OSError):
            return (self.folder / "log").read_text(errors="replace")
        return ""

    def _start(self, settings: Mapping[str, str]) -> None:
        """Copy the data directory and start; a port that was snatched away is tried anew."""
        try:
            template = data_template()
            shutil.copytree(template.folder, self.folder / "data", symlinks=True)
            _hand_over(self.folder)
            for attempt in range(3):
                port = free_port()
                if self._launch(port, settings):
                    self._ready.set_result((port, template.password))
                    return
                if attempt == 2 or "could not bind" not in self.log():
                    raise MissingError(f"PostgreSQL did not start: {self.log().strip()[-2000:]}")
        except BaseException as error:
            self._stop()
            self._ready.set_exception(error)

    def _launch(self, port: int, settings: Mapping[str, str]) -> bool:
        """Start the server process; True when it takes connections, False when it ended."""
        options = [f"-c{name}={value}" for name, value in {**_SETTINGS, **settings}.items()]
        with (self.folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [
                    str(programs() / "postgres"),
                    "-D",
                    str(self.folder / "data"),
                    f"-p{port}",
                    f"-cunix_socket_directories={self.folder}",
                    *options,
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                start_new_session=True,
                **account().popen(),  # type: ignore[call-overload]
            )
        self._process = process
        watchdog.end_when_orphaned(process.pid, _STOP)
        folders.record_process(self.folder, process.pid, _STOP)
        until = time.monotonic() + _START_SECONDS
        while process.poll() is None and time.monotonic() < until:
            if _is_ready(self.folder / "data"):
                return True
            time.sleep(0.002)
        self._stop()
        return False

    def _stop(self) -> None:
        """Shut down at once; nothing is kept."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(_STOP)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        watchdog.spare(process.pid, _STOP)


@contextlib.contextmanager
def cluster(settings: Mapping[str, str] | None = None) -> Iterator[Cluster]:
    """Give a PostgreSQL server of our own, which starts while the caller goes on.

    The first call that needs it waits. The data directory goes when the block ends; if we are
    killed, the watchdog ends the server, and `folders.sweep` at the next start makes sure.

    Args:
        settings: Server settings over our own, such as `{"max_connections": "500"}`.
    """
    folders.sweep()
    with folders.scratch("postgres", in_memory=True) as folder:
        server = Cluster(folder)
        starter = threading.Thread(target=server._start, args=(settings or {},), daemon=True)
        starter.start()
        try:
            yield server
        finally:
            starter.join()
            server._stop()


def fill(templates: Mapping[str, str], address: Address) -> dict[str, str]:
    """Fill an address into environment variables.

    Args:
        templates: Such as `{"DATABASE_URL": "postgresql+asyncpg://{netloc}/{database}"}` or
            `{"POSTGRES_SERVER": "{host}", "POSTGRES_PORT": "{port}"}`; placeholders are `host`,
            `port`, `user`, `password`, `database` and `netloc` (`user:password@host:port`).
        address: The database.
    """
    filled = {}
    for name, template in templates.items():
        value = template
        for placeholder, part in address.parts().items():
            value = value.replace(f"{{{placeholder}}}", part)
        filled[name] = value
    return filled


def libpq_variables(address: Address) -> dict[str, str]:
    """Return the variables that tell libpq, and so `psql`, where to go if nothing else is said."""
    return {
        "PGHOST": address.host,
        "PGPORT": str(address.port),
        "PGUSER": address.user,
        "PGPASSWORD": address.password,
        "PGDATABASE": address.database,
    }


def redirection(address: Address) -> dict[str, str | int]:
    """Return what the guard must know to lead connections here that name another server."""
    return {
        "host": address.host,
        "port": address.port,
        "user": address.user,
        "password": address.password,
        "database": address.database,
        "companion": companion(address.database),
        "psql": str(programs() / "psql"),
    }


def companion(name: str) -> str:
    """Return the database beside one that many projects' tests expect to be there."""
    return f"{name}_test"


def _is_ready(data: Path) -> bool:
    """Tell whether the server takes connections: line 8 of postmaster.pid (miscadmin.h)."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) > 7 and lines[7].strip() == "ready"


def _hand_over(folder: Path) -> None:
    """Give a folder and all in it to the user that runs the server, where that is not us."""
    who = account()
    (folder / "data").chmod(0o700)
    if who.uid is None or who.gid is None:
        return
    for parent, _, names in os.walk(folder):
        os.chown(parent, who.uid, who.gid)
        for name in names:
            os.chown(Path(parent, name), who.uid, who.gid, follow_symlinks=False)


def _quoted(name: str) -> str:
    """Quote an SQL identifier."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'
