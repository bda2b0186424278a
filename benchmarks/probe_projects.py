"""Small projects of other styles, served for the probe on throw-away databases."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from probe_serving import Serving, serving

from backwright.host.postgres import Cluster
from backwright.probe.client import fetch_json
from backwright.probe.engine import Engine, Target
from backwright.probe.findings import places
from backwright.probe.postgres import PostgresOracle
from backwright.probe.sqlite import SqliteOracle
from backwright.report.events import silence
from backwright.report.probe_types import Area, ProbeReport
from backwright.workshop.bench import PAYLOADS

FOLDER = Path(__file__).parent / "fixtures" / "probe"
# Where each project's rows lie: as its URL is written.
DRIVERS: Mapping[str, str] = {
    "notes": "postgresql+psycopg",
    "blog": "postgresql+psycopg",
    "shop": "sqlite",
    "teams": "postgresql+asyncpg",
    "sharing": "postgresql+psycopg",
    "legacy": "sqlite",
    "library": "postgresql+psycopg",
    "forum": "postgresql+psycopg",
    "chat": "postgresql+psycopg",
    "orgs": "postgresql+asyncpg",
}
KEY = "a-key-for-the-probes-benchmark-0123456789"


@dataclass(frozen=True, slots=True)
class Sources:
    """A project's one module, as it is or with a fault planted."""

    name: str
    text: str


def clean(name: str) -> Sources:
    """Return a project as it is."""
    return Sources(name, (FOLDER / name / "main.py").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Served:
    """A project that answers: its server, its folder, and where its rows lie."""

    server: Serving
    folder: Path
    url: str
    oracle: PostgresOracle | SqliteOracle


@contextlib.contextmanager
def served(sources: Sources, cluster: Cluster) -> Iterator[Served]:
    """Serve a project on a new database.

    Raises:
        ServerFailedError: it does not start.
    """
    driver = DRIVERS.get(sources.name, "postgresql+psycopg")
    with tempfile.TemporaryDirectory(prefix="probe-") as scratch, contextlib.ExitStack() as stack:
        folder = Path(scratch)
        (folder / "main.py").write_text(sources.text, encoding="utf-8")
        address = None
        if driver == "sqlite":
            url = f"sqlite:///{folder}/rows.sqlite3"
        else:
            address = cluster.create_database(cluster.fresh_name("probe"))
            stack.callback(cluster.drop_database, address.database)
            url = address.url(driver)
        server = stack.enter_context(serving(folder, {"DATABASE_URL": url, "SECRET_KEY": KEY}))
        oracle = PostgresOracle(address.url()) if address else SqliteOracle(folder / "rows.sqlite3")
        stack.callback(oracle.close)
        yield Served(server, folder, url, oracle)


def probe_project(
    sources: Sources, cluster: Cluster, *, only: tuple[Area, ...], seconds: float = 300.0
) -> ProbeReport:
    """Serve a project on a new database and probe it.

    Raises:
        ServerFailedError: it does not start.
    """
    with served(sources, cluster) as one:
        return probe_served(sources, one, only, seconds)


def probe_served(
    sources: Sources, one: Served, only: tuple[Area, ...], seconds: float = 300.0
) -> ProbeReport:
    """Probe a project that is served."""
    target = Target(
        sources.name,
        one.server.url,
        fetch_json(f"{one.server.url}/openapi.json"),
        one.oracle,
        places=places(()),
        origins=("https://blog.example.com",) if sources.name == "blog" else (),
        keys=(KEY,),
        hashed=lambda password: hashed_by(one.folder, password),
        log=one.server.log,
        folder=str(one.folder),
    )
    return Engine(target, silence, only, seconds).run()


def emptied(one: Served) -> None:
    """Delete all rows; what refers to others goes first."""
    for _ in one.oracle.tables:
        for key in list(one.oracle.rows()):
            with contextlib.suppress(Exception):
                one.oracle.delete(key)


def try_single_user(sources: Sources, one: Served) -> str:
    """Let one user do what they do here; return what went wrong, nothing if all went well."""
    file = FOLDER / sources.name / "single_user.py"
    names: dict[str, Any] = {}
    exec(compile(file.read_text(encoding="utf-8"), str(file), "exec"), names)
    with httpx.Client(base_url=one.server.url, timeout=20) as client:
        try:
            names["test"](client, one.url)
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            return f"line {place.lineno}: {type(error).__name__} {error}"
    return ""


def hashed_by(folder: Path, password: str) -> str | None:
    """Return the hash that a project's own function makes."""
    order = {"password": password, "candidates": ["main:hash_password"]}
    done = subprocess.run(
        [sys.executable, str(PAYLOADS / "hash_password.py")],
        cwd=folder,
        env={**os.environ, "DATABASE_URL": f"sqlite:///{folder}/hashing.sqlite3"},
        input=json.dumps(order),
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.strip().splitlines()
    found = json.loads(lines[-1]).get("hash") if lines else None
    return str(found) if found else None
