"""Import applications of the host and say, as JSON, what routes and tables they have.

    python facts.py < ORDER.json

The order: `targets` (MODULE:NAME or MODULE:NAME()), `paths` for `sys.path`, `project` (where the
project lies), `writable` (the only folder to write in), `sealed` (a sandbox around us allows other programs), `memory` and `seconds`.
Written for any Python from 3.8 and any FastAPI; imports nothing of ours. A guard refuses the
network, writing elsewhere, and starting programs, whether or not a sandbox is around it.
"""

# ruff: noqa: ANN401 - applications and routes are of libraries that only the host has
from __future__ import annotations

import gc
import importlib
import inspect
import io
import json
import linecache
import os
import resource
import sys
import traceback
from typing import Any, Dict, List, Tuple  # noqa: UP035

Facts = Dict[str, Any]  # noqa: UP006 - evaluated, on Python 3.8 too
Several = List[Facts]  # noqa: UP006
Place = Tuple[str, int]  # noqa: UP006

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_PROGRAMS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn")
# Events of changes: which of their arguments are paths, and which the folders (descriptors) that
# these are relative to; some Pythons give fewer arguments.
_CHANGES = {
    "os.mkdir": ((0, 2),),
    "os.remove": ((0, 1),),
    "os.rmdir": ((0, 1),),
    "os.rename": ((0, 2), (1, 3)),
    "os.link": ((1, 3),),
    "os.symlink": ((1, 2),),
    "os.chmod": ((0, 2),),
    "os.truncate": ((0, 9),),
    "shutil.rmtree": ((0, 1),),
}
_NETWORK = ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto")
_SYSTEM = ("information_schema", "pg_catalog", "sys")
_OWN_PAGES = ("openapi", "swagger_ui_html", "swagger_ui_redirect", "redoc_html")


def guard(writable: str, *, sealed: bool) -> None:
    """Refuse what an import has no business doing (sys.addaudithook; PEP 578)."""
    allowed = (os.path.realpath(writable) + os.sep, "/dev/", "/proc/self/")

    def inside(path: Any, folder: int | None = None) -> bool:
        if isinstance(path, int):
            return True
        if folder is not None and folder >= 0:
            above = os.readlink(f"/proc/self/fd/{folder}")  # noqa: PTH115 - Python 3.8
            path = above + os.sep + os.fsdecode(path)
        return (os.path.realpath(os.fsdecode(path)) + os.sep).startswith(allowed)

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = arguments
            writes = any(sign in (mode or "") for sign in "wax+") or (flags or 0) & _WRITING
            if writes and path is not None and not inside(path):
                raise PermissionError(f"refused to write {path}: imported for inspection only")
        elif event in _CHANGES and not all(
            inside(arguments[path], arguments[folder] if folder < len(arguments) else None)
            for path, folder in _CHANGES[event]
        ):
            raise PermissionError(f"refused {event}: imported for inspection only")
        elif event in _NETWORK and not (event == "socket.getaddrinfo" and _is_local(arguments)):
            raise ConnectionRefusedError("refused the network: imported for inspection only")
        elif event in _PROGRAMS and not sealed:
            raise PermissionError("refused to start a program: imported for inspection only")

    sys.addaudithook(watch)


def _is_local(arguments: tuple[Any, ...]) -> bool:
    """Tell whether a name means this machine, so that no network is asked for its address."""
    return arguments[0] in ("127.0.0.1", "::1", "localhost", None, "")


def leave_databases_alone() -> None:
    """Make `create_all` and its like do nothing: some projects call them when imported."""
    try:
        from sqlalchemy import MetaData
    except ImportError:
        return
    for name in ("create_all", "drop_all", "reflect"):
        setattr(MetaData, name, lambda *_, **__: None)


def leave_logs_alone() -> None:
    """Send logs nowhere: files that they are configured to go to may be out of reach."""
    import logging.config

    logging.FileHandler._open = lambda *_: io.StringIO()  # type: ignore[method-assign,assignment]
    for name in ("dictConfig", "fileConfig"):
        setattr(logging.config, name, lambda *_, **__: None)


