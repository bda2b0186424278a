"""Leads the connections of a program of the host to the throw-away database, whatever they name.

A project may write its database's URL into its code, or read it from somewhere that was not
overridden. What `BACKWRIGHT_REDIRECT` says (JSON) is where such connections go instead:

    {"postgresql": {"host", "port", "user", "password", "database", "companion", "psql"},
     "sqlite": {PATH: PATH}, "redis": {"host", "port"}}

Written for any Python from 3.8; imports nothing of ours.
"""

# ruff: noqa: ANN401 - what drivers take is theirs
from __future__ import annotations

import importlib
import json
import os
from typing import Any

_ORDER: dict[str, Any] = json.loads(os.environ.get("BACKWRIGHT_REDIRECT") or "{}")
_POSTGRES: dict[str, Any] | None = _ORDER.get("postgresql")
_SQLITE: dict[str, str] = _ORDER.get("sqlite", {})
_REDIS: dict[str, Any] | None = _ORDER.get("redis")
_MAINTENANCE = ("postgres", "template0", "template1", "")
_WHERE = ("host", "hostaddr", "port", "user", "username", "password", "passfile", "service")
_WORDS_OF_SERVERS = ("channel_binding", "gssencmode", "target_session_attrs", "requirepeer")
_EPHEMERAL = 20_000  # from here on, ports are taken as they come
_existing: set[str] = set()


def has_postgres() -> bool:
    """Tell whether connections to other PostgreSQL servers are led to ours."""
    return _POSTGRES is not None


def postgres_options(options: dict[str, Any], key: str) -> dict[str, Any]:
    """Return a driver's options with our server in place of whatever they name.

    Args:
        options: What the driver was given, by keyword.
        key: The keyword that the driver has for the database (`dbname` or `database`).
    """
    ours = _POSTGRES or {}
    name = options.get("dbname") or options.get("database")
    kept = {
        word: value
        for word, value in options.items()
        if word not in (*_WHERE, "dbname", "database", *_WORDS_OF_SERVERS)
        and not word.startswith("ssl")
    }
    login = {word: ours[word] for word in ("host", "port", "user", "password")}
    return {**kept, **login, key: database_for(str(name or ""))}


def is_unknown_account(told: dict[str, Any]) -> bool:
    """Tell whether an account is named that our server does not know: `postgresql://me:secret@localhost/app`.

    Without a port, `PGPORT` leads there, where only our own can sign in. Who names the port knows
    our server, and may have made an account of its own.
    """
    ours = _POSTGRES or {}
    user, password = told.get("user") or told.get("username"), told.get("password")
    if told.get("port") or not (user or password):
        return False
    if os.environ.get("PGPORT") != str(ours.get("port")):
        return False  # it does not lead to ours
    known = (str(ours["user"]), str(ours["password"]))
    return (str(user or known[0]), str(password or known[1])) != known


def database_for(name: str) -> str:
    """Return the database that stands for one of a name.

    One that the program itself has created goes by its own name; one for tests is the companion
    of the main one, which stands for all others.
    """
    ours = _POSTGRES or {}
    main = str(ours["database"])
    if name in (main, *_MAINTENANCE):
        return main
    if _exists(name):
        return name
    return str(ours["companion"]) if "test" in name.lower() else main


def _exists(name: str) -> bool:
    """Ask our server whether it has a database of this name."""
    ours = _POSTGRES or {}
    if name in _existing:
        return True
    import subprocess  # seldom needed, and slow to load

    name_in_sql = name.replace("'", "''")
    asked = f"SELECT count(*) FROM pg_database WHERE datname = '{name_in_sql}'"  # noqa: S608
    where = ["-h", ours["host"], "-p", str(ours["port"]), "-U", ours["user"], "-d", "postgres"]
    done = subprocess.run(
        [ours["psql"], "-XqtA", *where, "-c", asked],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PATH": os.defpath, "PGPASSWORD": ours["password"]},
        check=False,
    )
    if done.stdout.strip() == b"1":
        _existing.add(name)
        return True
    return False


def named_in(dsn: str | None) -> dict[str, Any]:
    """Return what a URL for asyncpg names: host, port, database, account."""
    from urllib.parse import unquote, urlsplit

    if not dsn or "://" not in dsn:
        return {}
    parts = urlsplit(dsn)
    found: dict[str, Any] = {"database": unquote(parts.path.lstrip("/"))}
    hosts = parts.netloc.rpartition("@")[2]
    if hosts and not hosts.startswith("["):
        found["host"], _, port = hosts.partition(",")[0].partition(":")
        found.update({"port": port} if port else {})
    account = {"user": parts.username, "password": parts.password}
    return {**found, **{word: unquote(value) for word, value in account.items() if value}}


def sqlite_file(name: str) -> str:
    """Return the file that stands for an SQLite file, itself for most."""
    if not name or name == ":memory:" or name.startswith("file:"):
        return name
    return _SQLITE.get(os.path.realpath(name), name)


def watch_redis() -> None:
    """Lead every connection of redis-py to our server, without a password."""
    for name in ("redis.connection", "redis.asyncio.connection"):  # the latter from 4.2
        try:
            _lead(importlib.import_module(name))
        except ImportError:
            continue


def watch_aioredis() -> None:
    """Lead every connection of aioredis 2, which is of redis-py's shape, to our server."""
    try:
        _lead(importlib.import_module("aioredis.connection"))
    except ImportError:
        return


def _lead(module: Any) -> None:
    """Change where the connections of a module of redis-py's shape go."""
    ours = _REDIS
    kind = getattr(module, "Connection", None)
    if ours is None or kind is None:
        return
    start = kind.__init__

    def led(self: Any, *arguments: Any, **options: Any) -> None:
        for place, word in enumerate(("host", "port", "db", "password")):
            if place < len(arguments):
                options[word] = arguments[place]
        if _is_of_a_test(options.get("host"), options.get("port")):
            start(self, **options)
            return
        unwanted = ("host", "port", "username", "password", "credential_provider")
        kept = {word: value for word, value in options.items() if word not in unwanted}
        start(self, host=ours["host"], port=ours["port"], **kept)

    kind.__init__ = led


def _is_of_a_test(host: Any, port: Any) -> bool:
    """Tell whether a Redis is one that the host's own tests start, or know to be absent."""
    number = int(port or 6379)
    return host in ("127.0.0.1", "localhost", "::1") and (number < 1024 or number >= _EPHEMERAL)
