"""Dump the routes and tables of a running application as JSON. Runs inside the host's Python.

Standard library only, Python 3.9 and later: `python read_projects_dump.py package.module:app`
"""

import gc
import importlib
import json
import os
import re
import sys
from collections.abc import Iterator
from typing import Any

INTERNAL = re.compile(r"(?i)^pg_catalog|information_schema|^sys\.|sa_dblink")  # of dialects


def load(target: str) -> Any:
    """Import `package.module:name`; a name ending with `()` is called."""
    module, _, name = target.partition(":")
    found = importlib.import_module(module)
    for part in name.removesuffix("()").split("."):
        found = getattr(found, part)
    return found() if name.endswith("()") else found


def routes(app: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield method and full path of every route, those of mounted applications too."""
    try:
        from fastapi.routing import iter_route_contexts
    except ImportError:
        listed = app.routes
    else:
        listed = list(iter_route_contexts(app.routes))
    for route in listed:
        yield from of_route(route, prefix)


def of_route(route: Any, prefix: str) -> Iterator[tuple[str, str]]:
    """Yield what one route (or mount) answers to; documentation pages are left out."""
    inner = getattr(route, "original_route", route)
    kind = type(inner).__name__
    path = prefix + (getattr(route, "path", None) or getattr(inner, "path", "") or "")
    if "Mount" in kind or "Host" in kind:
        mounted = getattr(inner, "app", None)
        while mounted is not None and not hasattr(mounted, "routes"):
            mounted = getattr(mounted, "app", None)
        if mounted is not None:
            yield from routes(mounted, path.rstrip("/"))
        return
    endpoint = getattr(inner, "endpoint", None)
    if getattr(endpoint, "__module__", "") in {"fastapi.applications"}:
        return
    if "WebSocket" in kind:
        yield "WEBSOCKET", path
    elif "Frontend" not in kind:
        methods = set(getattr(route, "methods", None) or getattr(inner, "methods", None) or ["GET"])
        if not kind.startswith("API") and "GET" in methods:
            methods.discard("HEAD")  # Starlette adds it to every plain route
        for method in sorted(methods):
            yield method, path or "/"


def tables() -> dict[str, list[str]]:
    """Return the columns of every table of every metadata object in memory."""
    if "sqlalchemy" not in sys.modules:
        return {}
    from sqlalchemy import MetaData

    found = {}
    for one in gc.get_objects():
        if not issubclass(type(one), MetaData):  # isinstance would wake lazy proxies
            continue
        for key, table in one.tables.items():
            if not INTERNAL.search(key):
                found[key] = sorted(column.name for column in table.columns)
    return found


def disconnect() -> None:
    """Let programs that make their tables when imported go on without a database.

    `KEEP_TABLES` in the environment is for those that do it in SQLite, and then read them.
    """
    if "KEEP_TABLES" in os.environ:
        return
    try:
        from sqlalchemy import MetaData
    except ImportError:
        return
    MetaData.create_all = MetaData.drop_all = lambda *_, **__: None


def main() -> None:
    """Print the dump of the applications named on the command line."""
    disconnect()
    answer = {"routes": [], "tables": {}, "errors": []}
    for target in sys.argv[1:]:
        answer["routes"] += [list(one) for one in routes(load(target))]
    answer["tables"] = tables()
    sys.__stdout__.write("\n@@DUMP@@" + json.dumps(answer) + "\n")
    sys.__stdout__.flush()


if __name__ == "__main__":
    main()
