"""Giving a host authentication: accounts, owners, every handler guarded, every query scoped."""

from __future__ import annotations

import ast
import tempfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from backwright.errors import UsageError, VerificationError
from backwright.project.reader import read_project
from backwright.project.types import Endpoint, Project
from backwright.source.imports import add_imports
from backwright.transfer.declaration import Import, wanted_imports
from backwright.transfer.dialect.read import python_of
from backwright.transfer.draft import Draft
from backwright.transfer.grow.grow import Versions, check_reach
from backwright.transfer.grow.libraries import libraries_of, versions_of
from backwright.transfer.grow.seams import Dependency, read_seams
from backwright.transfer.grow.sessions import KINDS
from backwright.transfer.grow.sources import Sources, names_of_statement
from backwright.transfer.grow.steps import seen_from
from backwright.transfer.guarding import accounts
from backwright.transfer.guarding.adopting import Accounts, read_accounts
from backwright.transfer.guarding.caches import uncached, without_import, words_of
from backwright.transfer.guarding.columns import add_owners
from backwright.transfer.guarding.edits import Edits
from backwright.transfer.guarding.example_settings import add_example_setting, set_token_url
from backwright.transfer.guarding.gate_homes import homes
from backwright.transfer.guarding.host import Host, Wanted
from backwright.transfer.guarding.host_tests import sign_in_tests
from backwright.transfer.guarding.naming import called_otherwise
from backwright.transfer.guarding.owned import OWNER, Owned, owned_models, owner_column
from backwright.transfer.guarding.passing import Passing, Said, guard_alone
from backwright.transfer.guarding.program import Function, Program
from backwright.transfer.guarding.references import CHECK, WRITING, References
from backwright.transfer.guarding.sessions import supply_session
from backwright.transfer.guarding.stored_passwords import told
from backwright.transfer.guarding.touches import Scoper, fails_with_update
from backwright.transfer.guarding.uniques import separate
from backwright.transfer.guarding.varied import MADE_BY, OWNED_ROW, VISIBLE, variety_of
from backwright.values import Note, Place

Key = tuple[str, str]
_NAMES = ("User", "AuthUser", "LoginUser")


@dataclass(frozen=True)
class Guarded:
    """What was written, and what must hold of it.

    Attributes:
        steps: The steps with their files.
        guarded: The endpoints that ask for an account.
        scoped: Those of them whose rows belong to somebody.
        public: Those that do not.
        fresh: The endpoints of accounts.
        notes: What a reviewer should know.
        dependencies: The requirements that were added.
        accounts: The table of accounts.
        key_kind: The type of its key.
        owner_column: The column of owners.
    """

    steps: tuple[tuple[str, tuple[str, ...]], ...]
    guarded: tuple[Key, ...]
    public: tuple[Key, ...]
    fresh: tuple[Key, ...]
    notes: tuple[Note, ...]
    dependencies: tuple[str, ...]
    scoped: tuple[Key, ...] = ()
    accounts: Accounts = field(default_factory=Accounts)
    key_kind: str = "int"
    owner_column: str = OWNER


def guard(draft: Draft, project: Project, wanted: Wanted, installed: Mapping[str, str]) -> Guarded:
    """Write authentication into a draft of a host that has none.

    Raises:
        UsageError: the host has no session that handlers get, or no place for what is new.
        VerificationError: a place that touches rows cannot be scoped.
    """
    host = _host(draft, project, wanted, installed)
    accounts.add_requirements(host)
    accounts.add_users(host)
    add_owners(host, reread)
    separate(host, reread(draft))
    known = reread(draft)
    scoped = _scope(host, known)
    host.sources = Sources(draft, project)  # lines have moved
    accounts.add_gate(host)
    after = reread(draft)
    before = {(e.method, e.path) for e in project.endpoints}
    fresh = tuple(dict.fromkeys((e.method, e.path) for e in after.endpoints
                                if (e.method, e.path) not in before))  # fmt: skip
    login = next((path for _, path in fresh if path.endswith("/login")), None)
    if login is None:
        raise UsageError(
            "the endpoints of accounts would not be reached from the application",
            remedy="register a first router by hand, then try again",
        )
    set_token_url(host, login)
    add_example_setting(host, after)
    sign_in_tests(host, login.removesuffix("/login"))
    every = dict.fromkeys((e.method, e.path) for e in project.endpoints)
    return Guarded(
        steps=tuple(host.steps),
        guarded=tuple(key for key in every if key not in wanted.public),
        public=tuple(key for key in every if key in wanted.public),
        fresh=fresh,
        notes=tuple(host.notes),
        dependencies=host.dependencies,
        scoped=scoped,
        accounts=host.accounts,
        key_kind=host.user_key,
        owner_column=host.owner_column,
    )


