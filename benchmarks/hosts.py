"""Verify a harmless change in real projects, and say what each check found.

Each project is copied, gets its workplace (environment, throw-away database), and a change that
can break nothing: a new empty module beside the application, and a comment at the top of the
application's file. What fails then is ours to mend, what is skipped says why.

    python benchmarks/hosts.py FOLDER… [--markdown FILE]
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from backwright.errors import BackwrightError
from backwright.report.events import CheckEnded, CheckStarted, StepStarted
from backwright.tasks.change import Workplace, workplace
from backwright.values import Check
from backwright.workshop import ChangeSet, FileEdit, verify

CHECKS = ("imports", "lint", "migrations", "starts", "tests", "types")
MARKS = {"pass": "✓", "fail": "✗", "skipped": "-"}


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one project."""

    name: str
    seconds: float
    checks: tuple[Check, ...] = ()
    error: str = ""
    facts: str = ""


def change_of(place: Workplace) -> ChangeSet:
    """Return a change that can break nothing."""
    app = next((one for one in place.folder.rglob("*.py") if b"FastAPI(" in one.read_bytes()), None)
    files = [FileEdit("backwright_probe_module.py", None, b'"""Empty."""\n')]
    if app is not None:
        before = app.read_bytes()
        path = app.relative_to(place.folder).as_posix()
        end = b"\r\n" if b"\r\n" in before else b"\n"
        start = b"\xef\xbb\xbf" if before.startswith(b"\xef\xbb\xbf") else b""
        files.append(FileEdit(path, before, start + b"# a comment" + end + before[len(start) :]))
    return ChangeSet(tuple(files))


def tell(event: object) -> None:
    """Say on stderr what goes on."""
    if isinstance(event, StepStarted):
        print(f"    {event.step}", file=sys.stderr, flush=True)
    elif isinstance(event, CheckEnded):
        check = event.result
        mark = MARKS[check.verdict]
        lines = check.detail.strip().splitlines()
        shown = "\n      ".join(lines if check.verdict == "fail" else [*lines[:1], *lines[1:][-4:]])
        print(
            f"    {mark} {check.check} {check.seconds:.1f} s: {shown}", file=sys.stderr, flush=True
        )
    elif not isinstance(event, CheckStarted):
        print(f"    {event}", file=sys.stderr, flush=True)


def verified(folder: Path) -> Row:
    """Make the workplace of a copy of one project and verify the change there."""
    started = time.monotonic()
    name = folder.name
    print(f"== {name}", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="hosts-") as scratch:
        copy = Path(scratch) / name
        shutil.copytree(folder, copy, symlinks=True)
        try:
            with workplace(copy, "hosts", tell) as place:
                facts = place.facts
                shown = (
                    f"{facts.app} in {facts.run_folder}, {facts.database.driver}"
                    f" {sorted(facts.database_variables)} {facts.database.files},"
                    f" migrations {facts.migrations_folder}, tests {facts.test_folder}"
                    f" from {facts.test_run_folder}, {place.environment.kind}"
                    f" {place.environment.site_packages[0].parent.name},"
                    f" given {sorted(place.variables)} {[note.text for note in place.notes]}"
                )
                print(f"    {shown}", file=sys.stderr, flush=True)
                changes = change_of(place)
                place.staging.apply(changes)
                checks = verify(place.bench(changes), tell)
                return Row(name, time.monotonic() - started, checks, facts=shown)
        except BackwrightError as error:
            print(f"    ! {error.message}", file=sys.stderr, flush=True)
            return Row(name, time.monotonic() - started, error=error.message)


def table(rows: list[Row]) -> str:
    """Return the rows as Markdown."""
    lines = ["| project | " + " | ".join(CHECKS) + " | seconds | in words |"]
    lines.append("|---" * (len(CHECKS) + 3) + "|")
    for row in rows:
        by_name = {check.check: check for check in row.checks}
        cells = [
            f"{MARKS[by_name[name].verdict]} {by_name[name].seconds:.1f}" if name in by_name else ""
            for name in CHECKS
        ]
        words = row.error or "; ".join(
            f"{check.check}: {_short(check.detail)}"
            for check in row.checks
            if check.verdict != "pass" and check.check not in ("lint", "types")
        )
        lines.append(
            f"| {row.name} | {' | '.join(cells)} | {row.seconds:.0f} | {_short(words, 300)} |"
        )
    return "\n".join(lines) + "\n"


def _short(text: str, most: int = 160) -> str:
    words = " ".join(text.split()).replace("|", "\\|")
    return words if len(words) <= most else f"{words[:most]}…"


def main() -> int:
    """Verify every folder that is named; 1 if a check failed anywhere."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--markdown", type=Path)
    given = parser.parse_args()
    rows = [verified(folder.resolve()) for folder in given.folders]
    text = table(rows)
    print(text)
    if given.markdown:
        given.markdown.write_text(text)
    return int(any(check.verdict == "fail" for row in rows for check in row.checks))


if __name__ == "__main__":
    sys.exit(main())
