"""`probe`: a project that is started for it, or a server that runs already."""

from __future__ import annotations

import ast
import contextlib
import ipaddress
import json
import os
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from backwright.errors import MissingError, UsageError
from backwright.host.process import run
from backwright.probe.accounts import Accounts
from backwright.probe.as_tests import Style
from backwright.probe.client import fetch_json
from backwright.probe.config import Config, read_config
from backwright.probe.engine import Engine, Target
from backwright.probe.findings import places
from backwright.probe.postgres import PostgresOracle
from backwright.probe.session import Session
from backwright.probe.sqlite import SqliteOracle
from backwright.project import read_project
from backwright.project.types import Project
from backwright.report.events import Listener
from backwright.report.probe_types import AREAS, Area, ProbePhase, ProbeReport
from backwright.tasks.change import Workplace, workplace
from backwright.tasks.host_values import own_values
from backwright.tasks.known_users import known_users
from backwright.tasks.probe_tests import add_tests, style_of
from backwright.tasks.probe_words import allowed_words
from backwright.tasks.serving import Running, running
from backwright.values import Place
from backwright.workshop import ChangeSet, hands
from backwright.workshop.bench import PAYLOADS

_DOCUMENTS = (
    "/openapi.json",
    "/api/openapi.json",
    "/api/v1/openapi.json",
    "/v1/openapi.json",
    "/docs/openapi.json",
    "/swagger.json",
    "/openapi3.json",
)
_HASHING = re.compile(r"(?i)hash|encrypt|crypt")
_HASHERS = frozenset({"CryptContext", "PasswordHash", "PasswordHasher", "Bcrypt", "PasswordHelper"})
_SIGNING = re.compile(r"(?i)secret|jwt.*key|token.*key|signing")
_PASSWORD = re.compile(r"(?i)pass|pwd|secret|hash$|bcrypt")
_OF_ROLES = re.compile(r"(?i)role|permission|group")
_LEAST_KEY = 3
_HASH_SECONDS = 60.0
_RATE = re.compile(r"^\s*\d+\s*(/|per\b)\s*\d*\s*[a-z]+", re.IGNORECASE)
_PLENTY = "1000000/second"


@dataclass(frozen=True, slots=True)
class Probe:
    """The request.

    Attributes:
        root: The project's folder.
        url: A server that runs already; None to start the project's application.
        openapi: Where the document is, if not in a usual place.
        only: The areas to probe.
        elsewhere: Whether a server on another machine may be probed.
        seconds: How long it may take.
        tests: Whether what was proved becomes a test file of the project.
    """

    root: Path
    url: str | None = None
    openapi: str | None = None
    only: tuple[Area, ...] = AREAS
    elsewhere: bool = False
    seconds: float = 600.0
    tests: bool = False


def probe(request: Probe, listener: Listener) -> ProbeReport:
    """Probe an API.

    Raises:
        UsageError: a word of the request or of `backwright.toml` cannot be read.
        MissingError: the application cannot be started, or the server does not answer.
    """
    config = read_config(request.root)
    if request.url is not None:
        url = checked_url(request.url, elsewhere=request.elsewhere)
        document = find_document(url, request.openapi or config.openapi, request.root)
        target = Target(urlsplit(url).netloc, url, document, config=config)
        return Engine(target, listener, request.only, request.seconds).run()
    began = time.monotonic()
    with workplace(request.root, "probe", listener) as found:
        style = style_of(found) if request.tests else None
        report = probe_place(found, config, listener, request.only, request.seconds, style)
        starting = round(time.monotonic() - began - report.seconds, 2)
        report = replace(report, phases=(ProbePhase("starting", starting, 0), *report.phases))
        if not request.tests:
            return report
        path, undo, left_out = add_tests(found, report.tests)
        written = f"{path} was written, and passes; backwright undo {undo} takes it back"
        return replace(report, notes=(*report.notes, written, *left_out))


def probe_place(
    found: Workplace,
    config: Config,
    listener: Listener,
    only: Sequence[Area],
    seconds: float,
    style: Style | None = None,
    *,
    hear: Callable[[str], object] = len,
    afterwards: Callable[[Session, Accounts], object] = lambda _, __: None,
) -> ProbeReport:
    """Probe the application of a workplace, as it stands in the staging copy.

    `hear` is given what the server has said by the end, `afterwards` what was learnt of the API
    while it can still be asked.

    Raises:
        MissingError: the application cannot be started.
    """
    project = read_project(found.folder)
    limits = _limits(project)
    document = found.staging.scratch / "openapi.json"
    given = {**_unset_keys(project, found), **found.variables, **limits}
    given["BACKWRIGHT_DOCUMENT"] = str(document)
    place = replace(found, variables=given)
    with running(place) as app, _oracle(app) as oracle:
        target = replace(_target(config, place, project, app, oracle, document), style=style)
        report = Engine(target, listener, only, seconds, afterwards).run()
        hear(app.server.output())
    return _with_notes(report, place, app, limits)


