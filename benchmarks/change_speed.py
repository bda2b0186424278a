"""How long a verified `add resource` takes, stage by stage, against what the same costs by hand.

    python benchmarks/change_speed.py [FOLDER…] [--rounds N]

Of the house, or of other people's projects, each copied first. The parts are measured one after the
other in the same environment and the same run, by the host's own programs alone: importing the
application, starting PostgreSQL, Alembic's autogenerate and three migrations, starting pytest, the
tests' own time. A verified change of the house should stay within 2 x their sum; what runs side by
side helps, what is proved beyond the parts (types, lint, a server, rows through migrations, the new
endpoints over HTTP) costs. Environments are made before anything is measured.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from backwright.errors import BackwrightError
from backwright.host.postgres import cluster
from backwright.report.change import ChangeReport
from backwright.report.events import CheckEnded, CheckStarted, Event, StepStarted, silence
from backwright.spec.resource import read_resource_line
from backwright.tasks.add_resource import AddResource, add_resource
from backwright.tasks.change import Workplace, workplace
from backwright.tasks.house import house_draft
from backwright.tasks.questions import Answers
from backwright.workshop import ChangeSet
from backwright.workshop.alembic_files import alembic_configuration
from backwright.workshop.bench import Run, hands

SPEC = "Invoice number:str:1..40:unique total:decimal:12,2 paid:bool:default=false"
TO_STAY_WITHIN = 2
_SHOWN = 0.2  # seconds of a stage that are worth a line


@dataclass
class Stages:
    """What was under way when: the steps of the work, as they are told."""

    began: float = field(default_factory=time.monotonic)
    told: list[tuple[float, str]] = field(default_factory=list)

    def __call__(self, event: Event) -> None:
        """Note a step; checks run side by side and tell their own time."""
        if isinstance(event, StepStarted):
            self.told.append((time.monotonic() - self.began, event.step.partition(":")[0]))
        elif not isinstance(event, CheckStarted | CheckEnded):
            raise TypeError(event)

    def lasting(self, end: float) -> Iterator[tuple[str, float]]:
        """Yield each stage, and how long it took until the next one."""
        told = [(0.0, "reading, and the copy"), *self.told]
        ends = [at for at, _ in told[1:]] + [end]
        yield from ((name, later - at) for (at, name), later in zip(told, ends, strict=True))


def main() -> int:
    """Measure each project, and print every figure and the ratio; 1 where one refused."""
    given = _arguments()
    failed = False
    with tempfile.TemporaryDirectory(prefix="backwright-bench-") as scratch:
        folders = given.folders or [_house(Path(scratch) / "house")]
        for folder in folders:
            try:
                ratios = [_round(folder, Path(scratch) / "copy") for _ in range(given.rounds)]
            except BackwrightError as error:
                print(f"{folder.name}: {error.message}")
                failed = True
                continue
            ratio = statistics.median(ratios)
            aim = f" (to stay within {TO_STAY_WITHIN})" if not given.folders else ""
            print(f"{folder.name}: {ratio:.2f} x the sum of the parts{aim}", flush=True)
    return int(failed)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="*", type=Path, help="projects; the house if none")
    parser.add_argument("--rounds", type=int, default=1)
    return parser.parse_args()


def _house(folder: Path) -> Path:
    folder.mkdir()
    house_draft().write_into(folder)
    return folder


def _round(project: Path, copy: Path) -> float:
    """Add the resource to a copy, measure the parts there, and return the ratio of both."""
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(project, copy, symlinks=True, ignore=shutil.ignore_patterns(".git"))
    with workplace(copy, "benchmark", silence):
        pass  # makes the environment, which is part of neither side
    stages = Stages()
    asked = AddResource(copy, read_resource_line(SPEC), Answers(yes=True))
    report = add_resource(asked, stages)
    seconds = time.monotonic() - stages.began
    parts = _parts(copy)
    _print(stages, report, parts, seconds)
    return seconds / sum(parts.values())


def _print(stages: Stages, report: ChangeReport, parts: dict[str, float], seconds: float) -> None:
    for name, part in stages.lasting(seconds):
        if part >= _SHOWN:
            print(f"  stage {name[:44]:<46}{part:7.2f} s")
    for check in report.verified:
        print(f"  check {check.check:<30}{check.verdict:<16}{check.seconds:7.2f} s")
    print(f"  add resource, verified{'':<30}{seconds:7.2f} s")
    for name, part in parts.items():
        print(f"  part  {name:<46}{part:7.2f} s")
    print(f"  parts together{'':<38}{sum(parts.values()):7.2f} s")


def _parts(project: Path) -> dict[str, float]:
    """Measure what a verified change cannot do without, one after the other."""
    started = time.monotonic()
    with cluster() as server:
        server.address()
        parts = {"PostgreSQL, warm": time.monotonic() - started}
    with workplace(project, "benchmark", silence) as place:
        run = hands(place.bench(ChangeSet()))
        module = (place.facts.app or "").partition(":")[0]
        database = run.databases.empty("part")
        parts["importing the application"] = run.python(
            "-c", f"import {module}", database=database
        ).seconds
        parts |= _migrating(place, run)
        parts |= _testing(place, run)
    return parts


def _migrating(place: Workplace, run: Run) -> dict[str, float]:
    """Measure Alembic as it is used by hand: up, a revision, down by one, up again."""
    if not place.facts.migrations_folder or not place.environment.has("alembic"):
        return {}
    ini, start = alembic_configuration(place.folder, place.facts.migrations_folder)
    database = run.databases.empty("part")
    words = ("-m", "alembic", *(("-c", str(ini)) if ini else ()))

    def alembic(*more: str) -> float:
        folder = str(start.relative_to(place.folder.resolve()))
        return run.python(*words, *more, database=database, start=folder).seconds

    times = [alembic("upgrade", "heads")]
    times += [alembic("downgrade", "-1"), alembic("upgrade", "heads")]
    revise = alembic("revision", "--autogenerate", "-m", "nothing")
    return {"Alembic: three migrations": sum(times), "Alembic: autogenerate": revise}


def _testing(place: Workplace, run: Run) -> dict[str, float]:
    """Measure pytest as it is used by hand, in the folder that the project's people start it in."""
    if not place.environment.has("pytest") or not place.facts.test_folder:
        return {}
    words = ("-m", "pytest", "-q", "-p", "no:cacheprovider")
    start = place.facts.test_run_folder

    def pytest(*more: str) -> float:
        database = run.databases.empty("part")
        run.databases.add_companion(database)
        return run.python(*words, *more, database=database, start=start, timeout=900).seconds

    collected = pytest("--collect-only")
    return {"pytest, started": collected, "the tests' own time": max(0.0, pytest() - collected)}


if __name__ == "__main__":
    sys.exit(main())
