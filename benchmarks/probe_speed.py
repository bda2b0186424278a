"""Time to a verdict and requests per second: the probe beside Schemathesis, on the same app, in turns.

    python benchmarks/probe_speed.py [PROJECT…] [--times N] [--house] [--schemathesis COMMAND]

Projects are those of `fixtures/probe`, or `many-122` for one made with 122 operations and passwords
hashed at cost 12; each run has a new server and an empty database. Schemathesis
gets a user's token, its usual settings and one worker for each core; it runs from its own
environment (what `uv tool run --from schemathesis st` makes, unless another command is given).
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent))

import httpx
from probe_many import many
from probe_projects import Served, Sources, clean, probe_served, served

from backwright.host.postgres import Cluster, cluster
from backwright.report.events import silence
from backwright.report.probe_types import AREAS
from backwright.tasks.probe import Probe, probe

HOUSE = Path(__file__).parents[1] / "src" / "backwright" / "house"
# How a user of a project logs in: registration, login, where the token lies, its header.
LOGINS = {
    "notes": ("/auth/register", "/auth/login", "access_token", "Authorization: Bearer {}"),
    "shop": ("/customers", "/login", "token", "X-Auth-Token: {}"),
    "chat": ("/register", "/login", "access_token", "Authorization: Bearer {}"),
    "many": ("/register", "/login", "access_token", "Authorization: Bearer {}"),
}
WHO = {"email": "speed@example.com", "password": "speed-Password-1"}


@dataclass(frozen=True, slots=True)
class Run:
    """One run: of what, on how many operations, and how long it took."""

    tool: str
    project: str
    operations: int
    requests: int
    seconds: float
    found: int
    phases: str = ""


def sources_of(name: str) -> Sources:
    """Return a project of the fixtures, or one made with so many operations."""
    kind, _, count = name.partition("-")
    return Sources(name, many(int(count))) if kind == "many" else clean(name)


def of_probe(name: str, server: Cluster) -> Run:
    """Probe a project; its server's start does not count, for neither tool."""
    sources = sources_of(name)
    with served(sources, server) as one:
        started = time.monotonic()
        report = probe_served(sources, one, AREAS)
        seconds = time.monotonic() - started
    phases = ", ".join(f"{phase.name} {phase.seconds:.1f}" for phase in report.phases)
    return Run(
        "backwright", name, report.endpoints, report.requests, seconds, len(report.failures), phases
    )


def of_schemathesis(name: str, server: Cluster, command: list[str]) -> Run:
    """Let Schemathesis try a project as one user."""
    sources = sources_of(name)
    with served(sources, server) as one, tempfile.TemporaryDirectory() as folder:
        header = _header(name, one)
        words = [
            *command, "run", f"{one.server.url}/openapi.json", "-H", header, "--seed", "1",
            "--workers", str(os.cpu_count() or 1), "--continue-on-failure",
        ]  # fmt: skip
        started = time.monotonic()
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
        seconds = time.monotonic() - started
        requests, operations, found = _counted(done.stdout)
    return Run("schemathesis", name, operations, requests, seconds, found)


def _header(name: str, one: Served) -> str:
    """Register and log in; return the header of a user's requests."""
    register, login, key, header = LOGINS[name.partition("-")[0]]
    with httpx.Client(base_url=one.server.url) as client:
        client.post(register, json=WHO).raise_for_status()
        return header.format(client.post(login, json=WHO).json()[key])


def _counted(said: str) -> tuple[int, int, int]:
    """Return what Schemathesis says it did: test cases, operations, unique failures."""
    patterns = (r"([\d,]+) generated", r"Tested: +(\d+)", r"(\d+) unique failure")
    found = [re.search(one, said) for one in patterns]
    cases, operations, failures = (int(one[1].replace(",", "")) if one else 0 for one in found)
    return cases, operations, failures


def of_house(_: Cluster) -> Run:
    """Probe the house as the command does: copied, migrated, started, probed."""
    started = time.monotonic()
    report = probe(Probe(HOUSE), silence)
    seconds = time.monotonic() - started
    phases = ", ".join(f"{phase.name} {phase.seconds:.1f}" for phase in report.phases)
    return Run(
        "backwright",
        "house (all)",
        report.endpoints,
        report.requests,
        seconds,
        len(report.failures),
        phases,
    )


def main() -> None:
    """Run everything, in turns, and print medians."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("projects", nargs="*", default=[])
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--house", action="store_true", help="the house as well")
    parser.add_argument(
        "--schemathesis", default=f"{sys.executable} -m uv tool run --from schemathesis st"
    )
    options = parser.parse_args()
    runs: list[Run] = []
    with cluster() as server:
        for _ in range(options.times):
            for run in _each(options, server):
                runs.append(run)
                print(f"{run.tool} {run.project}: {run.seconds:.1f} s  {run.phases}", flush=True)
    print(f"\nload of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print("\n| project | tool | operations | requests or cases | seconds | a second | found |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for key in dict.fromkeys((one.project, one.tool) for one in runs):
        mine = [one for one in runs if (one.project, one.tool) == key]
        seconds, requests = (
            median(one.seconds for one in mine),
            median(one.requests for one in mine),
        )
        print(
            f"| {key[0]} | {key[1]} | {mine[0].operations} | {requests:.0f} | {seconds:.1f} "
            f"| {requests / seconds:.0f} | {mine[0].found} |"
        )


def _each(options: argparse.Namespace, server: Cluster) -> Iterator[Run]:
    for name in options.projects or ["notes", "shop", "chat"]:
        yield of_probe(name, server)
        if name.partition("-")[0] in LOGINS and options.schemathesis:
            yield of_schemathesis(name, server, shlex.split(options.schemathesis))
    if options.house:
        yield of_house(server)


if __name__ == "__main__":
    main()
