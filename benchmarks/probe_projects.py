"""Small projects of other styles, served for the probe on throw-away databases."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from backwright.host.postgres import Cluster
from backwright.host.server import serve
from backwright.probe.client import fetch_json
from backwright.probe.database import PostgresOracle, SqliteOracle
from backwright.probe.engine import Engine, Target
from backwright.probe.findings import places
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


def probe_project(
    sources: Sources, server: Cluster, *, only: tuple[Area, ...], seconds: float = 120.0
) -> ProbeReport:
    """Serve a project on a new database and probe it.

    Raises:
        ServerFailedError: it does not start.
    """
    driver = DRIVERS[sources.name]
    with tempfile.TemporaryDirectory(prefix="probe-") as scratch, contextlib.ExitStack() as stack:
        folder = Path(scratch)
        (folder / "main.py").write_text(sources.text, encoding="utf-8")
        if driver == "sqlite":
            url = f"sqlite:///{folder}/rows.sqlite3"
        else:
            address = server.create_database(server.fresh_name("probe"))
            stack.callback(server.drop_database, address.database)
            url = address.url(driver)
        base = stack.enter_context(_served(folder, url))
        oracle = (
            SqliteOracle(folder / "rows.sqlite3")
            if driver == "sqlite"
            else PostgresOracle(address.url())
        )
        stack.callback(oracle.close)
        target = Target(
            sources.name,
            base.url,
            fetch_json(f"{base.url}/openapi.json"),
            oracle,
            places=places(()),
            origins=("https://blog.example.com",) if sources.name == "blog" else (),
            keys=(KEY,),
            hashed=lambda password: hashed_by(folder, password),
            log=base.output,
            folder=str(folder),
        )
        return Engine(target, silence, only, seconds).run()


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


@contextlib.contextmanager
def _served(folder: Path, url: str) -> Iterator[object]:
    environment = {**os.environ, "DATABASE_URL": url, "SECRET_KEY": KEY}
    command = [sys.executable, "-m", "uvicorn", "main:app", "--log-level", "warning", "--port"]
    with serve(lambda port: [*command, str(port)], cwd=folder, env=environment) as server:
        yield server
