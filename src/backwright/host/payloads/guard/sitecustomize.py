"""Keeps a program of the host away from every database but the throw-away one.

Python imports `sitecustomize` at start (site module). A project may read its database's URL from
anywhere; whatever it reads, a connection through SQLAlchemy, or through Python's own sockets to a
usual database port, goes only where `BACKWRIGHT_DATABASES` allows: `host:port` pairs and folders
for SQLite files, separated by line breaks. Where `BACKWRIGHT_REDIRECT` names a server, connections
to others of its kind are led there (`_backwright_redirect`); the rest is refused.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Callable
from typing import Any, ClassVar

redirect: Any = importlib.import_module("_backwright_redirect")  # beside this file

_ALLOWED = [entry for entry in os.environ.get("BACKWRIGHT_DATABASES", "").split("\n") if entry]
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_DATABASE_PORTS = (1433, 1521, 3306, 5432, 5433, 6432, 26257, 27017)
_FIRST_UNPRIVILEGED = 1024


class DatabaseRefusedError(RuntimeError):
    """The program tried to reach a database that is not the throw-away one."""


def _refuse(where: str) -> None:
    """Stop a connection, and say it where a program that hides errors cannot hide it."""
    message = (
        f"refused a connection to {where}: it is not the throw-away database of this check. "
        "The project reads its URL from somewhere that was not overridden."
    )
    sys.stderr.write(f"backwright: {message}\n")
    raise DatabaseRefusedError(message)


def _is_allowed_server(host: str, port: int) -> bool:
    """Tell whether a server may be reached; a socket's folder counts as a host."""
    if host.startswith("/"):
        return host in _ALLOWED
    names = _LOOPBACK if host in _LOOPBACK else (host,)
    return any(f"{name}:{port}" in _ALLOWED for name in names)


def _is_allowed_file(name: str) -> bool:
    """Tell whether an SQLite file may be opened."""
    if name in ("", ":memory:") or "mode=memory" in name or name.startswith("file::memory:"):
        return True
    path = name[5:].partition("?")[0] if name.startswith("file:") else name
    real = os.path.realpath(path)
    return any(real.startswith(folder.rstrip("/") + "/") for folder in _ALLOWED)


def _check_connection(dialect: Any, record: Any, arguments: Any, options: Any) -> None:  # noqa: ANN401, ARG001
    """Look at where SQLAlchemy is about to connect to (event `do_connect`), and change it."""
    if dialect.name == "sqlite":
        name = redirect.sqlite_file(str(arguments[0] if arguments else options.get("database", "")))
        if not _is_allowed_file(name):
            _refuse(name)
        if arguments:
            arguments[0] = name
        return
    if dialect.name == "postgresql" and redirect.has_postgres():
        if _leads_elsewhere(options):
            key = "dbname" if "dbname" in options or "psycopg" in dialect.driver else "database"
            changed = redirect.postgres_options(
                options, "database" if "database" in options else key
            )
            options.clear()
            options.update(changed)
        return
    default = {"postgresql": 5432, "mysql": 3306, "mariadb": 3306, "mssql": 1433, "oracle": 1521}
    _check_servers(
        dialect.name, options.get("host"), options.get("port"), default.get(dialect.name, 0)
    )


def _leads_elsewhere(told: dict[str, Any]) -> bool:
    """Tell whether options for PostgreSQL name a server that is not the throw-away one.

    None is at a privileged port: who names one wants to see what happens without a database.
    """
    if told.get("service") or redirect.is_unknown_account(told):
        return True
    host = told.get("hostaddr") or told.get("host") or os.environ.get("PGHOST") or "localhost"
    port = told.get("port") or os.environ.get("PGPORT") or 5432
    return any(
        number >= _FIRST_UNPRIVILEGED and not _is_allowed_server(name, number)
        for name, number in _servers(host, port)
    )


def _servers(host: Any, port: Any) -> list[tuple[str, int]]:  # noqa: ANN401
    """Return one or several servers: names and ports may be lists, or separated by commas."""
    hosts = list(host) if isinstance(host, (list, tuple)) else str(host).split(",")
    ports = list(port) if isinstance(port, (list, tuple)) else str(port).split(",")
    return [
        (str(name), int(ports[place] if place < len(ports) else ports[-1]))
        for place, name in enumerate(hosts)
    ]


def _check_servers(kind: str, host: Any, port: Any, default: int) -> None:  # noqa: ANN401
    """Look at one or several servers."""
    for name, number in _servers(host or "localhost", port or default):
        if not _is_allowed_server(name, number):
            _refuse(f"{kind} at {name}:{number}")