def reread(draft: Draft) -> Project:
    """Return what is known of a host as the draft has it."""
    with tempfile.TemporaryDirectory(prefix="backwright-") as folder:
        draft.write_into(Path(folder))
        return replace(read_project(Path(folder)), root=draft.root)


def _host(draft: Draft, project: Project, wanted: Wanted, installed: Mapping[str, str]) -> Host:
    sources = Sources(draft, project)
    seams = read_seams(sources)
    step: list[tuple[str, tuple[str, ...]]] = []
    if not project.apps:
        raise UsageError("no application of FastAPI was found")
    if seams.session is None:
        supplied = supply_session(sources, seams)
        if supplied is None:
            raise UsageError(
                "nothing gives handlers a session of SQLAlchemy or SQLModel, and no maker of "
                "sessions or engine was found",
                place=Place(project.apps[0].file, project.apps[0].line),
                remedy="write one, such as get_session(), and let handlers take it with Depends",
            )
        seams = replace(seams, session=supplied[0], is_async=KINDS[supplied[0].kind[1]])
        step = [("sessions", (supplied[1],))]
        sources = Sources(draft, project)
    assert seams.session is not None  # noqa: S101 - it is there, or was supplied
    check_reach(sources, seams)
    session = _shared(sources, seams.session, project)
    versions = versions_of(sources, installed)
    python = python_of(project, installed)
    libraries = libraries_of(sources, versions, python)
    uses = any("sqlmodel" in draft.text(model.file) for model in project.models)
    annotated = libraries.annotated and (session.alias is not None or session.annotated)
    taken = any("current_user" in draft.text(path) for path in sources.trees)
    there = {model.name for model in project.models}
    mine = (
        read_accounts(sources, project, wanted.accounts, wanted.role)
        if wanted.accounts
        else Accounts(next(one for one in _NAMES if one not in there))
    )
    said = Said(
        user="signed_in_user" if taken else "current_user",
        model=mine.model,
        getter="get_current_user",
        alias="CurrentUser" if annotated else None,
        key=mine.key,
        maybe=libraries.optional.replace("X", mine.model),
    )
    return Host(
        draft, project, sources, seams, session, Versions(versions, libraries), wanted, uses, said,
        python=python, owner_column=owner_column(project.models), accounts=mine, steps=step,
        notes=told(mine.storing, mine.model, mine.password),
    )  # fmt: skip


def _shared(sources: Sources, session: Dependency, project: Project) -> Dependency:
    """Return a session's dependency without an alias that cannot be used by what is new.

    Such is one among handlers, which import us, and one that is called as the session's class is.
    """
    file = sources.file(session.alias[0]) if session.alias else None
    apps = {one.file for one in project.apps}
    routes = {one.file for one in project.endpoints} - apps
    is_named_alike = session.alias is not None and session.alias[1] == session.kind[1]
    is_usable = file not in routes and not is_named_alike
    return session if is_usable else replace(session, alias=None, annotated=True)


