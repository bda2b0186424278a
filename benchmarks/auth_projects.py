"""Give real projects authentication, and say what became of each.

Each project is copied, `backwright add auth --yes` is run there by the command line, then a second
time, `backwright probe` looks at the result, and `backwright undo` must bring every byte back.

    python benchmarks/auth_projects.py FOLDER… [--answer KEY=VALUE]… [--keep FOLDER] [--markdown FILE]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMMAND = (sys.executable, "-m", "backwright")
OURS = {".backwright", ".git", "__pycache__"}


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one project."""

    name: str
    code: int
    said: str
    proved: str = ""
    again: str = ""
    probed: str = ""
    undone: str = ""
    seconds: float = 0.0

    @property
    def cells(self) -> tuple[str, ...]:
        """The row of the table."""
        return (
            self.name, str(self.code), self.proved, self.again, self.probed, self.undone,
            f"{self.seconds:.0f}", self.said,
        )  # fmt: skip


def run(root: Path, *words: str) -> tuple[int, dict[str, Any], str]:
    """Run a command of Backwright on a project; return its code, its document, its last words."""
    done = subprocess.run(
        [*COMMAND, *words, "--project", str(root), "--json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    try:
        document = json.loads(done.stdout)
    except ValueError:
        document = {}
    return done.returncode, document, done.stderr.strip()[-600:]


def contents(root: Path) -> dict[str, str]:
    """Return a checksum of every file of a project that is not of a tool."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file() and not path.is_symlink() and not OURS & set(path.parts)
    }


def tried(folder: Path, keep: Path | None, answers: list[str]) -> Row:
    """Add authentication to a copy of a project, and look at the result from all sides."""
    started = time.monotonic()
    name = f"{folder.parent.name}/{folder.name}"
    with tempfile.TemporaryDirectory(prefix="auth-") as scratch:
        root = Path(scratch) / folder.name
        shutil.copytree(folder, root, symlinks=True)
        before = contents(root)
        words = [word for answer in answers for word in ("--answer", answer)]
        code, document, error = run(root, "add", "auth", "--yes", *words)
        if keep:
            kept = keep / folder.name
            kept.mkdir(parents=True, exist_ok=True)
            (kept / "add.json").write_text(json.dumps(document, indent=1) + "\n" + error)
        if code != 0:
            same = "" if contents(root) == before else " AND FILES CHANGED"
            said = document.get("error", {}).get("message", "") or error
            return Row(name, code, f"{said[:400]}{same}", seconds=time.monotonic() - started)
        if keep:
            shutil.copytree(root, kept / "after", symlinks=True, dirs_exist_ok=True)
        after = contents(root)
        proved = "; ".join(
            f"{one['check']}: {one['detail'].splitlines()[-1][:120]}"
            for one in document["verified"]
            if one["check"] in ("tests", "migrations", "guards", "isolation")
            or one["verdict"] != "pass"
        )
        second, _, _ = run(root, "add", "auth", "--yes", *words)
        again = "same" if contents(root) == after else "CHANGED"
        again += f" ({second})"
        third, report, words3 = run(root, "probe", "--only", "auth", "--only", "isolation")
        kinds = Counter((c["actor"], c["cell"]) for c in report.get("matrix", ()))
        failures = [
            f"{c['check']} {c['method']} {c['path']}"
            for c in report.get("checks", ())
            if c["verdict"] == "fail"
        ]
        probed = ", ".join(f"{who} {cell} {n}" for (who, cell), n in sorted(kinds.items()))
        probed = f"exit {third}: {probed or words3[-200:]} {'; '.join(failures)}"
        fourth, _, words4 = run(root, "undo")
        undone = "every byte" if contents(root) == before else f"DIFFERS ({fourth} {words4})"
        return Row(name, code, "", proved, again, probed, undone, time.monotonic() - started)


def main() -> int:
    """Try the projects, print a table; the exit code counts those that were not given any."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--answer", action="append", default=[])
    parser.add_argument("--keep", type=Path, help="where the results are kept")
    parser.add_argument("--markdown", type=Path)
    options = parser.parse_args()
    head = ("project", "exit", "proved", "again", "probed", "undo", "seconds", "said")
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    wrong = 0
    for folder in options.folders:
        row = tried(folder, options.keep, options.answer)
        wrong += row.code != 0
        lines.append(f"| {' | '.join(cell.replace(chr(10), ' ') for cell in row.cells)} |")
        print(lines[-1], flush=True)
        if options.markdown:
            options.markdown.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return min(wrong, 100)


if __name__ == "__main__":
    sys.exit(main())
