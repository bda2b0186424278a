"""Completing an authentication that is there, in its own words.

Endpoints that forgot to ask who is calling ask as the others do; rows that anybody with an account
reaches are looked up among the caller's own: in the query, or, where other endpoints share it, by
a look at the row before anything else is done.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from backwright.errors import UsageError, VerificationError
from backwright.project.types import Endpoint, Project
from backwright.source.imports import add_imports
from backwright.transfer.declaration import Import, wanted_imports
from backwright.transfer.dialect.bound import relative_module, share_a_package
from backwright.transfer.draft import Draft
from backwright.transfer.grow.seams import Dependency, read_seams
from backwright.transfer.grow.sources import Sources
from backwright.transfer.guarding.callers import Caller, parameter_of, read_caller
from backwright.transfer.guarding.chains import Chain, chains_of
from backwright.transfer.guarding.edits import Edits
from backwright.transfer.guarding.guard import Guarded, handlers, reread
from backwright.transfer.guarding.looking import Look, look_of, refusal_of
from backwright.transfer.guarding.own_account import (
    before_of,
    lines_of,
    own_account,
    refusal_words,
)
from backwright.transfer.guarding.owned import Owned, key_of, parent_of
from backwright.transfer.guarding.owning import own_tables
from backwright.transfer.guarding.passing import (
    Said,
    append_parameter,
    guard_alone,
    put_parameter,
)
from backwright.transfer.guarding.program import Function, Program
from backwright.transfer.guarding.token_reader import write_reader
from backwright.transfer.guarding.unscoped import Unscoped
from backwright.values import Note, Place

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Completion:
    """What is missing of an authentication: endpoints that ask nobody, and rows of all.

    Attributes:
        forgotten: The endpoints that are to ask for an account.
        unscoped: The endpoints whose rows are to be the caller's own.
        owned: The models whose rows belong to nobody so far, and are to be their maker's.
        accounts: The endpoints whose path names an account, which is to be the caller's own.
    """

    forgotten: tuple[Key, ...] = ()
    unscoped: tuple[Key, ...] = ()
    owned: tuple[str, ...] = ()
    accounts: tuple[Key, ...] = ()


def complete(
    draft: Draft, project: Project, wanted: Completion, installed: Mapping[str, str] | None = None
) -> Guarded:
    """Write what is missing into a draft of a host.

    Args:
        draft: the host, which is changed.
        project: what is known of it.
        wanted: what is missing.
        installed: the versions of what is installed.

    Raises:
        UsageError: it cannot be told how the host's endpoints ask who is calling.
        VerificationError: a place cannot be completed.
    """
    steps: list[tuple[str, tuple[str, ...]]] = []
    if wanted.owned:
        project = own_tables(draft, project, wanted.owned, installed or {})
        steps.append(("owners", tuple(draft.changes())))
    sources = Sources(draft, project)
    program = Program(sources)
    session = read_seams(sources).session
    caller = read_caller(program, project)
    if caller is None and (caller := write_reader(draft, project, program, session)):
        steps.append(("who is calling", tuple(draft.changes())))
        project = reread(draft)
        program = Program(Sources(draft, project))
    if caller is None:
        auth = project.auth
        raise UsageError(
            "no endpoint takes who is calling by a dependency that can be named",
            place=Place(auth.file, auth.line or 1) if auth.file else None,
            remedy="let one endpoint say `user: User = Depends(…)`, then try again",
        )
    work = _Work(project, program, caller, session)
    work.run(wanted)
    if work.problems:
        places = "; ".join(f"{n.file}:{n.line} {n.text}" for n in dict.fromkeys(work.problems))
        raise VerificationError(f"not every place can be completed: {places}", [])
    files = work.write(draft)
    scoped = tuple(dict.fromkeys((*wanted.unscoped, *wanted.accounts)))
    keys = tuple(dict.fromkeys((*wanted.forgotten, *scoped)))
    return Guarded(
        steps=(*steps, *([("guards and scoping", tuple(files))] if files else [])),
        guarded=keys, public=(), fresh=(), notes=tuple(work.notes), dependencies=(),
        scoped=scoped,
    )  # fmt: skip


def reaches_all(project: Project, endpoint: Endpoint) -> bool:
    """Tell whether an endpoint reads or changes rows that are not the caller's own."""
    return any(
        (one.method, one.path) == (endpoint.method, endpoint.path)
        and one.callers is False
        and one.kind in ("read", "change")
        and one.about
        for one in project.touches
    )


def owned_of(project: Project) -> dict[tuple[str, str], Owned]:
    """Return the models whose rows belong to somebody already, by file and name."""
    found: dict[str, Owned] = {}
    waiting = []
    for model in project.models:
        if model.owner is not None and len(model.owner.path) == 1:
            found[model.name] = Owned(model, key_of(model), column=model.owner.column)
        elif model.owner is not None:
            waiting.append(model)
    for model in waiting:
        if parent := parent_of(model, found):
            found[model.name] = Owned(model, key_of(model), parent)
    return {(one.model.file, one.model.name): one for one in found.values()}