def _scope(host: Host, known: Project) -> tuple[Key, ...]:
    """Scope every query of every guarded handler to the caller; return which touch owned rows.

    Raises:
        VerificationError: a place cannot be scoped, or a handler not be found.
    """
    sources = Sources(host.draft, known)
    program = Program(sources)
    models = {model.name: model for model in known.models}
    owned = owned_models(
        models,
        [*host.wanted.direct],
        [*host.wanted.through],
        host.wanted.accounts,
        host.owner_column,
        alone=host.wanted.alone,
    )
    variety = variety_of(program, known)
    by_class = {(one.model.file, one.model.name): one for one in owned}
    scoper = Scoper(program, by_class, host.said.caller, variety)
    _refuse_unknown(program, known, host.wanted.public)
    every = list(handlers(program, known))
    scoper.checks = _checks(program, scoper, every)
    scoper.dumps = fails_with_update(host.known.versions.get("sqlmodel", ""))
    public = {f for e, f in every if (e.method, e.path) in host.wanted.public}
    guarded = {f for e, f in every if f not in public}
    passing = Passing(program, scoper, [*guarded], [*public])
    passing.find()
    if host.wanted.rows == "shared":
        ways = [(e.method in ("GET", "HEAD"), f) for e, f in every if f in guarded]
        writers = {f for reads, f in ways if not reads}
        passing.share([f for reads, f in ways if reads and f not in writers], [*writers])
    references = References(program, scoper.owned, known, passing)
    work = _Work(host, known, sources, passing, references, {})
    for endpoint, handler in {f: (e, f) for e, f in every if f in guarded}.values():
        work.references(endpoint, handler)
    for function in passing.needing:
        work.function(function)
    for handler in guarded - passing.needing:
        work.alone(handler)
    for handler in public:
        passing.write_public(handler, work.edits_of(handler.path), host.said)
    if problems := [*scoper.problems, *passing.problems]:
        raise VerificationError(_refusal(problems, owned), [])
    host.notes += dict.fromkeys(passing.notes)
    host.varied = tuple(owned) if any(scoper.varies(one) for one in passing.needing) else ()
    work.write()
    is_checked = any(CHECK in names for names in work.needed.values())
    host.unused = frozenset() if is_checked else frozenset({CHECK})
    scoped = ((e.method, e.path) for e, f in every if f in guarded & passing.needing)
    return tuple(dict.fromkeys(scoped))


def _checks(
    program: Program, scoper: Scoper, every: list[tuple[Endpoint, Function]]
) -> set[Function]:
    """Return what only those handlers run that make an account."""
    makers, others = set[Function](), set[Function]()
    for endpoint, handler in every:
        reached = program.reached([handler])
        makes = any(one.is_account for f in reached for one in scoper.makes(f))
        if makes and endpoint.method == "POST":
            makers |= reached
        else:
            others |= reached
    return makers - others


def _refusal(problems: list[Note], owned: list[Owned]) -> str:
    places = "; ".join(f"{n.file}:{n.line} {n.text}" for n in dict.fromkeys(problems))
    names = ", ".join(one.model.name for one in owned) or "rows"
    return f"not every place that touches {names} can be guarded: {places}"


def handlers(program: Program, project: Project) -> Iterator[tuple[Endpoint, Function]]:
    """Yield each endpoint with its handler, where that is a function of the host's own."""
    yield from ((one, found) for one in project.endpoints if (found := _handler(program, one)))


def _handler(program: Program, endpoint: Endpoint) -> Function | None:
    name = endpoint.handler.rpartition(":")[2].rpartition(".")[2]
    found = [f for f in program.functions if f.path == endpoint.file and f.node.name == name]
    near = [one for one in found if _first_line(one) <= endpoint.line <= _last_line(one)]
    if not near and len(found) != 1:
        return None
    return (near or found)[0]


def _refuse_unknown(program: Program, known: Project, public: Collection[Key]) -> None:
    """Refuse to leave an endpoint open because its handler is a library's.

    Raises:
        VerificationError: it is not said that it may stay open.
    """
    for one in known.endpoints:
        if (one.method, one.path) not in public and _handler(program, one) is None:
            raise VerificationError(
                f"the handler of {one.method} {one.path} is no function that was found",
                [],
                place=Place(one.file, one.line),
                remedy=f'leave it open, if it may be: --answer public="{one.method} {one.path},…"',
            )


def _first_line(function: Function) -> int:
    lines = [function.node.lineno, *(d.lineno for d in function.node.decorator_list)]
    return min(lines)


def _last_line(function: Function) -> int:
    return function.node.end_lineno or function.node.lineno


