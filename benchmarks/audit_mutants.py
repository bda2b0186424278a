"""How many planted faults reading finds, and what it says of the clean projects.

    python benchmarks/audit_mutants.py [PROJECT…] [--missed]

Each mutant is a clean project (`fixtures/probe`) with one fault (`probe_planting.py`), as the probe is
measured by. It is found if the audit has a finding of item 3 to 7 that it does not have for the clean
project; a miss is honest if the item that the fault is about is not passed.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
os.environ["BACKWRIGHT_CACHE"] = "off"

from probe_planting import Mutant, mutants_of
from probe_projects import FOLDER, clean

from backwright.audit import audit_project
from backwright.audit.settings import Settings
from backwright.project import read_project
from backwright.report.audit_types import AuditReport

ITEMS = {"isolation": 5, "auth": 6, "errors": 3, "endpoints": 5}


def audited(text: str) -> AuditReport:
    """Audit a project of one module."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "main.py").write_text(text, encoding="utf-8")
        return audit_project(root, read_project(root), Settings())


def told(report: AuditReport) -> Counter[tuple[str, str]]:
    """Return what an audit finds, whatever the lines."""
    return Counter(
        (one.rule, one.message) for one in report.findings if one.item in {3, 4, 5, 6, 7}
    )


def judged(mutant: Mutant, before: Counter[tuple[str, str]]) -> tuple[str, str]:
    """Tell whether a mutant is found, unknown or passed, and by which finding."""
    report = audited(mutant.text)
    new = told(report) - before
    if new:
        return "found", str(next(iter(new)))
    item = 7 if "cors" in mutant.kind.lower() else ITEMS.get(mutant.area, 5)
    verdict = report.checklist[item - 1].verdict
    return ("passed" if verdict == "pass" else "unknown"), f"item {item}: {verdict}"


def main() -> None:
    """Print a line for each project and each kind of fault."""
    parser = argparse.ArgumentParser()
    parser.add_argument("projects", nargs="*")
    parser.add_argument("--missed", action="store_true", help="name each mutant that is not found")
    words = parser.parse_args()
    names = words.projects or sorted(one.name for one in FOLDER.iterdir() if one.is_dir())
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for name in names:
        report = audited(clean(name).text)
        before = told(report)
        counts: Counter[str] = Counter()
        for mutant in mutants_of(name):
            verdict, why = judged(mutant, before)
            counts[verdict] += 1
            kinds[mutant.kind][verdict] += 1
            if words.missed and verdict != "found":
                print(f"    {verdict:8} {mutant.kind}: {mutant.operation} ({why})")
        isolation = report.checklist[4]
        print(
            f"{name:10} {dict(counts)}; clean: {dict(Counter(rule for rule, _ in before))}, isolation {isolation.verdict} {isolation.why}"
        )
    for kind, counts in sorted(kinds.items()):
        print(f"{kind:45} {dict(counts)}")
    total = sum((Counter(one) for one in kinds.values()), Counter())
    print(f"all: {dict(total)} of {total.total()}")


if __name__ == "__main__":
    main()
