"""The middleware that lets browsers read a host's answers: where it is, and putting it there."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

from backwright.project.types import App
from backwright.source.imports import add_imports
from backwright.transfer.attach.settings import Reader, Wanted, add_setting
from backwright.transfer.attach.spots import moved, outermost, put
from backwright.transfer.dialect.quotes import in_quotes
from backwright.transfer.grow.sources import Sources, last_name
from backwright.transfer.guarding.edits import Edits

NAME = "CORSMiddleware"
SETTING = "cors_origins"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
HEADERS = ("Authorization", "Content-Type")
# What development servers of front ends answer on.
LOCAL = ("http://localhost:3000", "http://localhost:5173")


@dataclass(frozen=True, slots=True)
class CorsOptions:
    """What browsers may do.

    Attributes:
        origins: Where pages come from that may read answers.
        credentials: Whether cookies may come along.
        methods: The methods that they may use.
        headers: The headers that they may send.
    """

    origins: tuple[str, ...] = LOCAL
    credentials: bool = False
    methods: tuple[str, ...] = METHODS
    headers: tuple[str, ...] = HEADERS


@dataclass(frozen=True, slots=True)
class Existing:
    """A CORS middleware that is there: the call, in which module."""

    file: str
    call: ast.Call

    def argument(self, name: str) -> ast.expr | None:
        """Return what it is given under a name."""
        return next((one.value for one in self.call.keywords if one.arg == name), None)


def existing_cors(sources: Sources) -> Iterator[Existing]:
    """Yield the CORS middlewares that the modules add."""
    for path, call in sources.calls("add_middleware", "Middleware", NAME):
        first = call.args[0] if call.args else None
        names = [last_name(first)] if isinstance(first, ast.Name | ast.Attribute) else []
        names += [last_name(one.value) for one in call.keywords if one.arg == "middleware_class"]
        wraps = last_name(call.func) == NAME and any(
            one.arg in ("allow_origins", "allow_origin_regex") for one in call.keywords
        )
        if wraps or NAME in names:
            yield Existing(path, call)


def key_headers(sources: Sources) -> tuple[str, ...]:
    """Return the headers that a host takes keys from."""
    found = [
        one.value.value
        for _, call in sources.calls("APIKeyHeader")
        for one in call.keywords
        if one.arg == "name" and isinstance(one.value, ast.Constant)
    ]
    return tuple(dict.fromkeys(map(str, found)))


def add_cors(sources: Sources, app: App, options: CorsOptions, quote: str) -> tuple[Reader, str]:
    """Add the middleware around all others, its origins from a setting.

    Returns:
        How the setting is read, and the module with the middleware.

    Raises:
        UsageError: there is no place for it.
    """
    spot = outermost(sources, app)
    before = sources.draft.text(spot.file).count("\n")
    reader = add_setting(sources, Wanted(SETTING, options.origins), spot.file, spot.line)
    spot = moved(spot, sources.draft.text(spot.file).count("\n") - before)
    arguments = [f"allow_origins={reader.expression}"]
    if options.credentials:
        arguments.append("allow_credentials=True")
    arguments += [
        f"allow_methods={json.dumps(list(options.methods))}",
        f"allow_headers={json.dumps(list(options.headers))}",
    ]
    arguments = [in_quotes(one, quote) for one in arguments]
    code = put(sources.draft.text(spot.file), spot, NAME, arguments)
    library = "starlette" if _speaks_of_starlette(code) else "fastapi"
    wanted = {
        f"{library}.middleware.cors": {NAME},
        **{m: set(n) for m, n in reader.imports.items()},
    }
    sources.draft.write(spot.file, add_imports(code, wanted))
    return reader, spot.file


def _speaks_of_starlette(code: str) -> bool:
    """Tell whether a module imports middleware from Starlette and none through FastAPI."""
    return "from starlette.middleware." in code and "from fastapi.middleware." not in code


def read_from_settings(
    sources: Sources, there: Existing, origins: tuple[str, ...]
) -> tuple[Reader, list[str]]:
    """Let a middleware that is there read its origins from a setting.

    Returns:
        How the setting is read, and the files that were changed.
    """
    old = there.argument("allow_origins")
    line = there.call.lineno
    before = sources.draft.text(there.file).count("\n")
    reader = add_setting(sources, Wanted(SETTING, origins), there.file, line)
    text = sources.draft.text(there.file)
    call = _again(text, there.call, text.count("\n") - before)
    edits = Edits(text)
    new = next((one.value for one in call.keywords if one.arg == "allow_origins"), None)
    if new is not None:
        edits.replace(edits.start(new), edits.end(new), reader.expression)
    else:
        edits.add_argument(call, f"allow_origins={reader.expression}")
    code = edits.made()
    if isinstance(old, ast.Name):
        code = _without_constant(code, old.id)
    sources.draft.write(
        there.file, add_imports(code, {m: set(n) for m, n in reader.imports.items()})
    )
    return reader, list(dict.fromkeys((reader.file, there.file)))


def _again(code: str, call: ast.Call, lines: int) -> ast.Call:
    """Return a call in a module that has got more lines above it."""
    tree = ast.parse(code.lstrip("\ufeff"))
    place = call.lineno + lines, call.col_offset
    return next(
        one
        for one in ast.walk(tree)
        if isinstance(one, ast.Call)
        and (one.lineno, one.col_offset) == place
        and last_name(one.func) == last_name(call.func)
    )


def _without_constant(code: str, name: str) -> str:
    """Return a module without a name that nothing uses any more."""
    tree = ast.parse(code.lstrip("\ufeff"))
    made = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and [ast.unparse(one) for one in node.targets] == [name]
        and isinstance(node.value, ast.List | ast.Tuple | ast.Constant)
    ]
    used = sum(isinstance(one, ast.Name) and one.id == name for one in ast.walk(tree))
    if len(made) != 1 or used > 1:
        return code
    lines = code.splitlines(keepends=True)
    first, last = made[0].lineno - 1, made[0].end_lineno or made[0].lineno
    while first and lines[first - 1].lstrip().startswith("#"):  # what is said of it
        first -= 1
    if (
        last < len(lines)
        and not lines[last].strip()
        and (first == 0 or not lines[first - 1].strip())
    ):
        last += 1
    return "".join([*lines[:first], *lines[last:]])


def with_credentials(options: CorsOptions, *, credentials: bool) -> CorsOptions:
    """Return options with credentials or without."""
    return replace(options, credentials=credentials)
