"""How many planted faults the probe finds, and whether it cries at clean projects.

    python benchmarks/probe_mutants.py [PROJECT…] [--only WORDS] [--list] [--results FILE] [--rivals FILE]

Each mutant is a clean project (`fixtures/probe`) with one fault (`probe_planting.py`), and passes
what one user does by themselves (`single_user.py` of the project). It counts as found if a check
fails at the operation that the fault is in, under a name that fits its kind. With `--results` each
outcome is a line of that file, and what stands there for this state of the code is not run again.
`--rivals` puts what `probe_rivals.py` wrote to its results beside it in the table.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from probe_planting import Mutant, mutants_of
from probe_projects import (
    DRIVERS,
    Sources,
    clean,
    emptied,
    probe_project,
    probe_served,
    served,
    try_single_user,
)

from backwright import probe
from backwright.errors import BackwrightError
from backwright.host.postgres import Cluster, cluster
from backwright.report.probe_types import AREAS, ProbeReport

# What a failed check may be called, by the kind of fault.
NAMES: dict[str, tuple[str, ...]] = {
    "owner predicate dropped": (
        "other-reads", "other-lists", "other-changes", "other-deletes", "other-counts",
        "other-searches", "bulk-over-foreign-objects", "creates-under-foreign-parent",
        "child-of-another-parent", "links-foreign-object", "touches-other-owners",
    ),
    "guard dropped": (
        "anonymous-reads", "anonymous-lists", "anonymous-creates", "anonymous-changes",
        "anonymous-deletes", "anonymous-calls", "anonymous-acts", "token-missing",
        "anonymous-bulk", "creates-under-foreign-parent",
        "other-reads", "other-lists",  # everybody is taken for the first user
    ),
    "administrators only dropped": (
        "administrators-function", "other-lists", "other-reads", "other-changes", "other-deletes",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one mutant, or of a clean project.

    Attributes:
        key: Which one.
        build: Which state of the code.
        project: The project.
        kind: The kind of fault; `clean` for none.
        operation: Where the fault is.
        verdict: `found`, `missed`, `misnamed`, or why it did not count.
        seconds: How long the probe took, its server's start with it.
        said: The first failures.
        cells: How many cells there were of each kind.
    """

    key: str
    build: str
    project: str
    kind: str
    operation: str
    verdict: str
    seconds: float
    said: str
    cells: dict[str, int]


def build_of() -> str:
    """Return a name of the probe's code as it is now."""
    folder = Path(probe.__file__ or "").parent
    files = sorted(folder.glob("*.py"))
    return hashlib.sha256(b"".join(one.read_bytes() for one in files)).hexdigest()[:10]


def try_mutant(mutant: Mutant, server: Cluster, build: str) -> Outcome:
    """Probe a mutant, and tell whether its fault was found and rightly named."""
    started = time.monotonic()
    sources = Sources(mutant.project, mutant.text)
    cells: Counter[str] = Counter()
    try:
        with served(sources, server) as one:
            report = probe_served(sources, one, (mutant.area,))
            verdict, said = _verdict(mutant, report)
            cells = Counter(one.cell for one in report.matrix)
            emptied(one)
            wrong = try_single_user(sources, one)
        if wrong:  # perhaps for what the probe left in the server
            with served(sources, server) as one:
                wrong = try_single_user(sources, one)
        if wrong:
            verdict, said = "fails its own test", wrong
    except BackwrightError as error:
        verdict, said = "did not start", str(error)[-200:]
    return Outcome(
        mutant.key, build, mutant.project, mutant.kind, mutant.operation, verdict,
        round(time.monotonic() - started, 1), said, dict(cells),
    )  # fmt: skip


def _verdict(mutant: Mutant, report: ProbeReport) -> tuple[str, str]:
    wanted = set(mutant.operation.split(" | "))
    names = mutant.checks or NAMES[mutant.kind]
    said = "; ".join(f"{one.check} {one.method} {one.path}" for one in report.failures[:6])
    there = [one for one in report.failures if wanted & {f"{one.method} {one.path}", *one.also}]
    if any(one.check in names for one in there):
        return "found", said
    return ("misnamed" if report.failures else "missed"), said


def try_clean(name: str, server: Cluster, build: str) -> Outcome:
    """Probe a clean project, at which nothing may be cried."""
    started = time.monotonic()
    report = probe_project(clean(name), server, only=AREAS)
    said = "; ".join(f"{one.check} {one.method} {one.path}: {one.why}" for one in report.failures)
    return Outcome(
        f"{name} clean", build, name, "clean", "", "false alarm" if said else "quiet",
        round(time.monotonic() - started, 1), said,
        dict(Counter(one.cell for one in report.matrix)),
    )  # fmt: skip


