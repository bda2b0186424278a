"""How many planted faults the probe finds, and whether it cries at clean projects.

    python benchmarks/probe_mutants.py [PROJECT…] [--area isolation] [--list] [--write FILE]

Each mutant is a clean project (`fixtures/probe`) with one fault. Faults are made in two ways: by
operators that drop a predicate or a guard wherever one stands, and by replacements that
`mutants.toml` of a project writes down. A mutant counts as found if a check fails at the operation
that the fault is in, under a name that fits its kind.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
import time
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from probe_projects import DRIVERS, FOLDER, Sources, clean, probe_project

from backwright.errors import BackwrightError
from backwright.host.postgres import Cluster, cluster
from backwright.report.probe_types import Area, ProbeReport

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
        "anonymous-creates-under-foreign-parent", "creates-under-foreign-parent",
        "other-reads", "other-lists",  # everybody is taken for the first user
    ),
    "administrators only dropped": (
        "administrators-function", "other-lists", "other-reads", "other-changes", "other-deletes",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mutant:
    """A project with one fault.

    Attributes:
        project: The clean project.
        kind: The kind of fault.
        operation: Where a probe must find it, such as `GET /notes`; several with ` | `.
        text: The module with the fault.
        area: The area of the probe that finds it.
        checks: Names of checks that fit; those of the kind without any.
    """

    project: str
    kind: str
    operation: str
    text: str
    area: Area = "isolation"
    checks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one mutant: `found`, `missed`, `misnamed` or why it did not run."""

    mutant: Mutant
    verdict: str
    seconds: float
    said: str


def mutants_of(name: str) -> Iterator[Mutant]:
    """Yield the mutants of a project."""
    source = clean(name).text
    yield from _written(name, source)
    yield from _without_predicates(name, source)
    yield from _without_guards(name, source)


def _written(name: str, source: str) -> Iterator[Mutant]:
    """Yield the replacements of `mutants.toml`."""
    file = FOLDER / name / "mutants.toml"
    if not file.is_file():
        return
    for one in tomllib.loads(file.read_text(encoding="utf-8"))["mutant"]:
        pairs = (
            list(zip(one["old"], one["new"], strict=True))
            if isinstance(one["old"], list)
            else [(one["old"], one["new"])]
        )
        text = source
        for old, new in pairs:
            if old not in text:
                raise ValueError(f"{name}: {one['kind']}: {old!r} is not in main.py")
            place = text.rindex(old) if one.get("last") else text.index(old)
            text = text[:place] + new + text[place + len(old) :]
        yield Mutant(
            name, one["kind"], one["operation"], text, one.get("area", "isolation"),
            tuple(one["checks"]),
        )  # fmt: skip


_OWNER = re.compile(
    r",\s*\w+\.(?:owner_id|customer_id|account_id|author_id) == \w+\.id\b(?!\s*\))|"
    r",\s*\w+\.(?:owner_id|customer_id|account_id|author_id) == \w+\.id(?=\))| AND user_id = \?"
)
_WHERE_OWNER = re.compile(
    r"\.where\(\w+\.(?:owner_id|customer_id|account_id|author_id) == \w+\.id\)"
)


def _without_predicates(name: str, source: str) -> Iterator[Mutant]:
    """Yield mutants that lack one comparison with the owner."""
    for pattern in (_OWNER, _WHERE_OWNER):
        for found in pattern.finditer(source):
            text = source[: found.start()] + source[found.end() :]
            if " AND user_id" in found[0]:
                text = text.replace("(todo_id, user_id))", "(todo_id,))", 1)
            if not _parses(text):
                continue
            line = source[: found.start()].count("\n") + 1
            operations = _operations_at(source, line)
            if operations and not _checked_before(source, line):
                yield Mutant(name, "owner predicate dropped", " | ".join(operations), text)


