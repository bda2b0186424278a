"""A host's tests, as somebody with an account: clients sign in, rows that tests make are theirs."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from pathlib import PurePosixPath

from backwright.project.apps import is_test
from backwright.source.fallback import parse_text
from backwright.source.imports import add_imports
from backwright.transfer.draft import Draft
from backwright.transfer.grow.sources import (
    FunctionNode,
    Sources,
    last_name,
    names_of_statement,
)
from backwright.transfer.grow.speak import Speech, rebound
from backwright.transfer.grow.template import template_root
from backwright.transfer.guarding import accounts
from backwright.transfer.guarding.adopted import registration, speak_of
from backwright.transfer.guarding.edits import Edits
from backwright.transfer.guarding.host import Host
from backwright.transfer.guarding.own_apps import join_accounts
from backwright.transfer.guarding.program import SESSIONS, Function, Program
from backwright.transfer.guarding.stand_ins import let_be_told
from backwright.values import Note

_CLIENTS = ("TestClient", "AsyncClient")
_MADE_FROM = ("model_validate", "from_orm", "parse_obj")
NOBODY = "that nobody owns"
_HELPERS = {"signed_in": "signing_in", "owner": "owning"}


class _Everything(Sources):
    """The modules of a host, its tests among them."""

    @cached_property
    def trees(self) -> dict[str, ast.Module]:
        """The trees of all modules that can be read."""
        found = {}
        for path in self.draft.modules():
            tree = parse_text(self.draft.text(path))
            if tree is not None:
                found[path] = tree
        return found


def sign_in_tests(host: Host, prefix: str) -> None:
    """Let the clients of a host's tests sign in, and give the rows that tests make an owner.

    Args:
        host: the host, with accounts.
        prefix: the path of the accounts' endpoints.
    """
    sources = _Everything(host.draft, host.project)
    program = Program(sources)
    paths = [path for path in sources.trees if is_test(path)]
    folder = _folder(paths)
    changed, used = [], set[str]()
    for path in paths:
        work = _Tests(host, program, path)
        names = work.edit()
        more = join_accounts(host, sources, path, work.edits, prefix)
        if work.edits.any:
            code = work.edits.made()
            wanted = {_module(host, folder, _HELPERS[name]): {name} for name in names}
            host.draft.write(path, add_imports(code, {**more, **wanted}))
            changed.append(path)
            used |= names
            host.notes.append(Note(path, 1, f"signs in: {work.said()}"))
    helpers = ["signing_in", *(["owning"] if "owner" in used else [])]
    for name in helpers if changed else ():
        path = f"{folder}/{name}.py".removeprefix("./")
        host.draft.write(path, _helper(host, prefix, folder, name))
        changed.insert(0, path)
    host.done("tests", *changed)


def _folder(paths: list[str]) -> str:
    """Return the folder that all tests stand in, which has what they share."""
    parents = [PurePosixPath(path).parent for path in paths]
    if not parents:
        return "tests"
    conftests = [p.parent for p in map(PurePosixPath, paths) if p.name == "conftest.py"]
    outermost = min(conftests or parents, key=lambda one: len(one.parts))
    return outermost.as_posix()


def _module(host: Host, folder: str, name: str) -> str:
    """Return how tests import what they share, as pytest puts their folders on the path."""
    parts = [name]
    here = PurePosixPath(folder)
    while here.name and host.draft.exists(f"{here}/__init__.py"):
        parts.insert(0, here.name)
        here = here.parent
    return ".".join(parts)


def _helper(host: Host, prefix: str, folder: str, name: str) -> str:
    """Return one of the modules that tests share, in the host's words."""
    if name == "signing_in":  # it serves clients of both kinds
        code = Draft(template_root("gate")).text(f"tests/{name}.py")
        code = accounts.without_marks(code)
        code = _with_registration(code, host)
        return code.replace('"/auth/', f'"{prefix}/').replace('"/auth/login"', f'"{prefix}/login"')

    gate = host.template("gate")
    speech = Speech(
        {"SessionDep": host.session},
        sqlmodel_session=host.session.kind[0].startswith("sqlmodel"),
        sqlmodel_tables=host.sqlmodel,
    )
    code = speech.put(accounts.without_marks(gate.text(f"tests/{name}.py")))
    code = speak_of(code, host.accounts)
    known = accounts.known_names(host, _paths(host))
    shared = _module(host, folder, "signing_in")
    known |= {one: (shared, one) for one in ("EMAIL", "PASSWORD")}
    return rebound(code, {one: at for one, at in known.items() if one != "owner"})


