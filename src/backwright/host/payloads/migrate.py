"""Drive the host's own Alembic: one order a line (JSON) on stdin, one answer a line on stdout.

    {"do": "open", "ini": PATH | null, "folder": PATH, "url": URL | null, "new_files": [PATH…],
     "modules": [NAME…]}
        -> {"heads": […], "old_heads": […], "new": […], "down_to": […]}
    {"do": "upgrade", "to": REVISION}    {"do": "downgrade", "to": REVISION}    -> {}
    {"do": "stamp", "to": REVISION}    -> {}
    {"do": "compare", "load": BOOL}  -> {"operations": [{"table": NAME, "column": NAME, "text": TEXT}…]}
    {"do": "revise", "message": TEXT, "leave_out": [TEXT…], "refers_to": [TABLE…],
     "changes": [TABLE…]}
        -> {"paths": [PATH…], "head": REVISION, "depends_on": [REVISION…]}
    {"do": "create_all", "modules": [NAME…]}  -> {"tables": N}      projects without Alembic

`compare` and `revise` are in `revise.py`, which lies beside it. An order that fails is answered by {"error": TEXT, "trace": TEXT}. Written for any Python from 3.8;
imports nothing of ours. The application is imported once for all orders.
"""

from __future__ import annotations

import gc
import importlib
import importlib.util
import json
import os
import re
import sys
import traceback
from typing import Any

revisions = importlib.import_module("revise")  # beside this file
apart: Any = importlib.import_module("apart").apart
sys.path.pop(0)  # this folder, whose modules would hide the host's of the same names
_STATE: dict[str, Any] = {}


def do_open(order: dict[str, Any]) -> dict[str, Any]:
    """Read the migration scripts, and tell those that the change brings from the others."""
    from alembic.config import Config

    ini = order["ini"]
    if ini and ini.endswith(".toml"):
        config = Config(toml_file=ini)
    else:
        config = Config(ini) if ini else Config()
    _STATE["config"] = config
    _STATE["modules"] = order.get("modules", [])
    if not config.get_main_option("script_location"):
        config.set_main_option("script_location", order["folder"].replace("%", "%%"))
    _point_at(config, order["url"])
    answer: dict[str, Any] = apart(lambda: _told_apart(config, order["new_files"]))
    return answer


def _told_apart(config: Any, files: list[str]) -> dict[str, Any]:  # noqa: ANN401
    """Tell the revisions in some files from the others."""
    from alembic.script import ScriptDirectory

    directory = ScriptDirectory.from_config(config)
    new_files = {os.path.realpath(path) for path in files}
    every = list(directory.walk_revisions())
    new = [item for item in every if os.path.realpath(item.path) in new_files]
    new_ids = {item.revision for item in new}
    old = [item for item in every if item.revision not in new_ids]
    parents = {parent for item in old for parent in _parents(item)}
    return {
        "heads": list(directory.get_heads()),
        "old_heads": [item.revision for item in old if item.revision not in parents],
        "new": [item.revision for item in new],
        "down_to": _before_the_new(new, new_ids),
    }


def _before_the_new(new: list[Any], new_ids: set[str]) -> list[str]:
    """Return the revisions to go down to so that every new one is taken back."""
    found = []
    for item in new:
        older = [parent for parent in _parents(item) if parent not in new_ids]
        if older or not _parents(item):
            found.append(older[0] if older else "base")
    return list(dict.fromkeys(found))


def _parents(revision: Any) -> tuple[str, ...]:  # noqa: ANN401
    """Return the revisions that one follows."""
    down = revision.down_revision
    if down is None:
        return ()
    return tuple(down) if isinstance(down, (tuple, list)) else (down,)


def _configured_url(config: Any) -> str:  # noqa: ANN401
    """Return the URL in the ini file, as far as it is one."""
    try:
        return config.get_main_option("sqlalchemy.url") or ""
    except Exception:  # interpolation of a variable that is not set
        return ""


