"""How long a verified `add resource` takes on the house, against the sum of its parts.

    python benchmarks/change_speed.py [--rounds N]

The parts, each measured by itself in the same environment and the same run: importing the
application, starting PostgreSQL, migrating and autogenerating with Alembic, starting pytest, the
tests' own time. A verified change should stay within 2 x their sum; what runs side by side helps,
what is proved beyond the parts (types, lint, a server, rows through migrations) costs.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from backwright.host.folders import bytecode_folder
from backwright.host.making import ensure
from backwright.host.postgres import Address, Cluster, cluster, fill
from backwright.host.process import Result, run
from backwright.report.change import ChangeReport
from backwright.report.events import silence
from backwright.spec.resource import read_resource_line
from backwright.tasks.add_resource import AddResource, add_resource
from backwright.tasks.host_facts import house_facts
from backwright.tasks.house import house_draft
from backwright.workshop.bench import PAYLOADS

SPEC = (
    "Invoice number:str:1..40:unique total:decimal:12,2 paid:bool:default=false project:ref:Project"
)


def main() -> int:
    """Measure, and print each figure and the ratio."""
    rounds = _arguments().rounds
    with tempfile.TemporaryDirectory(prefix="backwright-bench-") as folder:
        project = Path(folder) / "project"
        project.mkdir()
        house_draft().write_into(project)
        ensure(project)  # made once; not part of either side
        ratios = [_round(project, Path(folder) / "copy") for _ in range(rounds)]
    print(f"ratio: {statistics.median(ratios):.2f} x the sum of the parts (to stay within 2)")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=1)
    return parser.parse_args()


def _round(project: Path, copy: Path) -> float:
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(project, copy)
    seconds, report = _timed(
        lambda: add_resource(AddResource(copy, read_resource_line(SPEC)), silence)
    )
    parts = _parts(copy)
    total = sum(parts.values())
    for name, part in parts.items():
        print(f"  part  {name:<28}{part:7.2f} s")
    print(f"  parts together                    {total:7.2f} s")
    for check in report.verified:
        print(f"  check {check.check:<28}{check.seconds:7.2f} s")
    print(f"  add resource, verified            {seconds:7.2f} s   {seconds / total:.2f} x")
    return seconds / total


def _parts(project: Path) -> dict[str, float]:
    """Measure what a verified change cannot do without, one after the other."""
    environment, facts = ensure(project), house_facts(uses_sqlite=False)
    started = time.monotonic()
    with cluster() as server:
        server.address()
        parts = {"PostgreSQL, warm": time.monotonic() - started}

        def python(*words: str) -> float:
            told = fill(facts.database_variables, _fresh(server))
            bytecode = {
                "PYTHONDONTWRITEBYTECODE": "",
                "PYTHONPYCACHEPREFIX": str(bytecode_folder()),  # as a verification has it
            }
            variables = environment.variables({**told, **bytecode, "PYTHONPATH": str(project)})
            result = run([str(environment.python), *words], cwd=project, env=variables)
            _refuse_failure(result)
            return result.seconds

        parts["importing the application"] = python("-c", "import app.main")
        parts["Alembic: up and autogenerate"] = python(
            str(PAYLOADS / "revise.py"), "alembic.ini", "nothing"
        )
        parts["Alembic: three migrations"] = 3 * python("-m", "alembic", "upgrade", "head")
        parts["pytest, started"] = python("-m", "pytest", "-q", "--collect-only")
        whole = python("-m", "pytest", "-q", "-p", "no:cacheprovider")
        parts["the tests' own time"] = whole - parts["pytest, started"]
    return parts


def _fresh(server: Cluster) -> Address:
    return server.create_database(server.fresh_name("part"))


def _refuse_failure(result: Result) -> None:
    if not result.ok:
        raise SystemExit(f"{' '.join(result.argv)} failed:\n{result.output[-2000:]}")


def _timed(work: Callable[[], ChangeReport]) -> tuple[float, ChangeReport]:
    with contextlib.redirect_stderr(io.StringIO()):
        started = time.monotonic()
        report = work()
        return time.monotonic() - started, report


if __name__ == "__main__":
    sys.exit(main())
