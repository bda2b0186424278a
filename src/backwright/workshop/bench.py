"""What a verification works with: the copies, the host's interpreter, throw-away databases."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from backwright.host.environment import Environment
from backwright.host.folders import bytecode_folder
from backwright.host.postgres import Address, Cluster, companion, fill, libpq_variables, redirection
from backwright.host.process import Processes, Result, run
from backwright.workshop.changeset import ChangeSet
from backwright.workshop.staging import Staging, copy_project, import_roots

PAYLOADS = Path(__file__).resolve().parents[1] / "host" / "payloads"


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything that the checks of one change need; made by a task, read by the checks.

    Attributes:
        staging: The copy, with the change applied.
        changes: The change.
        environment: The host's interpreter.
        cluster: The throw-away PostgreSQL; None for a project on SQLite or without a database.
        run_folder: Where the project's people start its programs, relative to the project.
        roots: Folders that its modules are imported from, relative to the project; found from
            the application's name where there are none.
        app: The application, such as `app.main:app`; a factory ends with `()`.
        migrations_folder: Alembic's folder, relative to the project; None without Alembic.
        test_folder: Where the project's tests are, relative to the project; None for none.
        database_variables: Environment variables that tell the host its database, as templates:
            `{"DATABASE_URL": "postgresql+asyncpg://{netloc}/{database}"}`,
            `{"POSTGRES_SERVER": "{host}"}`, `{"DATABASE_URL": "sqlite:///{file}"}`.
        driver: The scheme of the database's URL, where no variable holds a whole one.
        sqlite_files: Files that the host's code names as its SQLite database, relative to
            `run_folder`: connections to them are led to the throw-away one.
        redis_port: The port of a throw-away Redis on loopback.
        variables: Other environment variables that the host needs, such as a secret key.
        new_tests: Test files that the change brings, relative to the project.
        expected_endpoints: Method and path of each endpoint that the change brings.
        like_endpoints: Those that were learnt from, by the new ones: what they answer with an
            error, too, is no fault of the change.
        test_run_folder: Where the tests are started, relative to the project.
        metadata_module: The module whose import brings all models, for projects without Alembic;
            the app's own by default.
        metadata_modules: Modules to import besides, which declare models.
        allowed_databases: `host:port` of other databases that the host's tests may use.
        test_seconds: The time limit of the host's tests.
    """

    staging: Staging
    changes: ChangeSet
    environment: Environment
    cluster: Cluster | None = None
    app: str | None = None
    run_folder: str = "."
    roots: tuple[str, ...] = ()
    migrations_folder: str | None = None
    test_folder: str | None = None
    database_variables: Mapping[str, str] = field(default_factory=dict)
    driver: str = "postgresql"
    sqlite_files: tuple[str, ...] = ()
    redis_port: int | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    new_tests: tuple[str, ...] = ()
    expected_endpoints: tuple[tuple[str, str], ...] = ()
    like_endpoints: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    test_run_folder: str = "."
    metadata_module: str | None = None
    metadata_modules: tuple[str, ...] = ()
    allowed_databases: tuple[str, ...] = ()
    test_seconds: float = 900.0

    @property
    def uses_sqlite(self) -> bool:
        """Tell whether the host's database is a file."""
        told = any("{file}" in template for template in self.database_variables.values())
        return told or bool(self.sqlite_files)


@dataclass(frozen=True, slots=True)
class Database:
    """One throw-away database: what the host is told of it, and how we reach it ourselves."""

    variables: Mapping[str, str]
    address: Address | None = None
    file: Path | None = None
    driver: str = "postgresql"

    @property
    def url(self) -> str:
        """Return its URL as the host writes it, for Alembic's configuration."""
        for value in self.variables.values():
            if re.match(r"^(postgres|sqlite)\w*(\+\w+)?://", value):
                return value
        if self.file is not None:
            return f"{self.driver}:///{self.file}"
        return self.address.url(self.driver) if self.address else ""


