"""Whether the probe finds faults that are planted in what `add auth` writes.

    python benchmarks/auth_mutants.py [HOST…] [--only WORDS] [--list] [--results FILE] [--markdown FILE]
                                      [--made FOLDER] [--seconds N]

Each host of our own is given authentication by the command line (`--yes`). One fault at a time is
planted in the result, wherever there is a place for it: a query's condition, the check of a reference
or a guard is dropped, or the check of a token. `backwright probe` then looks at the project; the fault
is found if a check fails at an operation whose code it is in, or if the matrix does not say any more
that the operation is isolated, as it says without the fault: that is what `add auth` looks at, which
knows what is to be guarded. The result without a fault must be quiet.

A fault that is not found may be one that opens nothing, as another condition or check on its way stands
before it or behind it. That is tried, too: with each of those others dropped alone, and with both. If
both are found, and do more than the other does alone, then the probe reaches the place, and only the
other one keeps it shut: the fault is `covered`, and which covers it is said. So may be a fault whose
harm is undone, as the request is refused and nothing committed: then it is found where that is kept.
"""

from __future__ import annotations

import argparse
import ast
import json
import math
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from auth_mutants_judging import covering, judged, table
from auth_mutants_keeping import keeping

from backwright.project import read_project
from backwright.transfer.draft import Draft
from backwright.transfer.grow.sources import FunctionNode, Sources, last_name
from backwright.transfer.guarding.edits import Edits
from backwright.transfer.guarding.guard import handlers
from backwright.transfer.guarding.program import Function, Program

