"""The middleware that counts requests, put into a host's words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from backwright.project.types import App
from backwright.source.imports import add_imports
from backwright.source.outline import outline
from backwright.source.text import Splice, splice
from backwright.transfer.attach.cors import NAME as CORS
from backwright.transfer.attach.cors import existing_cors
from backwright.transfer.attach.identity import Identity
from backwright.transfer.attach.proofs import template
from backwright.transfer.attach.seeing import seen_from
from backwright.transfer.attach.settings import Reader, Wanted, add_setting
from backwright.transfer.attach.spots import inside, moved, put
from backwright.transfer.grow.errors import error_key
from backwright.transfer.grow.sources import Sources, last_name
from backwright.transfer.grow.steps import package_of
from backwright.transfer.guarding.accounts import without_marks
from backwright.transfer.guarding.edits import Edits

NAME = "RateLimitMiddleware"
RATE, STORAGE, PROXIES = "rate_limit", "rate_limit_storage", "trusted_proxies"
MEMORY, REDIS = "memory://", "redis://localhost:6379/0"
KINDS = {"address": "by_address", "user": "by_user", "key": "by_key"}
_NEEDS = {"user": ("by_user", "_user_of"), "key": ("by_key", "_is_known")}
_FOLDERS = ("middleware", "middlewares")
_NAMES = ("rate_limit", "rate_limiting", "request_limits")


@dataclass(frozen=True, slots=True)
class LimitOptions:
    """A limit: how often, counted by what, of which route.

    Attributes:
        rate: Such as `100/minute`.
        by: `address`, `user` or `key`.
        route: Method and path; None for all of them.
        redis: Whether the workers count together.
        proxies: The networks of proxies whose word is taken for a client's address.
    """

    rate: str
    by: str = "address"
    route: tuple[str, str] | None = None
    redis: bool = False
    proxies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limiting:
    """The middleware of a host: its module, and the call that adds it with its list of limits."""

    module: str
    file: str
    call: ast.Call
    limits: ast.List


def limiting_of(sources: Sources) -> Limiting | None:
    """Return the middleware that was added before; None where there is none."""
    for path, call in sources.calls("add_middleware", "Middleware"):
        if not call.args or last_name(call.args[0]) != NAME:
            continue
        limits = next((one.value for one in call.keywords if one.arg == "limits"), None)
        module = sources.file(sources.resolve(path, call.args[0])[0])
        if isinstance(limits, ast.List) and module is not None:
            return Limiting(module, path, call, limits)
    return None


def limits_of(there: Limiting) -> Iterator[tuple[ast.Call, str, tuple[str, str] | None]]:
    """Yield each limit: the call, by what it counts, and its route."""
    for one in there.limits.elts:
        if isinstance(one, ast.Call):
            words = [ast.unparse(arg) for arg in one.args[1:2]]
            texts = [arg.value for arg in one.args[2:4] if isinstance(arg, ast.Constant)]
            route = (str(texts[0]), str(texts[1])) if len(texts) == 2 else None
            by = next((kind for kind, name in KINDS.items() if name in words), "address")
            yield one, by, route


def write_module(
    sources: Sources, path: str, options: LimitOptions, identity: Identity | None
) -> list[Reader]:
    """Write the module that counts; return how the settings are read that it reads."""
    storage = REDIS if options.redis else MEMORY
    readers = [
        add_setting(sources, Wanted(STORAGE, storage), path),
        add_setting(sources, Wanted(PROXIES, options.proxies), path),
    ]
    code = without_marks(template("app/rate_limit.py"))
    for name, reader in zip((STORAGE, PROXIES), readers, strict=True):
        code = code.replace(f"settings.{name}", reader.expression)
    code = _counting_by(sources, path, code, {options.by: identity} if identity else {})
    code = _in_shape(sources, code)
    wanted: dict[str, set[str]] = {}
    for reader in readers:
        for module, names in reader.imports.items():
            wanted.setdefault(module, set()).update(names)
    sources.draft.write(path, add_imports(code, wanted))
    return readers


def make_home(sources: Sources, app: App) -> list[str]:
    """Make the file of the module, empty yet; return what is new, that last."""
    path = _home(sources, app)
    packages = package_of(sources, path)
    sources.draft.write(path, "")
    return [*packages, path]


def add_limit(
    sources: Sources, app: App, module: str, options: LimitOptions
) -> tuple[str, Reader | None]:
    """Add the middleware with one limit; return the file, and how the limit's rate is read.

    It stands right inside CORS, so that browsers may read its refusals; else around all others.
    """
    spot = inside(
        sources, app, CORS, [(one.file, one.call.lineno) for one in existing_cors(sources)]
    )
    before = sources.draft.text(spot.file).count("\n")
    reader = None
    if options.route is None:
        reader = add_setting(sources, Wanted(RATE, options.rate), spot.file, spot.line)
        spot = moved(spot, sources.draft.text(spot.file).count("\n") - before)
    limit, names = limit_call(options, reader)
    code = put(sources.draft.text(spot.file), spot, NAME, [f"limits=[{limit}]"])
    origin, _ = seen_from(sources, spot.file, (sources.module(module), NAME))
    wanted = {origin: {"Limit", NAME, *names}}
    for one, told in (reader.imports if reader else {}).items():
        wanted.setdefault(one, set()).update(told)
    sources.draft.write(spot.file, add_imports(code, wanted))
    return spot.file, reader


def limit_call(options: LimitOptions, reader: Reader | None) -> tuple[str, set[str]]:
    """Return a limit as code, and the names that it needs besides."""
    rate = reader.expression if reader else f'"{options.rate}"'
    if options.route is None and options.by == "address":
        return f"Limit({rate})", set()
    by = KINDS[options.by]
    if options.route is None:
        return f"Limit({rate}, {by})", {by}
    method, path = options.route
    return f'Limit({rate}, {by}, "{method}", "{path}")', {by}


def one_more(
    sources: Sources, there: Limiting, options: LimitOptions, identity: Identity | None
) -> tuple[list[str], Reader | None]:
    """Add a limit to those of a middleware; return the files, and how its rate is read."""
    files = []
    module = sources.draft.text(there.module)
    if identity is not None and KINDS[options.by] not in _defined(module):
        sources.draft.write(there.module, _with_kind(sources, there.module, options.by, identity))
        files.append(there.module)
    text = sources.draft.text(there.file)
    reader = None
    if options.route is None:
        reader = add_setting(sources, Wanted(RATE, options.rate), there.file, there.call.lineno)
        lines = sources.draft.text(there.file).count("\n") - text.count("\n")
        text = sources.draft.text(there.file)
        ast.increment_lineno(there.call, lines)
    limit, names = limit_call(options, reader)
    edits = Edits(text)
    place = edits.end(there.limits.elts[-1]) if there.limits.elts else edits.end(there.limits) - 1
    edits.insert(place, f", {limit}" if there.limits.elts else limit)
    origin, _ = seen_from(sources, there.file, (sources.module(there.module), NAME))
    wanted = {origin: {"Limit", *names}}
    for one, told in (reader.imports if reader else {}).items():
        wanted.setdefault(one, set()).update(told)
    sources.draft.write(there.file, add_imports(edits.made(), wanted))
    return [*files, *([reader.file] if reader else []), there.file], reader


def _home(sources: Sources, app: App) -> str:
    """Return a file for the module: with other middleware, else beside the application."""
    start = PurePosixPath(app.file).parent
    folders = [
        PurePosixPath(path).parent
        for path in sources.trees
        if PurePosixPath(path).parent.name in _FOLDERS and path.startswith(sources.root)
    ]
    folder = folders[0] if folders else start
    for name in _NAMES:
        path = str(folder / f"{name}.py")
        if not sources.draft.exists(path) and not sources.draft.exists(str(folder / name)):
            return path
    return str(folder / "backwright_rate_limit.py")


def _counting_by(sources: Sources, path: str, code: str, kinds: dict[str, Identity]) -> str:
    """Return the module without ways of counting that are not used; with the host's for others."""
    gone = {name for kind, names in _NEEDS.items() if kind not in kinds for name in names}
    code = _without(code, gone)
    code = re.sub(r"(?m)^(import jwt|from app\..* import .*)\n", "", code)
    if "key" not in kinds:
        code = code.replace("import hashlib\n", "")
    for identity in kinds.values():
        code = identity.put(code, sources, path)
    return code


