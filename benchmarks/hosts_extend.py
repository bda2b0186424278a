"""Add a field of every kind, and relations, to a resource of real projects, and say what came of it.

Each project is copied and made a git repository. Each command is run, run once more (which must
change nothing), and taken back (which must give back every byte).

    python benchmarks/hosts_extend.py FOLDER… [--keep DIR] [--only fields,each,one,many]

One row of Markdown a command goes to stdout. With `--keep`, the diff, the report and what was said
on the way are written into a folder for each.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from hosts_resource import CHECKS, Ran, as_found, backwright, git, in_words, note, told

from backwright.project import read_project
from backwright.transfer.draft import Draft
from backwright.transfer.example.chain import read_chain
from backwright.transfer.example.clearing import verbs
from backwright.transfer.example.modules import read_modules
from backwright.transfer.example.nouns import read_nouns
from backwright.transfer.example.ownership import Ownership, is_account, is_link

FIELDS = (
    "rank:int:1..5:default=3:index",
    "state:enum:fresh,worn:default=fresh",
    "serial:str:1..20:optional:unique",
    "worth:decimal:10,2",
    "details:json:optional",
    "expires:date:optional",
    "seen_at:datetime:optional",
    "token:uuid:optional",
    "homepage:url:optional",
    "ratio:float:optional",
    "remarks:text:optional",
    "hidden:bool:default=false",
    "contact:email:optional",
)
EACH = (
    "priority:int:1..5:default=3",
    "condition:enum:fresh,worn:default=fresh",
    "checked_on:date:optional",
)
HEADER = (
    "| project | command | result | "
    + " | ".join(CHECKS[:-1])
    + " | second run | undo | seconds | in words |"
)


def main() -> int:
    """Run the commands on every folder that is named; 1 if one was refused anywhere."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--keep", type=Path, help="where diffs and reports go")
    parser.add_argument(
        "--only",
        default="fields,one,many",
        help="which of the commands; `each` is one field at a time",
    )
    given = parser.parse_args()
    print(HEADER + "\n" + "|---" * HEADER.count(" |") + "|", flush=True)
    codes = []
    for folder in given.folders:
        with as_found(folder) as copy:
            for label, words in commands(copy, given.only.split(",")):
                keep = given.keep / f"{folder.name}-{label}" if given.keep else None
                code, row = measured(copy, keep, words)
                codes.append(code)
                print(row, flush=True)
    return int(any(codes))


def commands(root: Path, kinds: list[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the commands that fit a project, by the models that it has endpoints for."""
    project = read_project(root)
    nouns = read_nouns(project.models)
    owners = Ownership(project, read_modules(Draft(root)), nouns)
    models = [m for m in project.models if not is_link(m) and not is_account(project, m.name)]
    models.sort(key=lambda m: -len(verbs(read_chain(owners, m).endpoints)))
    names = [nouns.names[m.name].pascal for m in models]
    if names and "fields" in kinds:
        yield "fields", ("add", "field", names[0], *FIELDS)
    if names and "each" in kinds:
        for word in (*EACH, *(f"kin:ref:{other}" for other in names[1:2])):
            yield word.partition(":")[0], ("add", "field", names[0], word)
    if len(names) < 2:
        names += [project.auth.user_model or names[0]] if names else []
    if len(names) > 1 and "one" in kinds:
        yield "one", ("add", "relation", names[1], "one-to-many", names[0], "--name", "origin")
    if len(names) > 1 and "many" in kinds:
        yield "many", ("add", "relation", names[0], "many-to-many", names[1], "--name", "extras")


def measured(copy: Path, keep: Path | None, words: tuple[str, ...]) -> tuple[int, str]:
    """Run a command twice, take it back, and return its exit code and its row."""
    first = backwright(copy, *words, "--yes")
    if keep:
        note(keep, copy, first)
    print(f"  {copy.name} {words[1]}: {first.seconds:.1f} s", file=sys.stderr, flush=True)
    second = undone = "-"
    if first.code == 0 and git(copy, "status", "--porcelain"):
        added = git(copy, "status", "--porcelain")
        again = backwright(copy, *words, "--yes")
        same = again.code == 0 and git(copy, "status", "--porcelain") == added
        second = "nothing" if same else f"✗ exit {again.code}"
        back = backwright(copy, "undo")
        left = git(copy, "status", "--porcelain")
        undone = "✓" if back.code == 0 and not left else f"✗ exit {back.code} {left[:80]}"
    return first.code, row_of(copy.name, words, first, second, undone)


def row_of(name: str, words: tuple[str, ...], first: Ran, second: str, undone: str) -> str:
    """Return the row of one command."""
    checks = {check["check"]: check for check in first.document.get("verified", [])}
    fields = words[3:]
    is_many = words[1] == "field" and len(fields) > 1
    shown = f"field {words[2]} … ({len(fields)})" if is_many else " ".join(words[1:])
    cells = [name, shown, "added" if first.code == 0 else f"refused ({first.code})"]
    cells += [told(checks.get(check), check) for check in CHECKS[:-1]]
    cells += [second, undone, f"{first.seconds:.0f}", in_words(first, checks)]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main())