def _checked_before(source: str, line: int) -> bool:
    """Tell whether the same function has refused foreign rows already: the mutant is no fault."""
    functions = [
        one
        for one in ast.parse(source).body
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    inside = next(one for one in functions if one.lineno <= line <= (one.end_lineno or 0))
    before = "\n".join(source.splitlines()[inside.lineno : line - 1])
    return bool(re.search(r"\bown_notebook\(|raise HTTPException\(404", before))


def _without_guards(name: str, source: str) -> Iterator[Mutant]:
    """Yield mutants in which one handler asks nobody who they are, or not for an administrator."""
    guards = {
        "notes": (", user: Me", ", user: Annotated[User | None, Depends(first_user)]"),
        "blog": (", user: CurrentUser", ", user: Annotated[User, Depends(first_user)]"),
        "shop": (": Staff", ": Me"),
        "teams": (", account: Me", ", account: Annotated[Account, Depends(first_user)]"),
        "sharing": (", member: Me", ", member: Annotated[Member, Depends(first_user)]"),
    }
    if name not in guards:
        return
    old, new = guards[name]
    admin = name == "shop"
    for found in re.finditer(re.escape(old) + r"\b", source):
        line = source[: found.start()].count("\n") + 1
        operations = _operations_at(source, line)
        if len(operations) != 1:
            continue
        text = source[: found.start()] + new + source[found.end() :]
        text = text if admin else _with_first_user(name, text)
        kind = "administrators only dropped" if admin else "guard dropped"
        yield Mutant(name, kind, operations[0], text)


_FIRST = {
    "notes": (
        "Me = Annotated",
        "def first_user(db: DB):\n    return db.exec(select(User)).first()\n\n\n",
    ),
    "blog": (
        "CurrentUser = ",
        "def first_user(session: Db):\n    return session.scalar(select(User))\n\n\n",
    ),
    "teams": (
        "Me = Annotated",
        "async def first_user(session: Db):\n    return await session.scalar(select(Account))\n\n\n",
    ),
    "sharing": (
        "Me = Annotated",
        "def first_user(db: DB):\n    return db.exec(select(Member)).first()\n\n\n",
    ),
}


def _with_first_user(name: str, text: str) -> str:
    """Add what a careless handler takes for the caller: the first user there is."""
    mark, function = _FIRST[name]
    return text.replace(mark, function + mark, 1)


def _operations_at(source: str, line: int) -> list[str]:
    """Return the operations whose code a line is: its handler's, or those that call its function."""
    tree = ast.parse(source)
    functions = [
        one for one in tree.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    inside = next((one for one in functions if one.lineno <= line <= (one.end_lineno or 0)), None)
    if inside is None:
        return []
    own = _route(inside)
    if own:
        return [own]
    return [
        route for one in functions if (route := _route(one)) and _calls(one, inside.name, functions)
    ]


def _calls(
    one: ast.AST, name: str, functions: Sequence[ast.FunctionDef | ast.AsyncFunctionDef]
) -> bool:
    """Tell whether a handler calls a function, by itself or through one that is no handler."""
    called = {
        node.func.id
        for node in ast.walk(one)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    if name in called:
        return True
    helpers = [one for one in functions if one.name in called and not _route(one)]
    return any(_calls(helper, name, functions) for helper in helpers)


def _route(function: ast.FunctionDef | ast.AsyncFunctionDef) -> str | None:
    for one in function.decorator_list:
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.args:
            prefix = "/api" if getattr(one.func.value, "id", "") == "api" else ""
            path = one.args[0]
            if isinstance(path, ast.Constant) and isinstance(path.value, str):
                return f"{one.func.attr.upper()} {prefix}{path.value}"
    return None


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def try_mutant(mutant: Mutant, server: Cluster) -> Outcome:
    """Probe a mutant, and tell whether its fault was found and rightly named."""
    started = time.monotonic()
    try:
        report = probe_project(
            Sources(mutant.project, mutant.text), server, only=_areas(mutant.area)
        )
    except BackwrightError as error:
        return Outcome(mutant, "did not start", time.monotonic() - started, str(error)[-200:])
    return _outcome(mutant, report, started)


def _areas(area: Area) -> tuple[Area, ...]:
    return (area,)


def _outcome(mutant: Mutant, report: ProbeReport, started: float) -> Outcome:
    verdict, said = _verdict(mutant, report)
    return Outcome(mutant, verdict, time.monotonic() - started, said)


def _verdict(mutant: Mutant, report: ProbeReport) -> tuple[str, str]:
    wanted = set(mutant.operation.split(" | "))
    names = mutant.checks or NAMES[mutant.kind]
    said = "; ".join(f"{one.check} {one.method} {one.path}" for one in report.failures[:6])
    there = [one for one in report.failures if f"{one.method} {one.path}" in wanted]
    if any(one.check in names for one in there):
        return "found", said
    if there or report.failures:
        return "misnamed", said
    return "missed", said


def main() -> int:
    """Run the mutants, print the table, and return 1 if any clean project was cried at."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("projects", nargs="*", default=[])
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--skip-clean", action="store_true", help="try the mutants only")
    parser.add_argument("--part", default="", help="such as 2/5: the second fifth of the mutants")
    parser.add_argument("--only", default="", help="a part of the kind or operation")
    parser.add_argument("--write", default="", help="append a line for each outcome to this file")
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
    outcomes, alarms = [], []
    with cluster() as server:
        for name in () if options.skip_clean else names:
            report = probe_project(clean(name), server, only=("isolation", "auth"))
            alarms += [
                f"{name}: {one.check} {one.method} {one.path}: {one.why}" for one in report.failures
            ]
            cells = [one.cell for one in report.matrix]
            print(
                f"clean {name}: {len(report.failures)} alarms, {cells.count('not-proven')} of {len(cells)} not proven",
                flush=True,
            )
        for one in chosen:
            outcome = try_mutant(one, server)
            outcomes.append(outcome)
            line = f"{outcome.verdict:14} {one.project:8} {one.kind:36} {one.operation}  [{outcome.said[:150]}] {outcome.seconds:.0f} s"
            print(line if outcome.verdict != "found" else line.split("  [")[0], flush=True)
            if options.write:
                with Path(options.write).open("a") as file:
                    file.write(line + "\n")
    _print_table(outcomes)
    for alarm in alarms:
        print("false alarm:", alarm)
    return 1 if alarms else 0


def _print_table(outcomes: Sequence[Outcome]) -> None:
    by_kind: dict[str, list[Outcome]] = defaultdict(list)
    for one in outcomes:
        by_kind[one.mutant.kind].append(one)
    print("\n| kind | mutants | found | misnamed | missed |\n|---|---|---|---|---|")
    for kind, group in sorted(by_kind.items()):
        counts = [
            sum(one.verdict == word for one in group) for word in ("found", "misnamed", "missed")
        ]
        print(f"| {kind} | {len(group)} | {' | '.join(map(str, counts))} |")
    found = sum(one.verdict == "found" for one in outcomes)
    print(f"| **all** | {len(outcomes)} | {found} | | |")


if __name__ == "__main__":
    sys.exit(main())
