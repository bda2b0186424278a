"""How many of the planted faults Schemathesis and overstep find, on the mutants of `probe_mutants.py`.

    python benchmarks/probe_rivals.py [PROJECT…] --results FILE [--schemathesis CMD] [--overstep CMD]

Both get what they ask for from the probe's own way of learning an API: two users with their tokens,
and objects of each. Schemathesis runs all checks with object-level authorization between the two, in its
phases of fuzzing and of stateful runs, with `--examples` of each operation whose path shares a part
with the fault's; without registration and login, whose hashing would take what time there is.
overstep's matrix is what its `scaffold --with-policy` makes of
the OpenAPI document, its placeholders filled: tokens, marks of each user's data, an object of each
for every path, a body for every operation that takes one.

A fault counts as found if the tool reports something at its operation that it does not report there
on the clean project, whatever it calls it.
"""

from __future__ import annotations

import argparse
import json
import re
import shlex
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

sys.path.insert(0, str(Path(__file__).parent))

from probe_planting import mutants_of
from probe_projects import DRIVERS, Served, Sources, clean, hashed_by, served

from backwright.errors import BackwrightError
from backwright.host.postgres import Cluster, cluster
from backwright.probe.accounts import Accounts
from backwright.probe.client import Call, Client, fetch_json
from backwright.probe.doors import find_doors
from backwright.probe.learner import Learner
from backwright.probe.operations import Operation, read_api
from backwright.probe.people import Person
from backwright.probe.purposes import purpose_of
from backwright.probe.samples import Sampler
from backwright.probe.session import Session

PROJECTS = ("notes", "blog", "shop", "teams", "sharing", "legacy")
_LONGEST = 180
Said = frozenset[tuple[str, str]]  # an operation, and what is wrong there


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a tool said of one mutant: `found`, `missed`, or why it did not run."""

    tool: str
    key: str
    kind: str
    operation: str
    verdict: str
    seconds: float
    said: str


@dataclass(frozen=True, slots=True)
class Stage:
    """A served project with two users who know how to call it."""

    one: Served
    learner: Learner
    people: tuple[Person, Person]


def staged(sources: Sources, one: Served) -> Stage:
    """Make two users, as the probe does."""
    api = read_api(fetch_json(f"{one.server.url}/openapi.json"))
    session = Session(api, Client(one.server.url), Sampler(api.schemas), one.oracle)
    accounts = Accounts(session, find_doors(api), lambda password: hashed_by(one.folder, password))
    people = accounts.make("ann"), accounts.make("ben")
    if people[0] is None or people[1] is None:
        raise BackwrightError(f"{sources.name}: {'; '.join(accounts.failures)}")
    return Stage(one, Learner(session, accounts.register), (people[0], people[1]))


# --- Schemathesis


def by_schemathesis(stage: Stage, folder: Path, options: argparse.Namespace, near: str) -> Said:
    """Let Schemathesis try everything, with two users who must not see each other's objects."""
    users = [
        {
            "name": one.name,
            "fixedHeaders": [
                {"name": k, "value": v} for k, v in one.identity.all_headers().items()
            ],
        }
        for one in stage.people
    ]
    (folder / "users.json").write_text(json.dumps({"auth": users}), encoding="utf-8")
    (folder / "schemathesis.toml").write_text(
        '[auth.wfc]\npath = "users.json"\npeers = ["ann", "ben"]\n', encoding="utf-8"
    )
    report = folder / "junit.xml"
    words = [
        *shlex.split(options.schemathesis), "run", f"{stage.one.server.url}/openapi.json",
        "--checks", "all", "--seed", "1", "--workers", "2",
        "--phases", "fuzzing,stateful", "--max-examples", str(options.examples),
        *_left_out(stage, near),
        "--continue-on-failure", "--generation-database", "none", "--no-shrink",
        "--report", "junit", "--report-junit-path", str(report),
    ]  # fmt: skip
    done = subprocess.run(
        words, cwd=folder, capture_output=True, text=True, check=False, timeout=_LONGEST
    )
    if not report.is_file():
        raise BackwrightError(f"schemathesis: {(done.stdout + done.stderr)[-300:]}")
    return frozenset(_failures_in(report, stage))


def _left_out(stage: Stage, near: str) -> Iterator[str]:
    """Yield options that leave out the ways in, and what shares no part of its path with a fault."""
    api = stage.learner.session.api
    doors, is_account = find_doors(api), stage.learner.references.is_account
    faulty = [one for one in api.operations if one.key in near.split(" | ")]
    parts = {part for one in faulty for part in _parts(one)}
    for one in api.operations:
        entry = purpose_of(one, doors, is_account) == "entry" and one not in faulty
        if entry or (near and not parts & set(_parts(one))):
            yield from ("--exclude-name", one.key)