@dataclass
class _Work:
    """The edits of the modules, and what each must import."""

    host: Host
    known: Project
    sources: Sources
    passing: Passing
    refers: References
    edits: dict[str, Edits]

    def __post_init__(self) -> None:
        self.needed: dict[str, set[str]] = {}
        self.dropped: dict[str, set[str]] = {}

    def edits_of(self, path: str) -> Edits:
        """Return the edits of a module."""
        if path not in self.edits:
            self.edits[path] = Edits(self.host.draft.text(path))
        return self.edits[path]

    def _needs(self, path: str, names: set[str]) -> None:
        self.needed.setdefault(path, set()).update(names)

    def references(self, endpoint: Endpoint, handler: Function) -> None:
        """Check what a handler is sent, and refuse one that takes a table to change rows by."""
        host = self.host
        if endpoint.method not in WRITING:
            return
        if self.refers.takes_over(handler):
            text = f"{handler.name} takes a whole row of a table, and merges it over another's"
            self.passing.problems.append(Note(handler.path, handler.node.lineno, text))
            return
        edits = self.edits_of(handler.path)
        names = self.refers.write(handler, endpoint.method, edits, host.said, host.session)
        self._needs(handler.path, names)

    def function(self, function: Function) -> None:
        """Scope a function and pass the caller on."""
        edits = self.edits_of(function.path)
        self._needs(function.path, self.passing.write(function, edits, self.host.said))
        if kept := uncached(self.passing.program, function, edits):
            self.passing.notes += kept
            self.dropped.setdefault(function.path, set()).update(words_of(function))

    def alone(self, handler: Function) -> None:
        """Guard a handler that touches nobody's rows."""
        said = self.host.said
        if guard_alone(handler, self.edits_of(handler.path), said):
            self._needs(handler.path, {said.getter, "Depends"})
            return
        text = f"{handler.name} has no decorator that a dependency can be added to"
        self.passing.problems.append(Note(handler.path, handler.node.lineno, text))

    def write(self) -> None:
        """Make the edits, and import what they need."""
        host, origins = self.host, self._origins()
        files = []
        for path, edits in self.edits.items():
            if not edits.any:
                continue
            there = {n for node in self.sources.trees[path].body for n in _bound(node)}
            here = self.sources.module(path)
            wanted_names = self.needed.get(path, set())
            pairs = {origins[name] for name in wanted_names - there}
            tables = {model.name for model in self.known.models} | {host.said.model}
            clashing = {name: origins[name] for name in wanted_names & there & tables}
            pairs |= called_otherwise(self.sources, path, edits, clashing, there)
            code = edits.made()
            if path in self.dropped:
                code = without_import(code, self.dropped[path])
            pairs = {pair for pair in pairs if pair[0] != here}
            growth = self.host.growth()
            later = {self.sources.module(one): one for one in self._homes().values()}
            wanted = wanted_imports(seen_from(growth, path, pair, later) for pair in pairs)
            self.host.draft.write(path, add_imports(code, wanted))
            files.append(path)
        self.host.done("scoping", *sorted(files))
        self.host.told = {(self.sources.module(one.path), one.name) for one in self.passing.needing}

    def _homes(self) -> dict[str, str]:
        """Return the files of the modules that are still to be written."""
        return homes(self.host, (*accounts.modules(self.host), accounts.ROWS))

    def _origins(self) -> dict[str, Import]:
        """Return where each name that edits need is imported from."""
        host = self.host
        paths = self._homes()
        file = host.project.apps[0].file if host.is_flat else paths["auth"]
        gate = host.sources.module(file)
        rows = gate if host.is_flat else host.sources.module(paths[accounts.ROWS])
        library = "sqlmodel" if host.sqlmodel else "sqlalchemy"
        origins: dict[str, Import] = {
            "select": (library, "select"),
            "Depends": ("fastapi", "Depends"),
            "Annotated": ("typing", "Annotated"),
            **{name: (library, name) for name in ("or_", "and_")},
            host.session.kind[1]: host.session.kind,
            host.session.getter[1].partition(".")[0]: host.session.getter,
            host.said.model: (host.user_module, host.said.model),
            **{name: (gate, name) for name in (host.said.getter, "CurrentUser", CHECK)},
            **{name: (rows, name) for name in (VISIBLE, MADE_BY, OWNED_ROW)},
            "Optional": ("typing", "Optional"),
        }
        for model in self.known.models:
            origins.setdefault(model.name, (self.sources.module(model.file), model.name))
        return origins


def _bound(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name for alias in node.names)
    yield from names_of_statement(node)