def load(target: str) -> Any:
    """Import an application; a factory (a trailing `()`) is called."""
    module_name, _, attribute = target.partition(":")
    found: Any = importlib.import_module(module_name)
    for name in attribute.replace("()", "").split("."):
        found = getattr(found, name)
    return found() if attribute.endswith("()") else found


def routes_of(app: Any, prefix: str = "", depth: int = 0) -> Several:
    """Return the routes of an application and of those mounted in it."""
    found: Several = []
    if depth > 10:
        return found
    for route in _contexts(getattr(app, "routes", None) or []):
        path = getattr(route, "path", None)
        if path is None:
            continue
        inner = getattr(getattr(route, "route", route), "app", None)
        endpoint = getattr(route, "endpoint", None)
        if endpoint is None:
            found.extend(routes_of(inner, prefix + path.rstrip("/"), depth + 1))
        elif getattr(endpoint, "__name__", "") not in _OWN_PAGES or _is_own(endpoint):
            found.append(_route(route, endpoint, prefix + path))
    return found


def _contexts(routes: Any) -> Any:
    """Return the routes, those of included routers too (FastAPI 0.137 and newer nest them)."""
    try:
        from fastapi.routing import iter_route_contexts
    except ImportError:
        return routes
    return iter_route_contexts(routes)


def _is_own(endpoint: Any) -> bool:
    return not (getattr(endpoint, "__module__", "") or "").startswith("fastapi")


def _route(route: Any, endpoint: Any, path: str) -> Facts:
    methods = getattr(route, "methods", None)
    plain = type(getattr(route, "original_route", route)).__name__ == "Route"
    if methods and plain and "GET" in methods:
        methods = set(methods) - {"HEAD"}
    file, line = place_of(endpoint)
    return {
        "methods": sorted(methods) if methods else ["WEBSOCKET"],
        "path": path or "/",
        "handler": name_of(endpoint),
        "file": file,
        "line": line,
        "dependencies": list(dict.fromkeys(_dependencies(getattr(route, "dependant", None)))),
        "schemes": _schemes(getattr(route, "dependant", None)),
    }


def _dependencies(dependant: Any, depth: int = 0) -> list[str]:
    """Return the names of what a route depends on, outermost first."""
    names: list[str] = []
    for one in getattr(dependant, "dependencies", None) or ():
        if depth < 20:
            names.append(name_of(one.call))
            names.extend(_dependencies(one, depth + 1))
    return names


def _schemes(dependant: Any) -> bool:
    """Tell whether a security scheme that refuses by itself is among the dependencies."""
    for one in getattr(dependant, "dependencies", None) or ():
        if getattr(one.call, "auto_error", False) or _schemes(one):
            return True
    return False


def name_of(function: Any) -> str:
    """Return `module:qualified.name`."""
    plain = inspect.unwrap(function) if callable(function) else function
    name = getattr(plain, "__qualname__", None) or type(plain).__qualname__
    return "{}:{}".format(getattr(plain, "__module__", "") or "", name)


def place_of(thing: Any) -> Place:
    """Return the file and the line of a function's `def` or a class's `class`."""
    try:
        plain = inspect.unwrap(thing)
        plain = getattr(plain, "func", plain)
        file = inspect.getsourcefile(plain) or ""
        lines, start = inspect.getsourcelines(plain)
    except (TypeError, OSError, ValueError):
        return "", 0
    for number, line in enumerate(lines):
        if line.lstrip().startswith(("def ", "async def ", "class ")):
            return file, start + number
    return file, start