class Databases:
    """Makes throw-away databases, empty or migrated to the new head."""

    def __init__(self, bench: Bench) -> None:
        """Begin with no migrated one: until `keep`, a migrated database is an empty one."""
        self._bench = bench
        self._migrated: Database | None = None
        self._lock = threading.Lock()

    def empty(self, purpose: str) -> Database:
        """Return a new, empty database."""
        return self._make(purpose, None)

    def migrated(self, purpose: str) -> Database:
        """Return a new copy of the database that was kept; an empty one before that."""
        with self._lock:
            template = self._migrated
        return self._make(purpose, template)

    def keep(self, database: Database) -> None:
        """Let `migrated` copy this database from now on; nobody may be connected to it."""
        with self._lock:
            self._migrated = database

    def copy(self, database: Database, purpose: str) -> Database:
        """Return a copy of a database, ending whatever connections are left to it."""
        cluster = self._bench.cluster
        if database.address is not None and cluster is not None:
            name = database.address.database.replace("'", "''")
            cluster.execute(
                f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'"  # noqa: S608
            )
        return self._make(purpose, database)

    def add_companion(self, database: Database) -> None:
        """Make `NAME_test` beside a database: many projects' tests put that behind its name."""
        if database.address is not None and self._bench.cluster is not None:
            self._bench.cluster.create_database(companion(database.address.database))

    def _make(self, purpose: str, template: Database | None) -> Database:
        """Make a database, as a copy of another one if given."""
        bench = self._bench
        if bench.uses_sqlite:
            return self._make_file(purpose, template)
        if bench.cluster is None:
            return Database({})
        source = template.address.database if template and template.address else "template0"
        name = bench.cluster.fresh_name(purpose)
        address = bench.cluster.create_database(name, template=source)
        return Database(fill(bench.database_variables, address), address, driver=bench.driver)

    def _make_file(self, purpose: str, template: Database | None) -> Database:
        """Make an SQLite database."""
        path = self._bench.staging.scratch / f"{purpose}-{secrets.token_hex(4)}.sqlite3"
        if template is not None and template.file is not None:
            shutil.copyfile(template.file, path)
        else:
            sqlite3.connect(path).close()
        variables = {
            name: value.replace("{file}", str(path))
            for name, value in self._bench.database_variables.items()
        }
        return Database(variables, None, path, self._bench.driver)


class Run:
    """One check's hands: it runs the host's programs, and can be stopped from outside."""

    def __init__(self, bench: Bench, databases: Databases, copies: Copies) -> None:
        """Begin with no process running."""
        self.bench = bench
        self.databases = databases
        self.processes = Processes()
        self._copies = copies

    @property
    def folder(self) -> Path:
        """Return the project's folder in the changed copy."""
        return self.bench.staging.folder

    def place(self, folder: Path) -> Path:
        """Return where in a copy of the project its programs are started."""
        return folder / self.bench.run_folder

    def unchanged(self) -> Path:
        """Return the project's folder in a copy without the change, made at the first call."""
        return self._copies.unchanged()

    def python(
        self,
        *arguments: str,
        database: Database | None = None,
        folder: Path | None = None,
        start: str | None = None,
        timeout: float = 300.0,
    ) -> Result:
        """Run the host's interpreter in the changed copy (or another folder) to its end.

        It is started where the project's programs are, or in the folder of the copy that `start`
        names.
        """
        where = folder or self.folder
        return run(
            [str(self.bench.environment.python), *arguments],
            cwd=self.place(where) if start is None else where / start,
            env=self.variables(database, folder=where),
            timeout=timeout,
            processes=self.processes,
        )

    def variables(
        self, database: Database | None = None, *, folder: Path | None = None
    ) -> dict[str, str]:
        """Return the environment variables for a program of the host.

        The guard comes first on its path, then the copy's own folders, so that an editable
        installation of the original is never imported.
        """
        bench = self.bench
        where = folder or self.folder
        roots = [str(where / root) for root in bench.roots or import_roots(where, bench.app)]
        told = dict(database.variables) if database else {}
        allowed = [str(bench.staging.scratch.resolve()), *bench.allowed_databases]
        if database is not None and database.address is not None:
            allowed += [f"127.0.0.1:{database.address.port}", f"localhost:{database.address.port}"]
            allowed.append(f"::1:{database.address.port}")
            allowed.append(database.address.socket_folder)
            told |= libpq_variables(database.address)
        return bench.environment.variables(
            {
                **bench.variables,
                **told,
                "PYTHONPATH": ":".join([str(PAYLOADS / "guard"), *roots]),
                "TMPDIR": str(self._temporary()),
                **self._bytecode(),
                "BACKWRIGHT_DATABASES": "\n".join(allowed),
                "BACKWRIGHT_REDIRECT": self._redirect(database, where),
            }
        )

    def _bytecode(self) -> dict[str, str]:
        """Let Python keep bytecode where it must not write it beside the sources.

        Otherwise each of the many programs of a run would compile the same packages again.
        """
        if not os.environ.get("PYTHONDONTWRITEBYTECODE"):
            return {}
        return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(bytecode_folder())}

    def _redirect(self, database: Database | None, folder: Path) -> str:
        """Return where connections go that name another server or file (`payloads/guard`)."""
        order: dict[str, object] = {}
        if database is not None and database.address is not None:
            order["postgresql"] = redirection(database.address)
        if database is not None and database.file is not None:
            names = self.bench.sqlite_files
            order["sqlite"] = {
                str((self.place(folder) / name).resolve()): str(database.file) for name in names
            }
        if self.bench.redis_port is not None:
            order["redis"] = {"host": "127.0.0.1", "port": self.bench.redis_port}
        return json.dumps(order)

    def _temporary(self) -> Path:
        """Return the folder for temporary files, where the host's tests may make databases."""
        folder = self.bench.staging.scratch / "tmp"
        folder.mkdir(exist_ok=True)
        return folder