def _check_libpq(words: str, options: Any, parse: Any) -> None:  # noqa: ANN401
    """Look at where libpq is about to connect to: words, options, its environment variables."""
    told = {**(parse(words) if words else {}), **{k: v for k, v in options.items() if v}}
    if told.get("service") or os.environ.get("PGSERVICE"):
        _refuse("a service of pg_service.conf")
    host = told.get("hostaddr") or told.get("host") or os.environ.get("PGHOST")
    _check_servers("postgresql", host, told.get("port") or os.environ.get("PGPORT"), 5432)


def _watch_psycopg2() -> None:
    """Look at every connection that psycopg2 makes."""
    psycopg2: Any = importlib.import_module("psycopg2")
    parse_dsn = importlib.import_module("psycopg2.extensions").parse_dsn
    connect = psycopg2.connect

    def checked(dsn: Any = None, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401
        if redirect.has_postgres():
            told = {**(parse_dsn(dsn) if dsn else {}), **options}
            if _leads_elsewhere(told):
                return connect(None, *arguments, **redirect.postgres_options(told, "dbname"))
            return connect(dsn, *arguments, **options)
        kept = ("host", "hostaddr", "port", "service")
        _check_libpq(dsn or "", {k: v for k, v in options.items() if k in kept}, parse_dsn)
        return connect(dsn, *arguments, **options)

    psycopg2.connect = checked


def _watch_psycopg() -> None:
    """Look at every connection that psycopg makes, synchronous or not."""
    psycopg: Any = importlib.import_module("psycopg")
    conninfo_to_dict = importlib.import_module("psycopg.conninfo").conninfo_to_dict

    def watch(kind: Any) -> None:  # noqa: ANN401
        connect = kind.connect.__func__

        def checked(cls: Any, /, conninfo: str = "", **options: Any) -> Any:  # noqa: ANN401
            if redirect.has_postgres():
                told = {**(conninfo_to_dict(conninfo) if conninfo else {}), **options}
                if _leads_elsewhere(told):
                    return connect(cls, "", **redirect.postgres_options(told, "dbname"))
                return connect(cls, conninfo, **options)
            _check_libpq(conninfo, options, conninfo_to_dict)
            return connect(cls, conninfo, **options)

        kind.connect = classmethod(checked)

    watch(psycopg.Connection)
    watch(psycopg.AsyncConnection)
    psycopg.connect = psycopg.Connection.connect


def _watch_asyncpg() -> None:
    """Lead every connection of asyncpg and of its pools to the throw-away server."""
    utils: Any = importlib.import_module("asyncpg.connect_utils")
    parse = getattr(utils, "_parse_connect_arguments", None)
    if parse is None or not redirect.has_postgres():
        return  # what is refused is seen at the socket

    def changed(**options: Any) -> Any:  # noqa: ANN401
        words = ("host", "port", "database", "user", "password")
        given = {word: options.get(word) for word in words}
        told = {**redirect.named_in(options.get("dsn")), **{k: v for k, v in given.items() if v}}
        if _leads_elsewhere(told):
            ours = redirect.postgres_options(told, "database")
            options.update({**ours, "dsn": None, "passfile": None, "ssl": False})
        return parse(**options)

    utils._parse_connect_arguments = changed


def _watch_sqlalchemy() -> None:
    """Listen to every engine that will be made."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    event.listen(Engine, "do_connect", _check_connection)


def _watch_sockets(name: str, arguments: tuple[Any, ...]) -> None:
    """Look at connections of drivers that are written in Python (audit event)."""
    if name != "socket.connect":
        return
    address = arguments[1]
    if not isinstance(address, tuple) or address[1] not in _DATABASE_PORTS:
        return
    if not _is_allowed_server(str(address[0]), address[1]):
        _refuse(f"{address[0]}:{address[1]}")


class _Finder:
    """Finds a module as usual, and watches what it does once it is imported."""

    watchers: ClassVar[dict[str, Callable[[], None]]] = {
        "sqlalchemy": _watch_sqlalchemy,
        "psycopg": _watch_psycopg,
        "psycopg2": _watch_psycopg2,
        "asyncpg": _watch_asyncpg,
        "redis": redirect.watch_redis,
        "aioredis": redirect.watch_aioredis,
    }

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:  # noqa: ANN401, ARG002
        """Return the ordinary spec of a watched module, with our step after its execution."""
        watch = self.watchers.pop(name, None)
        if watch is None:
            return None
        spec = importlib.util.find_spec(name)
        if spec is None or not isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            return spec
        execute = spec.loader.exec_module

        def exec_module(module: Any) -> None:  # noqa: ANN401
            execute(module)
            watch()

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def _run_the_next() -> None:
    """Run the `sitecustomize` that this one hides, if there is one further down the path."""
    here = os.path.realpath(os.path.dirname(__file__))  # noqa: PTH120 - no pathlib at start
    path = [entry for entry in sys.path if os.path.realpath(entry or ".") != here]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", path)
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


if "BACKWRIGHT_DATABASES" in os.environ:
    sys.meta_path.insert(0, _Finder())
    sys.addaudithook(_watch_sockets)
_run_the_next()