def tables() -> Several:
    """Return every table of every `MetaData` of SQLAlchemy's that is alive."""
    if "sqlalchemy" not in sys.modules:
        return []
    from sqlalchemy import MetaData
    from sqlalchemy.orm import Mapper

    alive = gc.get_objects()
    owners: dict[int, Any] = {}
    for one in alive:
        if isinstance(one, Mapper) and getattr(one, "local_table", None) is not None:
            owners.setdefault(id(one.local_table), one.class_)
    found: Facts = {}
    for one in alive:
        if isinstance(one, MetaData):
            for name, table in one.tables.items():
                if (table.schema or "").lower() not in _SYSTEM:
                    found.setdefault(name, _table(table, owners.get(id(table))))
    return list(found.values())


def _table(table: Any, owner: Any) -> Facts:
    file, line = place_of(owner) if owner is not None else ("", 0)
    return {
        "table": table.fullname,
        "name": owner.__name__ if owner is not None else table.fullname,
        "file": file,
        "line": line,
        "columns": [_column(column) for column in table.columns],
    }


def _column(column: Any) -> Facts:
    keys = [key.target_fullname for key in column.foreign_keys]
    return {
        "name": column.name,
        "type": _type(column.type),
        "nullable": bool(column.nullable),
        "primary_key": bool(column.primary_key),
        "foreign_key": keys[0] if keys else None,
        "index": bool(column.index),
        "unique": bool(column.unique),
    }


def _type(kind: Any) -> str:
    try:
        return repr(kind)
    except Exception:
        return type(kind).__name__


def failure(error: BaseException, project: str) -> Facts:
    """Return why an import failed, where in the project, and which settings it missed."""
    file, line = "", 0
    causes = [error]
    while (inner := causes[-1].__cause__ or causes[-1].__context__) and inner not in causes:
        causes.append(inner)
    for cause in causes:
        for frame in traceback.extract_tb(cause.__traceback__):
            if frame.filename.startswith(project):
                file, line = frame.filename, frame.lineno or 0
    if isinstance(error, SyntaxError) and error.filename:
        file, line = error.filename, error.lineno or 0
    shown = " because of ".join(_shown(one) for one in causes[:2])
    settings = _settings(error)
    settings.append({"name": str(error), "kind": "text", "expected": ""})
    settings.append({"name": linecache.getline(file, line), "kind": "source", "expected": ""})
    return {"error": shown, "file": file, "line": line, "settings": settings}


def _shown(error: BaseException) -> str:
    """Return the kind and the beginning of the text of an error."""
    lines = str(error).strip().splitlines()
    return "{}: {}".format(type(error).__name__, " ".join(lines[:3])[:300]).rstrip(": ")


def _settings(error: BaseException | None) -> Several:
    """Return the settings that an error is about: name, kind of fault, values allowed."""
    found: Several = []
    while error is not None and not found:
        problems = getattr(error, "errors", None)
        if callable(problems):
            for one in problems():
                where = [str(part) for part in one.get("loc", ())]
                expected = str((one.get("ctx") or {}).get("expected", ""))
                found.append(
                    {
                        "name": where[0] if where else "",
                        "kind": one.get("type", ""),
                        "expected": expected,
                    }
                )
        elif isinstance(error, KeyError) and error.args:
            found.append({"name": str(error.args[0]), "kind": "missing", "expected": ""})
        error = error.__cause__ or error.__context__
    return found


def main() -> int:
    """Do what the order says; always 0, failures are part of the answer."""
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    order = json.load(sys.stdin)
    sys.stdin = io.StringIO()
    for kind, most in (
        (resource.RLIMIT_AS, order["memory"]),
        (resource.RLIMIT_CPU, order["seconds"]),
    ):
        resource.setrlimit(kind, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.path[:0] = order["paths"]
    guard(order["writable"], sealed=order["sealed"])
    leave_databases_alone()
    leave_logs_alone()
    apps: Facts = {}
    for target in order["targets"]:
        try:
            apps[target] = {"routes": routes_of(load(target))}
        except BaseException as error:
            apps[target] = failure(error, order["project"])
    try:
        found = tables()
    except Exception as error:
        found = []
        apps["tables"] = failure(error, order["project"])
    answer.write(json.dumps({"apps": apps, "tables": found}) + "\n")
    answer.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