def checked_url(url: str, *, elsewhere: bool) -> str:
    """Return the address of a server, without a slash at its end.

    Raises:
        UsageError: it is no address, or not of this machine and that was not allowed.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"{url!r} is no address", remedy="write it like http://127.0.0.1:8000")
    if not elsewhere and not _is_loopback(parts.hostname):
        raise UsageError(
            f"{parts.hostname} is another machine, and a probe attacks what it probes",
            remedy="add --allow-remote if the server is yours and made for testing",
        )
    return url.rstrip("/")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def find_document(url: str, named: str | None, root: Path) -> object:
    """Return the OpenAPI document of a running server: from a file, an address, a usual place.

    Raises:
        MissingError: there is none.
        UsageError: the file that was named cannot be read.
    """
    if named and (root / named).is_file():
        return _read_document(root / named)
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
    tried = [named] if named else [url + path for path in _DOCUMENTS]
    if not named and origin != url:
        tried += [origin + path for path in _DOCUMENTS]
    last: MissingError | None = None
    for one in tried:
        try:
            return fetch_json(urljoin(url + "/", one))
        except MissingError as error:
            last = error
    raise MissingError(
        f"no OpenAPI document was found at {url}: {last.message if last else ''}",
        remedy="name its address or a file with --openapi",
    )


def _read_document(file: Path) -> object:
    text = file.read_text(encoding="utf-8")
    try:
        return json.loads(text)
    except ValueError as error:
        raise UsageError(
            f"{file.name} is no JSON: {error}", remedy="name a document in JSON with --openapi"
        ) from error


@contextlib.contextmanager
def _oracle(app: Running) -> Iterator[PostgresOracle | SqliteOracle | None]:
    """Give the database of a running application."""
    if app.database.address is not None:
        oracle: PostgresOracle | SqliteOracle = PostgresOracle(app.database.address.url())
    elif app.database.file is not None:
        oracle = SqliteOracle(app.database.file)
    else:
        yield None
        return
    with contextlib.closing(oracle):
        yield oracle


def _limits(project: Project) -> dict[str, str]:
    """Return the settings that hold back who asks often, with values that hold nobody back."""
    return {
        one.variables[0]: _PLENTY
        for one in project.settings
        if one.variables and one.default and _RATE.match(one.default)
    }


def _unset_keys(project: Project, place: Workplace) -> dict[str, str]:
    """Return keys of tokens for settings that nobody sets, so that the probe can sign with them."""
    there = {*os.environ, *own_values(place.folder)}
    return {
        one.variables[0]: secrets.token_urlsafe(32)
        for one in project.settings
        if one.variables and not one.default and _SIGNING.search(one.name)
        and not there & {*one.variables}
    }  # fmt: skip


def _target(
    config: Config, place: Workplace, project: Project, app: Running,
    oracle: PostgresOracle | SqliteOracle | None, document: Path,
) -> Target:  # fmt: skip
    written = json.loads(document.read_text()) if document.is_file() else None
    literals = frozenset(_literals(project))
    defaults = {one.default for one in project.settings if one.default}
    given = {value for value in place.variables.values() if len(value) >= _LEAST_KEY}
    own = own_values(place.folder)
    return Target(
        name=place.root.name,
        url=app.url,
        document=written or find_document(app.url, config.openapi, place.root),
        oracle=oracle,
        config=config,
        places=places(
            (one.method, one.path, Place(one.file, one.line)) for one in project.endpoints
        ),
        token_url=project.auth.token_url,
        origins=project.cors.origins if project.cors else (),
        keys=tuple(sorted({*given, *own.values(), *literals, *defaults})),
        known=tuple(known_users(project.settings, {**own, **place.variables})),
        literals=frozenset() if _is_set_from_outside(project) else literals,
        hashed=lambda password: _hash(place, app, password, tuple(_hashing(place, project))),
        roles=tuple(_roles(project)),
        words=allowed_words(_readable(project)),
        log=app.server.log,
        folder=str(place.folder.resolve()),
    )


def _hash(place: Workplace, app: Running, password: str, candidates: Sequence[str]) -> str | None:
    """Return the hash of a password by the first of the host's functions that gives one."""
    hand = hands(place.bench(ChangeSet()))
    order = json.dumps({"password": password, "candidates": list(candidates)})
    done = run(
        [str(place.environment.python), str(PAYLOADS / "hash_password.py")],
        cwd=hand.place(hand.folder),
        env=hand.variables(app.database),
        timeout=_HASH_SECONDS,
        stdin=order.encode(),
    )
    lines = done.stdout.strip().splitlines()
    found = json.loads(lines[-1]).get("hash") if lines else None
    return str(found) if found else None


