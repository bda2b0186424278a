"""Dump what a running application holds as JSON. Runs inside the host's Python.

Routes with their bodies and dependencies, tables with their columns (those of the migrations'
environment too, which is run without a database), mapped relationships. Each route comes with
the lines of the project that made it, each table with the place of its class.

Standard library only, Python 3.9 and later: `python read_projects_dump.py package.module:app`
"""

import gc
import importlib
import inspect
import json
import os
import re
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOREIGN = re.compile(r"(^|/)(\.?venv|site-packages|node_modules|tests?|\.[^/]+)/")
MADE = "_made_by_lines"
INTERNAL = re.compile(r"(?i)^pg_catalog|information_schema|^sys\.|sa_dblink")  # of dialects


def load(target: str) -> Any:
    """Import `package.module:name`; a name ending with `()` is called."""
    module, _, name = target.partition(":")
    found = importlib.import_module(module)
    for part in name.removesuffix("()").split("."):
        found = getattr(found, part)
    return found() if name.endswith("()") else found


def watch_routes() -> None:
    """Let each route and mount keep the lines of the project that are on the stack as it is made."""
    from starlette import routing

    kinds = [routing.Route, routing.WebSocketRoute, routing.Mount]
    try:
        from fastapi import routing as ours
    except ImportError:
        pass
    else:
        kinds += [ours.APIRoute, ours.APIWebSocketRoute]
    for kind in kinds:
        kind.__init__ = watched(kind.__init__)


def watched(initialize: Any) -> Any:
    """Wrap a constructor so that the made object knows who asked for it."""

    def wrapper(self: Any, *args: Any, **kwargs: Any) -> None:
        initialize(self, *args, **kwargs)
        if not hasattr(self, MADE):
            setattr(self, MADE, own_lines())

    return wrapper


def own_lines() -> list[list[Any]]:
    """Return the places of the project on the stack, as file and line."""
    here = Path.cwd()
    return [
        [str(Path(one.filename).resolve().relative_to(here)), one.lineno]
        for one in traceback.extract_stack()
        if Path(one.filename).resolve().is_relative_to(here)
    ]


def routes(app: Any, prefix: str = "") -> Iterator[tuple[str, str, Any]]:
    """Yield method, full path and route of everything, of mounted applications too."""
    try:
        from fastapi.routing import iter_route_contexts
    except ImportError:
        listed = app.routes
    else:
        listed = list(iter_route_contexts(app.routes))
    for route in listed:
        yield from of_route(route, prefix)


def of_route(route: Any, prefix: str) -> Iterator[tuple[str, str, Any]]:
    """Yield what one route (or mount) answers to; documentation pages are left out."""
    inner = getattr(route, "original_route", route)
    kind = type(inner).__name__
    path = prefix + (getattr(route, "path", None) or getattr(inner, "path", "") or "")
    if "Mount" in kind or "Host" in kind:
        mounted = getattr(inner, "app", None)
        while mounted is not None and not hasattr(mounted, "routes"):
            mounted = getattr(mounted, "app", None)
        if mounted is not None:
            for method, full, one in routes(mounted, path.rstrip("/")):
                LINES[f"{method} {full}"] = [*lines(one, f"{method} {full}"), *lines(inner)]
                yield method, full, one
        return
    endpoint = getattr(inner, "endpoint", None)
    if getattr(endpoint, "__module__", "") in {"fastapi.applications"}:
        return
    if "WebSocket" in kind:
        yield "WEBSOCKET", path, route
    elif "Frontend" not in kind:
        methods = set(getattr(route, "methods", None) or getattr(inner, "methods", None) or ["GET"])
        if not kind.startswith("API") and "GET" in methods:
            methods.discard("HEAD")  # Starlette adds it to every plain route
        for method in sorted(methods):
            yield method, path or "/", route


LINES: dict[str, list[list[Any]]] = {}


def lines(route: Any, key: str = "") -> list[list[Any]]:
    """Return the lines of the project that made a route, and what it is mounted in."""
    if key in LINES:
        return LINES[key]
    return getattr(getattr(route, "original_route", route), MADE, [])


def shown(kind: Any) -> str:
    """Write a type as it is written in source."""
    return kind.__name__ if isinstance(kind, type) and not _parts(kind) else str(kind)


def _parts(kind: Any) -> Any:
    return getattr(kind, "__args__", None)


def bodies(route: Any) -> dict[str, Any]:
    """Return the types of a route's request and response, and what it depends on."""
    dependant = getattr(route, "dependant", None)
    kinds = [_annotation(one) for one in getattr(dependant, "body_params", None) or ()]
    return {
        "request": [shown(kind) for kind in kinds if kind is not None],
        "response": shown(route.response_model)
        if getattr(route, "response_model", None) is not None
        else None,
        "dependencies": sorted(set(depends(dependant))),
    }


def _annotation(field: Any) -> Any:
    info = getattr(field, "field_info", None)
    return getattr(info, "annotation", None) or getattr(field, "outer_type_", None)


def depends(dependant: Any) -> Iterator[str]:
    """Yield the names of the functions and classes that a route depends on."""
    for one in getattr(dependant, "dependencies", None) or ():
        call = inspect.unwrap(one.call) if callable(one.call) else one.call
        name = getattr(call, "__qualname__", None)
        if name:
            yield f"{call.__module__}:{name}"
        yield from depends(one)