def hands(bench: Bench) -> Run:
    """Return what runs the host's programs in the copy, for a task's own needs.

    Such as `hands(bench).python("-m", "alembic", "revision", …, database=…)`.
    """
    return Run(bench, Databases(bench), Copies(bench.staging))


class Copies:
    """The unchanged copy of the project, made when a check first needs something to compare."""

    def __init__(self, staging: Staging) -> None:
        """Begin without one."""
        self._staging = staging
        self._lock = threading.Lock()
        self._unchanged: Path | None = None

    def unchanged(self) -> Path:
        """Return the project's folder in the unchanged copy."""
        with self._lock:
            if self._unchanged is None:
                scratch = self._staging.scratch
                target = scratch / f"unchanged-{secrets.token_hex(4)}"
                copy = copy_project(self._staging.original, target, scratch)
                _make_empty_folders(self._staging.folder, copy.folder)
                self._unchanged = copy.folder
            return self._unchanged


def _make_empty_folders(like: Path, folder: Path) -> None:
    """Make the folders at the top that another copy has got to be written to, such as for logs."""
    for one in like.iterdir():
        if one.is_dir() and not (folder / one.name).exists() and not any(one.glob("**/*.py")):
            (folder / one.name).mkdir()


def tail(text: str, *, lines: int = 25, characters: int = 4000) -> str:
    """Return the end of a program's output, where it says what went wrong."""
    return "\n".join(text.strip().splitlines()[-lines:])[-characters:]


def last_first(text: str) -> str:
    """Return the end of a program's output, led by its last line: there stands the error.

    What our own programs say in JSON is left out.
    """
    end = tail("\n".join(line for line in text.splitlines() if not line.startswith('{"')))
    last = end.rpartition("\n")[2].strip()
    return end if last == end else f"{last}\n{end}"


def changed_python_files(changes: ChangeSet) -> tuple[str, ...]:
    """Return the Python files that a change creates or edits."""
    return tuple(
        edit.path
        for edit in changes.edits
        if edit.after is not None and edit.path.endswith((".py", ".pyi"))
    )


def existed_before(changes: ChangeSet, paths: Sequence[str]) -> tuple[str, ...]:
    """Return those of some files that were there before the change."""
    there = {edit.path for edit in changes.edits if edit.before is not None}
    return tuple(path for path in paths if path in there)