def _with_registration(code: str, host: Host) -> str:
    """Let tests register with all that an account of the host cannot be without."""
    more = registration(host.accounts)
    given = "".join(f', "{name}": {value}' for name, value in more.items())
    return code.replace(
        '{"email": EMAIL, "password": PASSWORD}',
        f'{{"{host.accounts.address}": EMAIL, "password": PASSWORD{given}}}',
    )


def _paths(host: Host) -> dict[str, str]:
    if host.is_flat:
        return dict.fromkeys(accounts.modules(host), host.project.apps[0].file)
    return host.homes


class _Tests:
    """The edits of one module of tests."""

    def __init__(self, host: Host, program: Program, path: str) -> None:
        self.host, self.program, self.path = host, program, path
        sources = self.sources = program.sources
        self.edits = Edits(host.draft.text(path))
        self.counts: Counter[str] = Counter()
        self.direct = {
            (sources.module(m.file), m.name): m.name
            for m in host.project.models
            if m.name in host.wanted.direct
        }

    def edit(self) -> set[str]:
        """Make the edits; return the names of helpers that they use."""
        names: set[str] = set()
        tree = self.sources.trees[self.path]
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and self._is_client(node):
                self.edits.insert(self.edits.start(node), "signed_in(")
                self.edits.insert(self.edits.end(node), ")")
                self.counts["clients"] += 1
                names.add("signed_in")
        for line in _functions(tree, ()):
            names |= self._own_rows(line)
        told = {name.rpartition(".")[2] for _, name in self.host.told}
        user = self.host.said.user
        if number := let_be_told(self.path, tree, told, self.edits, user):
            self.counts["stand-ins"] += number
        return names

    def said(self) -> str:
        """Return what was edited."""
        return ", ".join(f"{number} {what}" for what, number in self.counts.items())

    def _is_client(self, node: ast.Call) -> bool:
        if last_name(node.func) not in _CLIENTS:
            return False
        origin = self.sources.resolve(self.path, node.func)[0].partition(".")[0]
        return origin in ("fastapi", "starlette", "httpx")

    def _own_rows(self, line: tuple[FunctionNode, ...]) -> set[str]:
        """Give the rows that a function makes an owner; before it stand those that it is in."""
        function = line[-1]
        made = [(call, kind) for call in _calls(function) if (kind := self._kind(call))]
        told = [call for call in _calls(function) if self._is_told(function, call)]
        if not made and not told:
            return set()
        session = next((found for one in reversed(line) if (found := _session(one))), None)
        waits = self.host.session.kind[1] == "AsyncSession"
        if session is None or (waits and not isinstance(function, ast.AsyncFunctionDef)):
            at = (made[0][0] if made else told[0]).lineno
            self.host.notes.append(Note(self.path, at, f"{function.name} makes rows {NOBODY}"))
            return set()
        asked = f"await owner({session})" if waits else f"owner({session})"
        value = f"{f'({asked})' if waits else asked}.{self.host.accounts.key}"
        done = 0
        for call, kind in made:
            if self._is_there(line, session, call):
                self._give(call, kind, value)
            elif not self._give_later(function, call, value):
                self._note(function, call)
                continue
            self.counts["rows"] += 1
            done += 1
        for call in told:
            if not self._is_there(line, session, call):
                self._note(function, call)
                continue
            self.edits.add_argument(call, f"{self.host.said.user}={asked}")
            self.counts["calls"] += 1
            done += 1
        return {"owner"} if done else set()

    def _note(self, function: FunctionNode, call: ast.Call) -> None:
        text = f"{function.name} makes rows {NOBODY}"
        self.host.notes.append(Note(self.path, call.lineno, text))

    def _is_there(self, line: tuple[FunctionNode, ...], session: str, call: ast.Call) -> bool:
        """Tell whether a session is known where a call stands."""
        name = session.partition(".")[0].partition("(")[0]
        if any(name == one.arg for function in line for one in _parameters(function)):
            return True
        if any(name in _set_in(function) for function in line[:-1]):
            return True
        inside = _set_in(line[-1]).get(name)
        if inside is not None:
            return inside < call.lineno
        return name in {n for node in self.sources.trees[self.path].body for n in _bound(node)}

    def _give_later(self, function: FunctionNode, call: ast.Call, value: str) -> bool:
        """Give a row that is made before there is a session its owner where it is added; False if it is not."""
        names = [ast.unparse(one.targets[0]) for one in ast.walk(function)
                 if isinstance(one, ast.Assign) and one.value is call]  # fmt: skip
        for statement in ast.walk(function):
            added = statement.value if isinstance(statement, ast.Expr) else None
            if not isinstance(added, ast.Call) or last_name(added.func) != "add" or not names:
                continue
            if [ast.unparse(one) for one in added.args] == names and isinstance(
                statement, ast.Expr
            ):
                line = f"{names[0]}.{self.host.owner_column} = {value}"
                self.edits.line_before(statement, line)
                return True
        return False

    def _kind(self, call: ast.Call) -> str:
        """Tell whether a call makes a row of an owned table: by its class, or from an object."""
        if self.sources.resolve(self.path, call.func) in self.direct:
            return "make"
        is_from = isinstance(call.func, ast.Attribute) and call.func.attr in _MADE_FROM
        if is_from and self.sources.resolve(self.path, call.func.value) in self.direct:  # type: ignore[attr-defined]
            return "from"
        return ""

    def _give(self, call: ast.Call, kind: str, value: str) -> None:
        owner = self.host.owner_column
        text = f"{owner}={value}" if kind == "make" else f'update={{"{owner}": {value}}}'
        self.edits.add_argument(call, text)

    def _is_told(self, function: FunctionNode, call: ast.Call) -> bool:
        """Tell whether a call is of a function or a method that is told the caller now."""
        program = self.program
        found = program.function_of(self.path, call.func)
        if found is None and isinstance(call.func, ast.Attribute):
            owner = program.type_of(Function(self.path, function), call.func.value)
            found = program.method_of(owner, call.func.attr) if owner else None
        return found is not None and (
            (self.sources.module(found.path), found.name) in self.host.told
        )