TESTS = Path(__file__).parent.parent / "tests"
HOSTS = {
    "flat": TESTS / "hosts" / "flat" / "before",
    "layered": TESTS / "hosts" / "layered" / "before",
    "journal": TESTS / "guarding" / "hosts" / "journal" / "before",
    "shelter": TESTS / "guarding" / "hosts" / "shelter" / "before",
}
USER, GETTER = "current_user", "get_current_user"
DROPPED, UNCHECKED, OPEN, TOKEN = (
    "owner predicate dropped", "reference check dropped", "guard dropped", "token check dropped",
)  # fmt: skip
_FIRST = "__import__('fastapi').Depends(first_user)"
# What a token and a password are checked for, and the same without.
TOKENS = (
    ("signature", 'options={"require"', 'options={"verify_signature": False, "require"'),
    ("expiry", 'options={"require"', 'options={"verify_exp": False, "require"'),
    ("kind", 'claims.get("kind") != kind', "False"),
    ("version", " and (user.token_version or 0) == version", ""),
    ("password", "return user if is_right else None", "return user"),
)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault.

    Attributes:
        host: The host.
        kind: The kind of fault.
        path: The file that it is in.
        line: Its line, before it was planted.
        operations: The endpoints that its code serves; none for all.
        texts: The files with the fault.
    """

    host: str
    kind: str
    path: str
    line: int
    operations: tuple[str, ...]
    texts: dict[str, str]

    @property
    def name(self) -> str:
        """What it is called in results."""
        return f"{self.host} {self.path}:{self.line} {self.kind}"


class Result:
    """A host with authentication: its functions, and which endpoints each serves."""

    def __init__(self, name: str, folder: Path) -> None:
        """Read it."""
        self.name, self.folder = name, folder
        self.draft = Draft(folder)
        self.project = read_project(folder)
        self.program = Program(Sources(self.draft, self.project))
        self.serves: dict[Function, set[str]] = {}
        self.handlers = {
            handler: f"{endpoint.method} {endpoint.path}"
            for endpoint, handler in handlers(self.program, self.project)
        }
        for handler, operation in self.handlers.items():
            for function in self.program.reached([handler]):
                self.serves.setdefault(function, set()).add(operation)

    @cached_property
    def clean(self) -> dict[str, Any]:
        """What the probe says of it without a fault, kept beside it."""
        kept = self.folder.with_suffix(".json")
        if not kept.exists():
            kept.write_text(json.dumps(probed(self.folder)))
        found: dict[str, Any] = json.loads(kept.read_text())
        return found

    def mutants(self) -> Iterator[Mutant]:
        """Yield one mutant for each place."""
        for function in self.program.functions:
            if not self.serves.get(function) or "auth" in Path(function.path).stem:
                continue
            for node in self.program.walk(function):
                if isinstance(node, ast.Call):
                    yield from self._of_call(function, node)
        yield from self._open()
        yield from self._tokens()
        yield from self._rows()

    def _mutant(self, function: Function, kind: str, line: int, edits: Edits) -> Mutant:
        operations = tuple(sorted(self.serves[function]))
        texts = {function.path: edits.made()}
        return Mutant(self.name, kind, function.path, line, operations, texts)

    def _of_call(self, function: Function, node: ast.Call) -> Iterator[Mutant]:
        edits = Edits(self.draft.text(function.path))
        name = last_name(node.func)
        if name == "require_owned":
            edits.replace(edits.start(node), edits.end(node), _nothing(function))
            yield self._mutant(function, UNCHECKED, node.lineno, edits)
        elif name == "owned_row" and function.node.name != "owned_row":
            session, model, key = (ast.unparse(one) for one in node.args[:3])
            edits.replace(edits.start(node), edits.end(node), f"{session}.get({model}, {key})")
            yield self._mutant(function, DROPPED, node.lineno, edits)
        elif name == "filter_by":
            for keyword in node.keywords:
                if _asks(keyword.value):
                    edits.replace(edits.start(keyword), edits.end(keyword), "**{}")
                    yield self._mutant(function, DROPPED, node.lineno, edits)
        elif name in ("where", "filter") and isinstance(node.func, ast.Attribute):
            mine = [arg for arg in node.args if _asks(arg)]
            if not mine or _is_checked(function, node):
                return
            if len(node.args) == 1:
                edits.replace(edits.end(node.func.value), edits.end(node), "")
            else:
                edits.replace(edits.start(mine[0]), edits.end(mine[0]), "True")
            yield self._mutant(function, DROPPED, node.lineno, edits)

    def _open(self) -> Iterator[Mutant]:
        """Yield mutants of which one handler takes the first account there is for its caller."""
        home = next(f for f in self.program.functions if f.name == GETTER)
        for handler, operation in self.handlers.items():
            if "auth" in Path(handler.path).stem or "auth" in operation:
                continue
            edits = Edits(self.draft.text(handler.path))
            line = self._guard_of(handler, edits)
            if line:
                texts = {handler.path: edits.made()}
                texts[home.path] = _with_first(texts.get(home.path, self.draft.text(home.path)))
                if handler.path != home.path:
                    module = self.program.sources.module(home.path)
                    texts[handler.path] = _importing(texts[handler.path], module)
                yield Mutant(self.name, OPEN, handler.path, line, (operation,), texts)

    def _guard_of(self, handler: Function, edits: Edits) -> int:
        """Take the guard of a handler away; return its line, 0 if there is none."""
        node = handler.node.args
        pairs = [*zip(node.kwonlyargs, node.kw_defaults, strict=True)]
        plain = [*node.posonlyargs, *node.args]
        pairs += zip(plain[len(plain) - len(node.defaults) :], node.defaults, strict=True)
        defaults = dict(pairs)
        for parameter in handler.parameters:
            if parameter.arg == USER:
                default = defaults.get(parameter)
                if default is not None:
                    edits.replace(edits.start(default), edits.end(default), _FIRST)
                    return parameter.lineno
                end = edits.end(parameter)
                first = f"{USER}: __import__('typing').Annotated[object, {_FIRST}]"
                edits.replace(edits.start(parameter), end, first)
                return parameter.lineno
        for decorator in handler.node.decorator_list:
            for call in (n for n in ast.walk(decorator) if isinstance(n, ast.Call)):
                if last_name(call.func) == "Depends" and GETTER in ast.unparse(call):
                    edits.replace(edits.start(call), edits.end(call), "")
                    return call.lineno
        return 0

    def _tokens(self) -> Iterator[Mutant]:
        """Yield mutants whose tokens or passwords are not looked at in one way."""
        for what, old, new in TOKENS:
            for path in self.program.sources.trees:
                text = self.draft.text(path)
                if text.count(old) == 1:
                    line = text[: text.index(old)].count("\n") + 1
                    kind = f"{TOKEN}: {what}"
                    yield Mutant(self.name, kind, path, line, (), {path: text.replace(old, new)})

    def _rows(self) -> Iterator[Mutant]:
        """Yield mutants that know nothing of one table, where code reaches rows of any."""
        for path, tree in self.program.sources.trees.items():
            for node in ast.walk(tree):
                if not isinstance(node, ast.AnnAssign) or last_name(node.target) != "CONDITIONS":
                    continue
                for value in node.value.values if isinstance(node.value, ast.Dict) else ():
                    edits = Edits(self.draft.text(path))
                    edits.replace(edits.start(value), edits.end(value), "lambda user: true()")
                    yield Mutant(self.name, DROPPED, path, value.lineno, (), {path: edits.made()})


def _asks(node: ast.expr) -> bool:
    """Tell whether a condition is about the caller."""
    return any(isinstance(n, ast.Name) and n.id == USER for n in ast.walk(node))


def _is_checked(function: Function, node: ast.Call) -> bool:
    """Tell whether a query is one of a check of a reference, or of a query inside another."""
    return any(
        node in ast.walk(call) and call is not node
        for call in ast.walk(function.node)
        if isinstance(call, ast.Call) and last_name(call.func) in ("require_owned", "in_")
    )


def _nothing(function: Function) -> str:
    waits = isinstance(function.node, ast.AsyncFunctionDef)
    return "__import__('asyncio').sleep(0)" if waits else "None"


def _with_first(text: str) -> str:
    """Add what a careless handler takes for the caller: the first account there is."""
    tree = ast.parse(text)
    getter = next(n for n in tree.body if isinstance(n, FunctionNode) and n.name == GETTER)
    segment = ast.get_source_segment(text, getter) or ""
    args = getter.args
    defaults = dict(zip(reversed(args.args), reversed(args.defaults), strict=False))
    session = next(one for one in args.args if one.arg != "token")
    said = ast.get_source_segment(text, session) or session.arg
    if session in defaults:
        said += f" = {ast.unparse(defaults[session])}"
    waits = segment.startswith("async")
    model = ast.unparse(getter.returns) if getter.returns else "User"
    query = f"{session.arg}.scalars(select({model}))"
    body = f"(await {query}).first()" if waits else f"{query}.first()"
    made = f"\n\n{'async ' if waits else ''}def first_user({said}):\n    return {body}\n"
    lines = text.splitlines(keepends=True)
    end = getter.end_lineno or getter.lineno
    return "".join([*lines[:end], made, *lines[end:]])


def _importing(text: str, module: str) -> str:
    tree = ast.parse(text)
    last = max(
        (n.end_lineno or 0 for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)),
        default=0,
    )
    lines = text.splitlines(keepends=True)
    return "".join([*lines[:last], f"from {module} import first_user\n", *lines[last:]])


def probed(folder: Path) -> dict[str, Any]:
    """Return what `backwright probe` says of a project."""
    done = subprocess.run(
        [
            sys.executable, "-m", "backwright", "probe", "--json", "--quiet", "--only", "auth",
            "--only", "isolation", "--project", str(folder),
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        return {"error": done.stderr[-300:]}
    return found


def with_auth(name: str, folder: Path) -> Result:
    """Give a host authentication by the command line, unless the folder has it already."""
    root = folder / name
    if root.exists():
        return Result(name, root)
    shutil.copytree(HOSTS[name], root)
    words = ["add", "auth", "--yes", "--quiet", "--project", str(root)]
    done = subprocess.run(
        [sys.executable, "-m", "backwright", *words], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{name}: add auth ended with {done.returncode}: {done.stderr[-2000:]}")
    return Result(name, root)


def tried(result: Result, mutant: Mutant | None) -> dict[str, Any]:
    """Probe a result, with a fault or without; return the line of the results."""
    if mutant is None:
        verdict, said = judged(result.clean, (), {})
        verdict = {"missed": "quiet", "found": "false alarm"}.get(verdict, verdict)
        return {"name": f"{result.name} clean", "verdict": verdict, "said": said}
    report = probed_with(result, mutant.texts)
    verdict, said = judged(report, mutant.operations, result.clean)
    line = {key: value for key, value in asdict(mutant).items() if key != "texts"}
    return {"name": mutant.name, **line, "verdict": verdict, "said": said}


def probed_with(result: Result, texts: dict[str, str]) -> dict[str, Any]:
    """Return what the probe says of a copy of a result in which some files are others."""
    with tempfile.TemporaryDirectory(prefix="auth-mutant-") as scratch:
        root = Path(shutil.copytree(result.folder, Path(scratch) / result.name))
        for path, text in texts.items():
            ast.parse(text)
            (root / path).write_text(text, encoding="utf-8")
        return probed(root)


def judged_again(
    result: Result, mutant: Mutant, every: Sequence[Mutant | None], line: dict[str, Any]
) -> dict[str, Any]:
    """Return the line of a fault that was missed: whether another one covers it."""
    near = [
        (one.name, one.texts)
        for one in every
        if one and one.kind in (DROPPED, UNCHECKED) and one.name != mutant.name
        if not one.operations or set(one.operations) & set(mutant.operations)
    ]
    kept = keeping(result.program.sources, result.draft)
    near += [(f"{result.name} {place}", texts) for place, texts in kept]
    other = covering(
        (mutant.texts, mutant.operations), near, result.clean, result.draft.text,
        partial(probed_with, result),
    )  # fmt: skip
    said = f"opens nothing unless this goes, too: {other}"
    return {**line, "verdict": "covered", "said": said} if other else line


def main() -> int:
    """Try the mutants, print a table, and return 1 if one was neither found nor is covered."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("hosts", nargs="*", default=[])
    parser.add_argument("--only", default="", help="a part of a mutant's name")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--results", type=Path, help="a line for each, to go on from")
    parser.add_argument("--markdown", type=Path)
    parser.add_argument("--made", type=Path, help="where hosts are given authentication, and stay")
    parser.add_argument("--seconds", type=float, default=math.inf, help="begin none after that")
    options = parser.parse_args()
    until = time.monotonic() + options.seconds
    is_going_on = options.results and options.results.exists()
    known = options.results.read_text().splitlines() if is_going_on else []
    lines = {one["name"]: one for one in map(json.loads, known)}  # the last of each counts
    with tempfile.TemporaryDirectory(prefix="auth-mutants-") as scratch:
        for name in options.hosts or HOSTS:
            result = with_auth(name, options.made or Path(scratch))
            every = [None, *result.mutants()]
            for mutant in every:
                said = mutant.name if mutant else f"{name} clean"
                if options.list or options.only not in said:
                    print(said, mutant.operations if mutant else "")
                    continue
                if lines.get(said, {"verdict": "missed"})["verdict"] != "missed":
                    continue
                if time.monotonic() > until:
                    continue
                line = lines.get(said) or tried(result, mutant)
                if mutant and line["verdict"] == "missed":
                    line = judged_again(result, mutant, every, line)
                lines[said] = line
                print(line["verdict"], said, line["said"], flush=True)
                if options.results:
                    with options.results.open("a") as file:
                        file.write(json.dumps(line) + "\n")
    text = table(HOSTS, [*lines.values()])
    print(text)
    if options.markdown:
        options.markdown.write_text(text + "\n", encoding="utf-8")
    return int(any(one["verdict"] not in ("found", "covered", "quiet") for one in lines.values()))


if __name__ == "__main__":
    sys.exit(main())