def _with_kind(sources: Sources, path: str, kind: str, identity: Identity) -> str:
    """Return a host's module with one more way of counting, from the template."""
    module = sources.draft.text(path)
    whole = without_marks(template("app/rate_limit.py"))
    first, second = (_text(whole, name) for name in _NEEDS[kind])
    end = next(s for s in outline(module) if "by_address" in s.names).end + 1
    module = splice(module, [Splice(end, end, f"\n\n{first}")])
    module = identity.put(f"{module.rstrip()}\n\n\n{second}", sources, path)
    return add_imports(module, {"hashlib": {""}}) if kind == "key" else module


def _text(code: str, name: str) -> str:
    found = next(s for s in outline(code) if name in s.names)
    return "".join(f"{line}\n" for line in code.splitlines()[found.start - 1 : found.end])


def _without(code: str, names: set[str]) -> str:
    """Return a module without some functions, and the gap below each."""
    gone = [s for s in outline(code) if names & set(s.names)]
    code = splice(code, [Splice(s.start, s.end + 3, "") for s in gone])
    return f"{code.rstrip()}\n"


def _defined(code: str) -> set[str]:
    return {name for statement in outline(code) for name in statement.names}


def _in_shape(sources: Sources, code: str) -> str:
    """Return the module with an error that says what it says as the host's others do."""
    raises = any(True for _ in sources.calls("HTTPException"))
    key = error_key(sources) if raises else None
    said = "message" if key is None else f'{{"{key}": message}}'
    return code.replace('{"error": message}', said)