def _point_at(config: Any, url: str) -> None:  # noqa: ANN401
    """Point the configuration at a database, keeping the driver that the ini file names, or none.

    An application that awaits its database may well have migrations that do not.
    """
    if not url:
        return
    configured = re.match(r"^((?:postgres\w*|sqlite)(?:\+\w+)?)://", _configured_url(config))
    if configured and configured[1].split("+")[0] == url.split(":")[0].split("+")[0]:
        url = configured[1] + url[url.index("://") :]
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))


def do_upgrade(order: dict[str, Any]) -> dict[str, Any]:
    """Go up to a revision."""
    from alembic import command

    command.upgrade(_STATE["config"], order["to"])
    return {}


def do_stamp(order: dict[str, Any]) -> dict[str, Any]:
    """Note a revision as reached, running nothing."""
    from alembic import command

    command.stamp(_STATE["config"], order["to"])
    return {}


def do_downgrade(order: dict[str, Any]) -> dict[str, Any]:
    """Go down to a revision."""
    from alembic import command

    command.downgrade(_STATE["config"], order["to"])
    return {}


def do_create_all(order: dict[str, Any]) -> dict[str, Any]:
    """Create the tables of every `MetaData` that importing modules brings into being.

    The first module must be there; the others may only be missing where the project changed.
    """
    import sqlalchemy
    from sqlalchemy.engine.url import make_url  # where it is since ever

    revisions.load(order["modules"])
    with_tables = revisions.metadata_of_the_host()
    if not with_tables:
        return {"tables": 0}
    url = make_url(_with_installed_driver(order["url"]))
    if getattr(url.get_dialect(), "is_async", False):  # SQLAlchemy 1.3 has none that are
        import asyncio

        from sqlalchemy.ext.asyncio import create_async_engine

        async def create() -> None:
            engine = create_async_engine(url)
            async with engine.begin() as connection:
                for metadata in with_tables:
                    await connection.run_sync(metadata.create_all)
            await engine.dispose()

        asyncio.run(create())
    else:
        engine = sqlalchemy.create_engine(url)
        for metadata in with_tables:
            metadata.create_all(engine)
        engine.dispose()
    return {"tables": sum(len(metadata.tables) for metadata in with_tables)}


def _with_installed_driver(url: str) -> str:
    """Name a driver that is installed, where the URL names none and means one that is not."""
    drivers = {"psycopg2": "", "psycopg": "+psycopg", "asyncpg": "+asyncpg"}
    there = [name for name in drivers if importlib.util.find_spec(name)]
    dialect, _, rest = url.partition("://")
    if dialect not in ("postgresql", "postgres") or not there:
        return url
    return f"postgresql{drivers[there[0]]}://{rest}"


def _let_go() -> None:
    """Make every engine forget its connections, so that the database can be copied.

    A project's `env.py` may use the application's own engine, which keeps them in a pool.
    """
    engine_module = sys.modules.get("sqlalchemy.engine")
    if engine_module is None:
        return
    for item in gc.get_objects():
        if issubclass(type(item), engine_module.Engine):  # a proxy might run code
            try:
                _forget(item)
            except Exception:
                traceback.print_exc()


def _forget(engine: Any) -> None:  # noqa: ANN401 - an engine of the host's SQLAlchemy
    """Make an engine forget its connections without closing them: an async pool cannot be closed here."""
    try:
        engine.dispose(close=False)
    except TypeError:  # before SQLAlchemy 1.4.33
        engine.pool = engine.pool.recreate()


ORDERS = {
    "open": do_open,
    "upgrade": do_upgrade,
    "downgrade": do_downgrade,
    "stamp": do_stamp,
    "compare": lambda order: revisions.compare(_STATE["config"], {**_STATE, **order}),
    "revise": lambda order: revisions.write(_STATE["config"], {**_STATE, **order}),
    "create_all": do_create_all,
}


def main() -> None:
    """Answer orders until stdin ends."""
    protocol = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        order = json.loads(line)
        try:
            answer = ORDERS[order["do"]](order)
            _let_go()
        except BaseException as error:  # a migration may raise anything, SystemExit too
            text = f"{type(error).__name__}: {error}"
            answer = {"error": text, "trace": traceback.format_exc()}
        protocol.write(json.dumps(answer) + "\n")
        protocol.flush()


if __name__ == "__main__":
    main()