def main() -> int:
    """Run the mutants, print the table, and return 1 if any clean project was cried at."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("projects", nargs="*", default=[])
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--skip-clean", action="store_true", help="try the mutants only")
    parser.add_argument("--only", default="", help="a part of the kind or operation")
    parser.add_argument("--part", default="", help="such as 2/3: the second third of the mutants")
    parser.add_argument("--again", default="", help="only those that had these verdicts")
    parser.add_argument("--results", default="", help="a line for each outcome goes to this file")
    parser.add_argument("--rivals", default="", help="the results of probe_rivals.py")
    options = parser.parse_args()
    names = options.projects or list(DRIVERS)
    chosen = [
        one
        for name in names
        for one in mutants_of(name)
        if options.only in f"{one.kind} {one.operation}"
    ]
    if options.part:
        number, of = map(int, options.part.split("/"))
        chosen = chosen[number - 1 :: of]
    if options.list:
        for one in chosen:
            print(f"{one.project:8} {one.area:9} {one.kind:40} {one.operation}")
        print(len(chosen))
        return 0
    outcomes = _run([] if options.skip_clean else names, chosen, options)
    _print_table(outcomes, _rivals(options.rivals))
    return 1 if any(one.verdict == "false alarm" for one in outcomes) else 0


def _run(
    names: Sequence[str], chosen: Sequence[Mutant], options: argparse.Namespace
) -> list[Outcome]:
    """Try everything that the results do not have for this build."""
    build = build_of()
    file = Path(options.results) if options.results else None
    kept = _kept(file)
    known = {key: one for key, one in kept.items() if one.build == build}
    wanted = set(options.again.split(",")) if options.again else None
    outcomes: list[Outcome] = []
    with cluster() as server:
        for key, work in (
            *((f"{one} clean", partial(try_clean, one, server, build)) for one in names),
            *((one.key, partial(try_mutant, one, server, build)) for one in chosen),
        ):
            if key in known or (wanted and key in kept and kept[key].verdict not in wanted):
                outcomes.append(kept[key])
                continue
            outcome = work()
            outcomes.append(outcome)
            print(_line(outcome), flush=True)
            if file:
                with file.open("a", encoding="utf-8") as lines:
                    lines.write(json.dumps(asdict(outcome)) + "\n")
    return outcomes


def _kept(file: Path | None) -> dict[str, Outcome]:
    """Return the last outcome of each that a file has."""
    lines = file.read_text(encoding="utf-8").splitlines() if file and file.is_file() else []
    found = (Outcome(**json.loads(line)) for line in lines)
    return {one.key: one for one in found}


def _share(verdicts: Sequence[str]) -> str:
    """Return how many of those tried were found; nothing where none was."""
    return f"{verdicts.count('found')} of {len(verdicts)}" if verdicts else ""


def _line(one: Outcome) -> str:
    head = f"{one.verdict:14} {one.project:8} {one.kind:36} {one.operation}  {one.seconds:.0f} s"
    return head if one.verdict in ("found", "quiet") else f"{head}  [{one.said[:400]}]"


def _rivals(file: str) -> dict[str, dict[str, list[str]]]:
    """Return the verdicts of other tools by tool and kind of fault, the last of each mutant."""
    lines = Path(file).read_text(encoding="utf-8").splitlines() if file else []
    last = {(one["tool"], one["key"]): one for one in map(json.loads, lines)}
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for one in last.values():
        found[one["tool"]][one["kind"]].append(one["verdict"])
    return found


def _print_table(outcomes: Sequence[Outcome], rivals: dict[str, dict[str, list[str]]]) -> None:
    mutants = [one for one in outcomes if one.kind != "clean"]
    tools: dict[str, dict[str, list[str]]] = {"probe": defaultdict(list), **rivals}
    for one in mutants:
        tools["probe"][one.kind].append(one.verdict)
    print(f"\n| kind of fault | {' | '.join(tools)} |\n| --- |{' --- |' * len(tools)}")
    for kind in sorted({one.kind for one in mutants}):
        print(f"| {kind} | {' | '.join(_share(one.get(kind, [])) for one in tools.values())} |")
    totals = ([v for verdicts in one.values() for v in verdicts] for one in tools.values())
    print(f"| **all** | {' | '.join(f'**{_share(one)}**' for one in totals)} |")
    cells = Counter[str]()
    for one in outcomes:
        cells.update(one.cells if one.kind == "clean" else {})
    if cells:
        print(
            f"clean projects: {sum(cells.values()) - cells['not-proven']} of {sum(cells.values())} cells conclusive"
        )
    print(f"builds: {dict(Counter(one.build for one in outcomes))}")


if __name__ == "__main__":
    sys.exit(main())