@dataclass
class _Work:
    """The edits that complete one host."""

    project: Project
    program: Program
    caller: Caller
    session: Dependency | None
    problems: list[Note] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    edits: dict[str, Edits] = field(default_factory=dict)
    needed: dict[str, set[Import]] = field(default_factory=dict)
    names: dict[Function, str] = field(default_factory=dict)

    def run(self, wanted: Completion) -> None:
        """Make the edits."""
        every = list(handlers(self.program, self.project))
        known = {(e.method, e.path): f for e, f in every}
        for key in (*wanted.forgotten, *wanted.unscoped, *wanted.accounts):
            if key not in known:
                self._missing(key)
        owned = owned_of(self.project)
        touches = tuple(t for t in self.project.touches if (t.method, t.path) in wanted.unscoped
                        and t.callers is not True)  # fmt: skip
        scoper = Unscoped(self.program, owned, "", touches_of=touches)
        mine = {f: e for e, f in every if (e.method, e.path) in wanted.unscoped}
        chain = chains_of(self.program, scoper, list(mine))
        for handler, endpoint in mine.items():
            if handler not in chain.handlers:
                self._look(endpoint, handler, owned)
        for function in chain.functions:
            self._scope(function, scoper, chain)
        self.problems += scoper.problems
        for endpoint, handler in {f: (e, f) for e, f in every
                                  if (e.method, e.path) in wanted.accounts}.values():  # fmt: skip
            self._own(endpoint, handler)
        for key in wanted.forgotten:
            handler_ = known.get(key)
            if handler_ is not None and handler_ not in self.names:
                self._ask(handler_)

    def _missing(self, key: Key) -> None:
        place = next(e for e in self.project.endpoints if (e.method, e.path) == key)
        text = f"the handler of {' '.join(key)} is no function that was found"
        self.problems.append(Note(place.file, place.line, text))

    def edits_of(self, path: str) -> Edits:
        """Return the edits of a module."""
        if path not in self.edits:
            self.edits[path] = Edits(self.program.sources.draft.text(path))
        return self.edits[path]

    def needs(self, path: str, pairs: set[Import]) -> None:
        """Note what a module must import."""
        self.needed.setdefault(path, set()).update(pairs)

    def key(self, one: Owned) -> str:
        """Return the column of accounts that a table's owner refers to."""
        top = one
        while top.through:
            top = top.through[1]
        column = next(c for c in top.model.columns if c.name == top.column)
        return (column.foreign_key or "").rpartition(".")[2] or "id"

    def name_of(self, function: Function) -> str:
        """Return the variable by which a function knows the caller; it is given one if need be."""
        if function in self.names:
            return self.names[function]
        there = parameter_of(self.program, self.caller, function)
        edits = self.edits_of(function.path)
        if there is not None and there.arg.startswith("_"):
            start = edits.start(there)
            edits.replace(start, start + len(there.arg.encode()), self.caller.name)
        elif there is not None:
            self.names[function] = there.arg
            return there.arg
        elif self._is_asked(function):
            put = put_parameter if self.caller.alias or self.caller.annotated else append_parameter
            put(function, edits, self.caller.parameter)
            self.needs(function.path, self.caller.imports)
        else:
            star = "" if function.node.args.kwonlyargs or function.node.args.vararg else "*, "
            text = f"{star}{self.caller.name}: {self.caller.annotation}"
            append_parameter(function, edits, text)
            self.needs(function.path, {self.caller.kind} if self.caller.kind else set())
        self.names[function] = self.caller.name
        return self.caller.name

    def _is_asked(self, function: Function) -> bool:
        """Tell whether FastAPI calls a function itself: a handler, or a dependency."""
        known = {f for _, f in handlers(self.program, self.project)}
        return function in known or function in self.program.dependencies

    def _scope(self, function: Function, scoper: Unscoped, chain: Chain) -> None:
        """Scope a function in its queries, and pass the caller on."""
        name, edits = self.name_of(function), self.edits_of(function.path)
        keys = {self.key(one) for one in scoper.writes(function)} or {"id"}
        scoper.caller = self.caller.key(name, min(keys))
        for word in scoper.scope(function, edits):
            self.needs(function.path, {self._origin(word)})
        for call, callee in chain.calls(function):
            there = parameter_of(self.program, self.caller, callee)
            said = there.arg if there else self.caller.name
            if not _gives(call, callee, said):
                edits.add_argument(call, f"{said}={name}")

    def _origin(self, word: str) -> Import:
        model = next((m for m in self.project.models if m.name == word), None)
        if model is not None:
            return self.program.sources.module(model.file), word
        uses = any("sqlmodel" in self.program.sources.draft.text(m.file)
                   for m in self.project.models)  # fmt: skip
        return ("sqlmodel" if uses else "sqlalchemy"), word

    def _look(
        self, endpoint: Endpoint, handler: Function, owned: dict[tuple[str, str], Owned]
    ) -> None:
        """Look at the row that a path names before anything else is done with it."""
        models = {t.model for t in self.project.touches
                  if (t.method, t.path) == (endpoint.method, endpoint.path)
                  and t.callers is not True and t.kind in ("read", "change")}  # fmt: skip
        ones = [one for one in owned.values() if one.model.name in models]
        look = look_of(self.program, endpoint, handler, ones)
        if isinstance(look, str):
            self.problems.append(Note(handler.path, handler.node.lineno, look))
            return
        check = refusal_of(self.program, handler, look) if look.owned.direct else None
        if check is None:
            self._write_look(handler, look)
            return
        test, row = check
        caller = self.caller.key(self.name_of(handler), self.key(look.owned))
        edits = self.edits_of(handler.path)
        edits.insert(edits.end(test), f" or {row}.{look.owned.column} != {caller}")

    def _own(self, endpoint: Endpoint, handler: Function) -> None:
        """Refuse an account that is not the caller's own, as the handler refuses one that is not there."""
        one = own_account(self.project, endpoint, handler)
        if one is None:
            text = f"the path of {handler.name} names no account"
            self.problems.append(Note(handler.path, handler.node.lineno, text))
            return
        caller = self.caller.key(self.name_of(handler), one.key)
        edits = self.edits_of(handler.path)
        for line in lines_of(one, handler, caller):
            edits.line_before(before_of(handler), line)
        if refusal_words(handler) is None:
            self.needs(handler.path, {("fastapi", "HTTPException")})

    def _write_look(self, handler: Function, look: Look) -> None:
        edits, path = self.edits_of(handler.path), handler.path
        session = self._session(handler)
        if session is None:
            text = f"{handler.name} has no session to look at its row with"
            self.problems.append(Note(path, handler.node.lineno, text))
            return
        caller = self.caller.key(self.name_of(handler), self.key(look.owned))
        for line in look.lines(caller, session, waits=self._waits):
            edits.line_before(look.before, line)
        self.needs(path, {("fastapi", "HTTPException"), self._origin("select"), *look.imports})
        self.needs(path, {self._origin(one.name) for one in look.owned.parents()})

    @property
    def _waits(self) -> bool:
        return self.session is not None and self.session.kind[1] == "AsyncSession"

    def _session(self, handler: Function) -> str | None:
        """Return the session of a handler, which is given one if it has none."""
        for parameter in handler.parameters:
            if self.program.is_session(handler, ast.Name(parameter.arg)):
                return parameter.arg
        if self.session is None:
            return None
        kind, getter = self.session.kind, self.session.getter
        edits = self.edits_of(handler.path)
        if self.session.annotated:
            put_parameter(handler, edits, f"session: Annotated[{kind[1]}, Depends({getter[1]})]")
        else:
            append_parameter(handler, edits, f"session: {kind[1]} = Depends({getter[1]})")
        more = {("typing", "Annotated")} if self.session.annotated else set()
        self.needs(handler.path, {kind, getter, ("fastapi", "Depends"), *more})
        return "session"

    def _ask(self, handler: Function) -> None:
        """Let a handler that touches nobody's rows ask who is calling all the same."""
        said = Said(self.caller.name, self.caller.annotation, self.caller.getter[1], None)
        if guard_alone(handler, self.edits_of(handler.path), said):
            self.needs(handler.path, {self.caller.getter, ("fastapi", "Depends")})
            return
        text = f"{handler.name} has no decorator that a dependency can be added to"
        self.problems.append(Note(handler.path, handler.node.lineno, text))

    def write(self, draft: Draft) -> list[str]:
        """Make the edits, and import what they need; return the files."""
        files = []
        for path, edits in self.edits.items():
            if not edits.any:
                continue
            sources = self.program.sources
            here = sources.module(path)
            wanted = self.needed.get(path, set())
            pairs = {pair for pair in wanted if pair[0] != here
                     and not _binds(sources.trees[path], _bound(pair))}  # fmt: skip
            said = wanted_imports(_by_dots(sources, path, pair) for pair in pairs)
            draft.write(path, add_imports(edits.made(), said))
            files.append(path)
        return sorted(files)


