"""Add a resource with eight fields and two relations to real projects, and say what came of it.

Each project is copied and made a git repository; then the resource is added, added once more
(which must change nothing), and taken back (which must give back every byte).

    python benchmarks/hosts_resource.py FOLDER… [--keep DIR] [--field WORD…]

One row of Markdown a project goes to stdout, where the time went to stderr. With `--keep`, the
diff, the report and what was said on the way are written into a folder for each project.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backwright.project import read_project
from backwright.transfer.draft import Draft
from backwright.transfer.example.chain import read_chain
from backwright.transfer.example.clearing import verbs
from backwright.transfer.example.modules import read_modules
from backwright.transfer.example.nouns import read_nouns
from backwright.transfer.example.ownership import Ownership, is_account, is_link

NAME = "Invoice"
FIELDS = (
    "number:str:1..40:unique",
    "amount:decimal:10,2",
    "status:enum:draft,sent,paid:default=draft",
    "due:date:optional",
    "notes:text:optional",
    "rate:int:1..5:default=3",
    "paid:bool:default=false",
    "issued:datetime",
)
CHECKS = ("imports", "lint", "types", "migrations", "starts", "tests", "live")
MARKS = {"pass": "✓", "fail": "✗", "skipped": "-"}
HEADER = (
    "| project | learnt from | references | result | "
    + " | ".join(CHECKS[:-1])
    + " | over HTTP | second run | undo | seconds | in words |"
)


@dataclass(frozen=True, slots=True)
class Ran:
    """One run of the command: exit code, its document, what it said on the way, how long."""

    code: int
    document: dict[str, Any]
    said: str
    seconds: float


def main() -> int:
    """Add the resource to every folder that is named; 1 if it was refused anywhere."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--keep", type=Path, help="where diffs and reports go")
    parser.add_argument(
        "--field",
        action="append",
        help="field words instead of the usual ones; two references are found if none is named",
    )
    given = parser.parse_args()
    print(HEADER + "\n" + "|---" * HEADER.count(" |") + "|", flush=True)
    codes = []
    for folder in given.folders:
        with as_found(folder) as copy:
            code, row = measured(copy, given.keep, tuple(given.field or ()))
        codes.append(code)
        print(row, flush=True)
    return int(any(codes))


@contextmanager
def as_found(folder: Path) -> Iterator[Path]:
    """Give a copy of a project that is a git repository with all of it in one commit."""
    with tempfile.TemporaryDirectory(prefix="hosts-") as scratch:
        copy = Path(scratch) / folder.name
        shutil.copytree(folder, copy, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        git(copy, "init", "-q")
        git(copy, "add", "-A", "-f")
        git(copy, "commit", "-q", "-m", "as found")
        yield copy


def measured(copy: Path, keep: Path | None, fields: tuple[str, ...]) -> tuple[int, str]:
    """Add the resource to a copy, twice, take it back, and return its exit code and its row."""
    words = fields or FIELDS
    if not any(re.search(r":(?:ref|many):", word) for word in words):
        words = (*words, *references(copy))
    first = backwright(copy, "add", "resource", NAME, *words, "--yes")
    if keep:
        note(keep / copy.name, copy, first)
    for check in first.document.get("verified", []):
        print(f"  {check['check']:<12}{check['seconds']:8.2f} s", file=sys.stderr)
    print(f"  {copy.name}: {first.seconds:.1f} s in all", file=sys.stderr, flush=True)
    second = undone = ""
    if first.code == 0:
        added = git(copy, "status", "--porcelain")
        again = backwright(copy, "add", "resource", NAME, *words, "--yes")
        same = again.code == 0 and git(copy, "status", "--porcelain") == added
        second = "nothing" if same else f"✗ exit {again.code}"
        back = backwright(copy, "undo")
        left = git(copy, "status", "--porcelain")
        undone = "✓" if back.code == 0 and not left else f"✗ exit {back.code} {left[:80]}"
    return first.code, row_of(copy.name, words, first, second, undone)


def references(root: Path) -> Iterator[str]:
    """Yield a reference to one model and links to another, if there are such besides users."""
    project = read_project(root)
    nouns = read_nouns(project.models)
    owners = Ownership(project, read_modules(Draft(root)), nouns)
    user = project.auth.user_model
    models = [
        m
        for m in project.models
        if m.name != user and not is_link(m) and not is_account(project, m.name)
    ]
    models.sort(key=lambda m: -len(verbs(read_chain(owners, m).endpoints)))
    for model, kind in zip(models, ("ref", "many"), strict=False):
        names = nouns.names[model.name]
        word = names.snake if kind == "ref" else names.plural_snake
        yield f"{word}:{kind}:{model.name}"


def backwright(root: Path, *words: str) -> Ran:
    """Run the command line on a project."""
    started = time.monotonic()
    command = [sys.executable, "-m", "backwright", *words, "--project", str(root), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - started
    document = json.loads(done.stdout) if done.stdout.startswith("{") else {}
    return Ran(done.returncode, document, done.stdout + "\n" + done.stderr, seconds)


def git(root: Path, *words: str) -> str:
    """Run git in a project and return what it says."""
    identity = ["-c", "user.name=bench", "-c", "user.email=bench@example.com"]
    command = ["git", *identity, *words]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout


def note(folder: Path, copy: Path, ran: Ran) -> None:
    """Write down the diff, the report, and what was said."""
    folder.mkdir(parents=True, exist_ok=True)
    git(copy, "add", "-A", "-N")
    (folder / "diff").write_text(git(copy, "diff"))
    git(copy, "reset", "-q")
    (folder / "report.json").write_text(json.dumps(ran.document, indent=1))
    (folder / "said").write_text(ran.said)


def row_of(name: str, words: tuple[str, ...], first: Ran, second: str, undone: str) -> str:
    """Return the row of one project."""
    document = first.document
    checks = {check["check"]: check for check in document.get("verified", [])}
    learnt = re.search(r"(?:learnt from|written like) (?:the )?(\S+)", document.get("summary", ""))
    asked = ", ".join(w.rpartition(":")[2] for w in words if re.search(r":(?:ref|many):", w))
    result = "added" if first.code == 0 else f"refused ({first.code})"
    cells = [name, learnt[1] if learnt else "-", asked or "-", result]
    cells += [told(checks.get(check), check) for check in CHECKS]
    cells += [second or "-", undone or "-", f"{first.seconds:.0f}", in_words(first, checks)]
    return f"| {' | '.join(cells)} |"


def told(check: dict[str, Any] | None, name: str) -> str:
    """Return a check's verdict, with the figures that its detail has."""
    if check is None:
        return ""
    pattern = r"\d+ of \d+|\d+(?= new endpoints)" if name == "live" else r"\d+(?= passed)"
    figure = re.search(pattern, check["detail"]) if name in ("live", "tests") else None
    return f"{MARKS[check['verdict']]} {figure[0] if figure else ''}".strip()


def in_words(first: Ran, checks: dict[str, dict[str, Any]]) -> str:
    """Return why it was refused, or what could not be checked."""
    if first.code:
        lines = [line for line in first.said.splitlines() if line.strip()]
        error = first.document.get("error", {})
        return short(str(error.get("message") if error else lines[-1:]), 400)
    skipped = [f"{n}: {c['detail']}" for n, c in checks.items() if c["verdict"] == "skipped"]
    return short("; ".join(skipped), 300)


def short(text: str, most: int) -> str:
    """Return a text on one line of a table, and not too much of it."""
    words = " ".join(text.split()).replace("|", "\\|")
    return words if len(words) <= most else f"{words[:most]}…"


if __name__ == "__main__":
    sys.exit(main())