def metadata() -> dict[str, Any]:
    """Return every table of every metadata object in memory, by its full name."""
    if "sqlalchemy" not in sys.modules:
        return {}
    from sqlalchemy import MetaData

    found = {}
    mapped = table_places()
    for one in gc.get_objects():
        if issubclass(type(one), MetaData):  # isinstance would wake lazy proxies
            if set(one.tables) == {"alembic_version"} and "alembic_version" not in mapped:
                continue  # Alembic's own
            found.update({key: t for key, t in one.tables.items() if not INTERNAL.search(key)})
    return found


def run_migrations() -> None:
    """Run each environment of Alembic as for printing SQL, so that what it imports is there."""
    try:
        from alembic.config import Config
        from alembic.runtime.environment import EnvironmentContext
        from alembic.script import ScriptDirectory
    except ImportError:
        return
    for file in sorted(Path().rglob("env.py")):
        if FOREIGN.search(str(file)) or "target_metadata" not in file.read_text(errors="replace"):
            continue
        config = Config(next((str(one) for one in file.parents[1].glob("alembic.ini")), None))
        config.set_main_option("script_location", str(file.parent))
        script = ScriptDirectory(str(file.parent))
        try:
            with EnvironmentContext(config, script, fn=lambda *_: [], as_sql=True):
                script.run_env()
        except BaseException as error:  # what it has imported until then is there all the same
            print(f"{file}: {type(error).__name__}: {error}", file=sys.stderr)


def table_places() -> dict[str, list[Any]]:
    """Return file and line of each table's class, where it is one of the project."""
    if "sqlalchemy" not in sys.modules:
        return {}
    from sqlalchemy.orm import Mapper

    found = {}
    for one in gc.get_objects():
        if issubclass(type(one), Mapper) and getattr(one.local_table, "key", None):
            try:
                file, line = (
                    inspect.getsourcefile(one.class_),
                    inspect.getsourcelines(one.class_)[1],
                )
            except (OSError, TypeError):
                continue
            found[one.local_table.key] = [os.path.relpath(file or ""), line]
    return found


def column(one: Any) -> dict[str, Any]:
    """Return what a column says of itself; an index or constraint of it alone counts."""
    table = one.table
    alone = [index for index in table.indexes if [c.name for c in index.columns] == [one.name]]
    unique = [
        constraint
        for constraint in table.constraints
        if type(constraint).__name__ == "UniqueConstraint"
        and [c.name for c in constraint.columns] == [one.name]
    ]
    keys = sorted(key.target_fullname for key in one.foreign_keys)
    return {
        "nullable": bool(one.nullable),
        "primary_key": bool(one.primary_key),
        "foreign_key": keys or [None],
        "index": bool(one.index) or any(not index.unique or partial(index) for index in alone),
        "unique": bool(one.unique)
        or bool(unique)
        or any(index.unique and not partial(index) for index in alone),
    }


def partial(index: Any) -> bool:
    """Tell whether an index is of some rows only."""
    return any(
        key.endswith("where") and kind is not None for key, kind in index.dialect_kwargs.items()
    )


def relationships() -> list[list[Any]]:
    """Return class, name, target, kind and link table of every mapped relationship."""
    if "sqlalchemy" not in sys.modules:
        return []
    from sqlalchemy.orm import Mapper, configure_mappers

    try:
        configure_mappers()
    except Exception as error:  # half a model is imported: what is configured still counts
        return [["", f"cannot be configured: {error}"[:200], "", "", ""]]
    mappers = [one for one in gc.get_objects() if issubclass(type(one), Mapper)]
    return [
        [mapper.class_.__name__, one.key, one.mapper.class_.__name__, kind(one), secondary(one)]
        for mapper in mappers
        for one in mapper.relationships
        if one.parent is mapper
    ]


def more_relationships() -> list[list[Any]]:
    """Return the relationships after the migrations were run, which may import models twice."""
    try:
        return relationships()
    except RecursionError:  # SQLAlchemy's, of a mapper that was replaced
        return []


def secondary(one: Any) -> Any:
    """Return the full name of a relationship's link table."""
    return one.secondary.fullname if one.secondary is not None else None


def kind(one: Any) -> str:
    """Return a relationship's kind in the words of the contract."""
    direction = one.direction.name
    if direction == "MANYTOMANY":
        return "many-to-many"
    if direction == "ONETOMANY":
        return "one-to-many" if one.uselist else "one-to-one"
    single = any(not back.uselist for back in one._reverse_property)
    unique = all(column(local)["unique"] for local, _ in one.local_remote_pairs)
    return "one-to-one" if single or unique else "many-to-one"


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
    watch_routes()
    found = [one for target in sys.argv[1:] for one in routes(load(target))]
    related = relationships()
    run_migrations()
    related += [one for one in more_relationships() if one not in related]
    answer = {
        "routes": [[method, path] for method, path, _ in found],
        "lines": {
            f"{method} {path}": lines(route, f"{method} {path}") for method, path, route in found
        },
        "table_places": table_places(),
        "bodies": {f"{method} {path}": bodies(route) for method, path, route in reversed(found)},
        "tables": {
            key: {one.name: column(one) for one in table.columns}
            for key, table in metadata().items()
        },
        "relationships": related,
    }
    sys.__stdout__.write("\n@@DUMP@@" + json.dumps(answer) + "\n")
    sys.__stdout__.flush()


if __name__ == "__main__":
    main()