def _roles(project: Project) -> Iterator[str]:
    """Yield the quoted words in lines of the source that speak of roles."""
    for _, text in _texts(project):
        for line in text.splitlines():
            if _OF_ROLES.search(line):
                yield from re.findall(r"""["']([A-Za-z_]{3,20})["']""", line)


def _texts(project: Project) -> Iterator[tuple[str, str]]:
    """Yield the project's own files, without tests and migrations, as text."""
    for path in sorted(project.root.rglob("*.py")):
        relative = path.relative_to(project.root)
        if any(part.startswith(".") or part in ("tests", "node_modules", "venv", "env", "alembic",
               "migrations") for part in relative.parts):  # fmt: skip
            continue
        with contextlib.suppress(OSError, ValueError):
            yield relative.as_posix(), path.read_text(encoding="utf-8")


def _readable(project: Project) -> Iterator[ast.Module]:
    """Yield the project's files that look whether something is one of several, parsed."""
    for _, text in _texts(project):
        if re.search(r"\bin\b", text):
            with contextlib.suppress(SyntaxError, ValueError):
                yield ast.parse(text)


def _trees(project: Project) -> Iterable[tuple[str, ast.Module]]:
    """Yield the project's files that speak of secrets or hashes, parsed."""
    for path, text in _texts(project):
        if re.search(r"(?i)secret|hash|jwt|key|crypt", text):
            with contextlib.suppress(SyntaxError, ValueError):
                yield path, ast.parse(text)


def _literals(project: Project) -> Iterator[str]:
    """Yield texts of the source that a token may be signed with."""
    for _, tree in _trees(project):
        for node in ast.walk(tree):
            value = node.value if isinstance(node, ast.Constant) else None
            if isinstance(value, str) and re.fullmatch(r".{3,200}", value):
                yield value


def _is_set_from_outside(project: Project) -> bool:
    """Tell whether the key of tokens is a setting, so that a text in the source is but its default."""
    return any(one.variables and _SIGNING.search(one.name) for one in project.settings)


def _hashing(place: Workplace, project: Project) -> Iterator[str]:
    """Yield functions and methods whose name says that they hash a password."""
    for file, tree in _trees(project):
        module = _module(file, place.facts.roots)
        for node in tree.body:
            yield from _hashers(module, node)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _hashes(node.name):
                yield f"{module}:{node.name}"
            if isinstance(node, ast.ClassDef):
                for inner in node.body:
                    if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef) and (
                        _hashes(inner.name) or inner.name in ("bcrypt", "hash", "argon2")
                    ):
                        yield f"{module}:{node.name}.{inner.name}"


def _hashers(module: str, node: ast.stmt) -> Iterator[str]:
    """Yield the methods of an object that hashes passwords, such as a `CryptContext`."""
    if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
        return
    made = ast.unparse(node.value.func).split(".")
    if not _HASHERS.intersection(made):
        return
    for target in node.targets:
        if isinstance(target, ast.Name):
            yield f"{module}:{target.id}.hash"
            yield f"{module}:{target.id}.generate_password_hash"


def _module(file: str, roots: Sequence[str]) -> str:
    """Return the name that a file is imported by."""
    inside = [root for root in roots if root != "." and file.startswith(f"{root}/")]
    longest = max(inside, key=len, default="")
    path = file[len(longest) :].lstrip("/").removesuffix(".py").removesuffix("/__init__")
    return path.replace("/", ".")


def _hashes(name: str) -> bool:
    verb = re.search(r"(?i)verif|check|compare|is_|needs", name)
    return bool(_HASHING.search(name) and _PASSWORD.search(name)) and not verb


def _with_notes(
    report: ProbeReport, place: Workplace, app: Running, limits: Mapping[str, str]
) -> ProbeReport:
    notes = [*report.notes, *(one.text for one in place.notes)]
    if limits:
        notes.append(f"limits were raised for the probe: {', '.join(limits)}")
    if app.tables != "by its migrations":
        notes.append(f"the database got its tables {app.tables}")
    return replace(report, notes=tuple(notes))


def read_areas(words: Sequence[str] | None) -> tuple[Area, ...]:
    """Return the areas that are named, all without any.

    Raises:
        UsageError: a word is no area.
    """
    if not words:
        return AREAS
    found = [word for text in words for word in text.split(",") if word]
    for word in found:
        if word not in AREAS:
            raise UsageError(
                f"{word!r} is no area", remedy=f"name one or more of {', '.join(AREAS)}"
            )
    return tuple(one for one in AREAS if one in found)