def _parts(operation: Operation) -> list[str]:
    return [one for one in operation.segments if not one.startswith("{") and one != "api"]


def _failures_in(report: Path, stage: Stage) -> Iterator[tuple[str, str]]:
    """Yield where Schemathesis failed and why; in a stateful run the last request says where."""
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        for failure in case.iter("failure"):
            for part in re.split(r"(?m)^\d+\. Test Case ID", failure.text or ""):
                where = str(case.get("name"))
                if " /" not in where:
                    sent = re.findall(r"curl -X (\w+) .*?(https?://\S+)", part)
                    where = _operation_of(sent[-1][0], sent[-1][1], stage) if sent else where
                for title in re.findall(r"(?m)^- (ST\d+ .+)$", part):
                    yield where, title


def _operation_of(method: str, url: str, stage: Stage) -> str:
    path = urlsplit(url.strip("'")).path
    for one in stage.learner.session.api.operations:
        pattern = re.sub(r"\{[^}]+\}", "[^/]+", one.path)
        if one.method == method and re.fullmatch(pattern, path):
            return one.key
    return f"{method} {path}"


# --- overstep


def by_overstep(stage: Stage, folder: Path, options: argparse.Namespace, _: str) -> Said:
    """Let overstep try the matrix that it drafts itself, with its placeholders filled."""
    document = folder / "openapi.json"
    document.write_text(json.dumps(stage.learner.session.api.document), encoding="utf-8")
    words = shlex.split(options.overstep)
    drafted = subprocess.run(
        [*words, "scaffold", str(document), "--with-policy"],
        cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    import yaml

    matrix = filled(yaml.safe_load(drafted.stdout), stage)
    file = folder / "matrix.yaml"
    file.write_text(yaml.safe_dump(matrix, sort_keys=False), encoding="utf-8")
    done = subprocess.run(
        [*words, "run", str(file), "--out", str(folder / "out"), "--fail-on", "never",
         "--allow-inconclusive"],
        cwd=folder, capture_output=True, text=True, check=False, timeout=_LONGEST,
    )  # fmt: skip
    found = folder / "out" / "findings.json"
    if not found.is_file():
        raise BackwrightError(f"overstep: {(done.stdout + done.stderr)[-300:]}")
    paths = {
        one["name"]: f"{one['request']['method']} {one['request']['path']}"
        for one in matrix["resources"]
    }
    said = json.loads(found.read_text(encoding="utf-8"))
    return frozenset(
        (paths.get(str(one.get("resource")), "?"), f"{one.get('vuln_class')} {one.get('subject')}")
        for one in said["findings"]
    )


def filled(matrix: dict[str, Any], stage: Stage) -> dict[str, Any]:
    """Return a drafted matrix with tokens, objects and bodies in the place of its placeholders."""
    matrix["modules"]["rest"]["base_url"] = stage.one.server.url
    attributes: dict[str, dict[str, Any]] = {one.name: {} for one in stage.people}
    by_key = {one.key: one for one in stage.learner.session.api.operations}
    kept = []
    for resource in matrix["resources"]:
        request = resource["request"]
        operation = by_key[f"{request['method']} {request['path']}"]
        if _fill(resource, operation, stage, attributes):
            kept.append(resource)
    matrix["resources"] = kept
    names = {one["name"] for one in kept}
    matrix["policy"] = {k: v for k, v in matrix["policy"].items() if k in names}
    matrix["subjects"] = [
        {"name": "anon", "role": "anonymous", "token": None},
        *(
            {
                "name": one.name, "role": "user", "token": None,
                "headers": one.identity.all_headers(), "marker": f"qz{one.letter}",
                "attributes": attributes[one.name] or {"user_id": one.name},
            }
            for one in stage.people
        ),
    ]  # fmt: skip
    return matrix


def _fill(
    resource: dict[str, Any], operation: Operation, stage: Stage,
    attributes: Mapping[str, dict[str, Any]],
) -> bool:  # fmt: skip
    """Fill one resource; False where no call of its operation could be built."""
    calls = [stage.learner.build(operation, one, fresh=True, full=True) for one in stage.people]
    if not all(isinstance(one, Call) for one in calls):
        return False
    first = calls[0]
    assert isinstance(first, Call)
    request = resource["request"]
    if first.body is not None:
        request["form" if "form" in first.content_type else "body"] = first.body
    if first.query:
        request["query"] = {k: str(v) for k, v in first.query.items()}
    if resource["type"] != "object":
        return True
    resource.pop("owner", None)
    injections = []
    for name in operation.path_names:
        attribute = f"{resource['name']}_{name}"
        for person, call in zip(stage.people, calls, strict=True):
            assert isinstance(call, Call)
            attributes[person.name][attribute] = str(call.path[name])
        injections.append({"location": "path", "selector": name, "owner_attr": attribute})
    resource["ownership"] = {"injections": injections}
    resource["owner_attr"] = f"{resource['name']}_{operation.path_names[-1]}"
    return True


# --- runs

TOOLS: Mapping[str, Callable[[Stage, Path, argparse.Namespace, str], Said]] = {
    "schemathesis": by_schemathesis,
    "overstep": by_overstep,
}


def said_of(
    sources: Sources, tool: str, server: Cluster, options: argparse.Namespace, near: str = ""
) -> Said:
    """Return what a tool says of a project; `near` names the operations of a fault."""
    with served(sources, server) as one, tempfile.TemporaryDirectory() as folder:
        stage = staged(sources, one)
        try:
            return TOOLS[tool](stage, Path(folder), options, near)
        finally:
            stage.learner.session.client.close()


def main() -> None:
    """Run the tools on every mutant, and print what each found by kind of fault."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("projects", nargs="*", default=[])
    parser.add_argument("--tools", default="schemathesis,overstep")
    parser.add_argument("--examples", type=int, default=10, help="Schemathesis's per operation")
    parser.add_argument("--most", type=int, default=1_000, help="so many of a kind and project")
    parser.add_argument("--results", default="", help="a line for each outcome goes to this file")
    uv = f"{sys.executable} -m uv tool run --from"
    parser.add_argument("--schemathesis", default=f"{uv} schemathesis st")
    parser.add_argument("--overstep", default=f"{uv} overstep overstep")
    options = parser.parse_args()
    file = Path(options.results) if options.results else None
    known = _kept(file)
    with cluster() as server:
        for name in options.projects or [one for one in DRIVERS if one in PROJECTS]:
            for tool in options.tools.split(","):
                for outcome in _runs(name, tool, server, options, known):
                    print(f"{outcome.verdict:8} {outcome.tool:13} {outcome.key}", flush=True)
                    if file:
                        with file.open("a", encoding="utf-8") as lines:
                            lines.write(json.dumps(asdict(outcome)) + "\n")
    _print_table(list(_kept(file).values()))


def _runs(
    name: str, tool: str, server: Cluster, options: argparse.Namespace,
    known: Mapping[tuple[str, str], Outcome],
) -> Iterator[Outcome]:  # fmt: skip
    """Try a tool on each mutant of a project that it was not tried on yet."""
    per_kind: Counter[str] = Counter()
    left = []
    for one in mutants_of(name):
        per_kind[one.kind] += 1
        if per_kind[one.kind] <= options.most and (tool, one.key) not in known:
            left.append(one)
    if not left:
        return
    usual: Said = frozenset()
    for _ in range(2):  # what it says of the clean project now and then is no find, either
        usual |= said_of(clean(name), tool, server, options)
    for mutant in left:
        started = time.monotonic()
        wanted = set(mutant.operation.split(" | "))
        try:
            new = (
                said_of(Sources(name, mutant.text), tool, server, options, mutant.operation) - usual
            )
            hits = [what for where, what in new if where in wanted]
            verdict, said = "found" if hits else "missed", "; ".join(sorted(set(hits)))[:300]
        except (BackwrightError, subprocess.SubprocessError) as error:
            verdict, said = "no run", str(error)[-300:]
        yield Outcome(
            tool, mutant.key, mutant.kind, mutant.operation, verdict,
            round(time.monotonic() - started, 1), said,
        )  # fmt: skip


def _kept(file: Path | None) -> dict[tuple[str, str], Outcome]:
    lines = file.read_text(encoding="utf-8").splitlines() if file and file.is_file() else []
    found = (Outcome(**json.loads(line)) for line in lines)
    return {(one.tool, one.key): one for one in found}


def _print_table(outcomes: Sequence[Outcome]) -> None:
    by_kind: dict[str, Counter[str]] = defaultdict(Counter)
    for one in outcomes:
        for kind in (one.kind, "**all**"):
            by_kind[kind][f"{one.tool} tried"] += 1
            by_kind[kind][f"{one.tool} found"] += one.verdict == "found"
    print("\n| kind of fault | " + " | ".join(TOOLS) + " |\n| --- | --- | --- |")
    for kind in sorted(by_kind, key=lambda one: (one.startswith("**"), one)):
        cells = (f"{by_kind[kind][f'{t} found']} of {by_kind[kind][f'{t} tried']}" for t in TOOLS)
        print(f"| {kind} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