def _bound(pair: Import) -> str:
    """Return the name that an import binds: of what an object has, the object."""
    return pair[1].rpartition(" ")[2].partition(".")[0]


def _by_dots(sources: Sources, path: str, pair: Import) -> Import:
    """Return an import as a module writes those of the host's own: by dots, if it has such."""
    file = sources.file(pair[0])
    dotted = any(isinstance(n, ast.ImportFrom) and n.level for n in sources.trees[path].body)
    if file is None or not dotted or not share_a_package(path, file, sources.root):
        return pair
    return relative_module(path, file), pair[1]


def _binds(tree: ast.Module, name: str) -> bool:
    """Tell whether a module defines or imports a name."""
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            if any((one.asname or one.name) == name for one in node.names):
                return True
        elif name in _defined(node):
            return True
    return False


def _defined(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else []
    return {one.id for one in targets if isinstance(one, ast.Name)}


def _gives(call: ast.Call, callee: Function, name: str) -> bool:
    """Tell whether a call gives a parameter already."""
    if any(one.arg == name for one in call.keywords):
        return True
    names = [one.arg for one in (*callee.node.args.posonlyargs, *callee.node.args.args)]
    if callee.owner and names[:1] in (["self"], ["cls"]):
        names = names[1:]
    return name in names and names.index(name) < len(call.args)