def _functions(
    node: ast.AST, outer: tuple[FunctionNode, ...]
) -> Iterator[tuple[FunctionNode, ...]]:
    """Yield each function with those before it that it stands in."""
    for child in ast.iter_child_nodes(node):
        line = (*outer, child) if isinstance(child, FunctionNode) else outer
        if isinstance(child, FunctionNode):
            yield line
        yield from _functions(child, line)


def _calls(function: FunctionNode) -> list[ast.Call]:
    """Return the calls of a function's body, without those of functions in it."""
    found, waiting = [], list[ast.AST](function.body)
    while waiting:
        node = waiting.pop(0)
        found += [node] if isinstance(node, ast.Call) else []
        waiting += [] if isinstance(node, FunctionNode) else ast.iter_child_nodes(node)
    return found


def _session(function: FunctionNode) -> str | None:
    """Return the session of a test: what rows are added to, else a parameter of that kind."""
    for call in _calls(function):
        if isinstance(call.func, ast.Attribute) and call.func.attr in ("add", "add_all"):
            return ast.unparse(call.func.value)
    for argument in _parameters(function):
        said = ast.unparse(argument.annotation) if argument.annotation else ""
        if any(kind in said for kind in SESSIONS) or argument.arg in (
            "session",
            "db",
            "db_session",
        ):
            return argument.arg
    return None


def _parameters(function: FunctionNode) -> list[ast.arg]:
    return [*function.args.args, *function.args.kwonlyargs]


def _set_in(function: FunctionNode) -> dict[str, int]:
    """Return the names that a function sets, each with the first line on which it is known."""
    found: dict[str, int] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found[node.id] = min(node.lineno, found.get(node.id, node.lineno))
    return found


def _bound(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name for alias in node.names)
    yield from names_of_statement(node)
