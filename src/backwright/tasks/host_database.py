"""What a host's database is, and how the host is told of it.

Connections to another PostgreSQL, or to a file that the code names, are led to the throw-away one
by the guard, so it is enough to give the variables that must have a value, and whole URLs.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from backwright.errors import UsageError
from backwright.host.making import needs_of
from backwright.host.requirements import read_text
from backwright.project.types import DatabaseVariable, Project, Setting
from backwright.tasks.host_values import own_values

Engine = Literal["postgresql", "sqlite", "mysql", "other", "none"]

POSTGRES = "postgresql://{netloc}/{database}"
SQLITE = "sqlite:///{file}"
_URL_NAME = re.compile(
    r"(?i)(database|db|sql\w*|postgres\w*|pg|async|sync)_{0,2}(ur[il]|dsn)|^dsn$"
)
_URL = re.compile(r"(?P<scheme>(?:postgres\w*|sqlite|mysql|mariadb|mssql|oracle)(?:\+\w+)?)://")
_LITERAL = re.compile(
    rb"[\"'](sqlite(?:\+\w+)?:///[^\"'{]+|(?:postgres|mysql)\w*(?:\+\w+)?://[^\"']+)[\"']"
)
_READ = re.compile(r"(?:getenv|environ(?:\.get)?|config|env)\s*[(\[]\s*[\"'](\w+)[\"']")
_DRIVERS = (
    ("psycopg2-binary", "postgresql"),
    ("psycopg2", "postgresql"),
    ("psycopg", "postgresql+psycopg"),
    ("psycopg-binary", "postgresql+psycopg"),
    ("pg8000", "postgresql+pg8000"),
    ("asyncpg", "postgresql+asyncpg"),
    ("pymysql", "mysql+pymysql"),
    ("mysqlclient", "mysql"),
    ("aiomysql", "mysql+aiomysql"),
)
_ASYNC_DRIVERS = (
    ("asyncpg", "postgresql+asyncpg"),
    ("psycopg", "postgresql+psycopg"),
    ("psycopg-binary", "postgresql+psycopg"),
    ("aiomysql", "mysql+aiomysql"),
    ("asyncmy", "mysql+asyncmy"),
    ("aiosqlite", "sqlite+aiosqlite"),
)
_INSTALLED = {
    "postgresql+asyncpg": "asyncpg",
    "postgresql+psycopg": "psycopg[binary]",
    "postgresql+psycopg2": "psycopg2-binary",
    "postgresql+pg8000": "pg8000",
    "sqlite+aiosqlite": "aiosqlite",
}
_KINDS = (
    *("postgres", "sqlite", "mysql", "mongo", "redis", "mssql", "oracle"),
    *("rabbit", "amqp", "kafka", "smtp", "mail", "celery", "elastic", "minio"),
)
_PARTS = {
    "user": "{user}",
    "password": "{password}",
    "host": "{host}",
    "port": "{port}",
    "database": "{database}",
}


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """A host's database.

    Attributes:
        engine: Its kind; `none` where the project has no tables.
        driver: The scheme of its URL.
        variables: Templates of the variables that give the host its database.
        files: The SQLite files that the code names, relative to where the host is run.
    """

    engine: Engine
    driver: str = "postgresql"
    variables: Mapping[str, str] = field(default_factory=dict)
    files: tuple[str, ...] = ()


def database_facts(project: Project, run_folder: str) -> DatabaseFacts:
    """Return what the database of a project is, from its engine, its settings and its files."""
    urls = tuple(_urls(project, run_folder))
    driver = _driver(project, urls, run_folder)
    engine = _engine(driver, project)
    files = tuple(dict.fromkeys(path for url in urls if (path := _sqlite_path(url))))
    needed = _needed(project, run_folder)
    variables = MappingProxyType(dict(_variables(project, driver, needed)))
    if engine == "sqlite" and not files and not variables:  # such as for its tests alone
        driver = _installed(project, run_folder) or driver
        engine = _engine(driver, project)
    return DatabaseFacts(engine, driver, variables, files if engine == "sqlite" else ())


def driver_of(scheme: str, engine: Engine) -> tuple[str, ...]:
    """Return what must be installed for a URL of a scheme that names its driver.

    SQLAlchemy 2.1 does not bring greenlet by itself any more, without which nothing is awaited.
    """
    if engine == "none" or scheme not in _INSTALLED:
        return ()
    is_awaited = scheme.rpartition("+")[2] in ("asyncpg", "aiosqlite")
    return (_INSTALLED[scheme], *(["greenlet"] if is_awaited else []))


def _engine(driver: str, project: Project) -> Engine:
    kind = driver.partition("+")[0]
    if kind.startswith("postgres"):
        return "postgresql" if project.models or project.database or project.migrations else "none"
    if kind in ("mysql", "mariadb"):
        return "mysql"
    if kind == "sqlite" and not (project.models or project.database):
        return "none"
    return "sqlite" if kind == "sqlite" else "other"


def _urls(project: Project, run_folder: str) -> Iterator[str]:
    """Yield the database URLs that the project states, the most telling first."""
    yield from _told(project)
    if project.database and project.database.driver:
        yield f"{project.database.driver}://"
    yield from _literals(project, run_folder)


def _told(project: Project) -> Iterator[str]:
    """Yield the URLs that the project runs with: of its engine, and what its settings hold."""
    database = project.database
    if database and database.url and "://" in database.url:
        yield database.url
    values = own_values(project.root)
    for setting in project.settings:
        if any(_URL_NAME.search(name) for name in (setting.name, *setting.variables)):
            told = next((values[name] for name in setting.variables if name in values), None)
            yield from (url for url in (told, setting.default) if url and _URL.match(url))


def _literals(project: Project, run_folder: str) -> Iterator[str]:
    """Yield the URLs that are written in the code and in Alembic's configuration."""
    folder = project.root / run_folder
    skipped = {"node_modules", ".venv", "venv", "site-packages"}
    for path in sorted(folder.rglob("*.py"), key=lambda path: (len(path.parts), str(path))):
        parts = path.relative_to(folder).parts
        if skipped & set(parts) or any("test" in part for part in parts):
            continue
        for found in _LITERAL.findall(path.read_bytes()):
            yield found.decode("utf-8", "replace")
    for ini in sorted(folder.glob("*.ini")):
        found = re.search(r"^sqlalchemy\.url\s*=\s*(\S+)", _text(ini), re.MULTILINE)
        if found and not found[1].startswith("driver:"):
            yield found[1]


def _text(path: Path) -> str:
    try:
        return read_text(path)
    except (OSError, UnicodeError):
        return ""


def _driver(project: Project, urls: tuple[str, ...], run_folder: str) -> str:
    """Return the scheme of the URL: the first that is stated, else of the driver it installs."""
    stated = next((found["scheme"] for url in urls if (found := _URL.match(url))), "")
    is_async = _is_async(project)
    # What a setting holds is what the project's own people run with, also where it names no driver:
    # their code gives it one, or hands it to a driver as it is.
    is_told = any(
        (found := _URL.match(url)) and found["scheme"] == stated for url in _told(project)
    )
    if stated and (is_told or not (is_async and stated in ("postgres", "postgresql"))):
        return _known(stated)
    return _installed(project, run_folder) or ("postgresql+asyncpg" if is_async else "sqlite")


def _known(scheme: str) -> str:
    """Return a scheme that SQLAlchemy takes: `postgres+asyncpg` never was one, `postgres` may be mended."""
    return scheme.replace("postgres+", "postgresql+")


def _installed(project: Project, run_folder: str) -> str:
    """Return the scheme of the driver that the project's requirements name; nothing if none."""
    needed = _needed(project, run_folder)
    return _first(_ASYNC_DRIVERS if _is_async(project) else _DRIVERS, needed)


def _needed(project: Project, run_folder: str) -> tuple[str, ...]:
    with contextlib.suppress(UsageError):
        return needs_of(project.root, run_folder).needed
    return ()


def _first(drivers: Sequence[tuple[str, str]], needed: Sequence[str]) -> str:
    """Return the scheme of the first driver that is among the requirements; nothing if none is."""
    text = "\n".join(needed).lower()
    for name, scheme in drivers:
        if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text):
            return scheme
    return ""


def _is_async(project: Project) -> bool:
    if project.database is not None and project.database.is_async:
        return True
    return any(one.name == "session" and one.value == "async" for one in project.conventions)


def _sqlite_path(url: str) -> str | None:
    """Return the file of an SQLite URL; None for one in memory."""
    found = re.match(r"sqlite(?:\+\w+)?:///(?!/*:memory:)([^?]+)", url)
    return found[1] if found else None


def _variables(project: Project, driver: str, needed: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each variable to set, with its template."""
    database, own = project.database, own_values(project.root)
    known = {one.name: one for one in (database.variables if database else ())}
    if len(known) == 1 and database is not None and database.driver is None:
        (only,) = known.values()  # one that gives everything is a URL, whatever it is called
        known = {only.name: DatabaseVariable(only.name, "url", only.default)}
    if any(one.part == "host" for one in known.values()):  # then nothing else is a whole URL
        known = {name: _piece(one) for name, one in known.items()}
    for setting in project.settings:
        for name in setting.variables[:1]:
            if name in known or not _is_url(setting):
                continue
            if not setting.required and not _URL.match(own.get(name) or setting.default or ""):
                continue
            known[name] = DatabaseVariable(name, "url", setting.default)
    for name in _read_by_tests(project):
        known.setdefault(name, DatabaseVariable(name, "url", None))
    for one in known.values():
        stated = own.get(one.name) or one.default
        template = _template(one, stated, _named_driver(one.name, driver, needed))
        if template is not None:
            yield one.name, template


def _named_driver(name: str, driver: str, needed: Sequence[str]) -> str:
    """Return the driver that a variable asks for by its name: `DATABASE_URL_SYNC` one that waits.

    A project with both awaits its database in the application, and not in its migrations.
    """
    words = name.lower().split("_")
    is_awaited = driver in dict(_ASYNC_DRIVERS).values()
    if "sync" in words and is_awaited:
        plain = [one for one in _DRIVERS if one[0] not in ("asyncpg", "aiomysql")]
        return _first(plain, needed) or driver
    if "async" in words and not is_awaited:
        return _first(_ASYNC_DRIVERS, needed) or driver
    return driver


def _piece(variable: DatabaseVariable) -> DatabaseVariable:
    """Return a variable that stands beside one for the host: by name no URL, so the scheme."""
    if variable.part != "url" or re.search(r"(?i)ur[li]|dsn", variable.name):
        return variable
    return DatabaseVariable(variable.name, "driver", variable.default)


def _is_url(setting: Setting) -> bool:
    return any(_URL_NAME.search(name) for name in (setting.name, *setting.variables))


def _read_by_tests(project: Project) -> Iterator[str]:
    """Yield the variables with a database's URL that the tests read."""
    for folder in project.tests:
        place = project.root / folder
        for path in sorted(place.rglob("*.py")) if place.is_dir() else []:
            yield from (name for name in _READ.findall(_text(path)) if _URL_NAME.search(name))


def _is_of_another(name: str, driver: str) -> bool:
    """Tell whether a variable is named for another kind of database than the one that is used."""
    named = [kind for kind in _KINDS if kind in name.lower()]
    return bool(named) and not any(driver.startswith(kind) for kind in named)


def _template(variable: DatabaseVariable, stated: str | None, driver: str) -> str | None:
    """Return what to give to a variable; None where it is better left as it is."""
    if _is_of_another(variable.name, driver):
        return None
    if variable.part != "url" and not driver.startswith("postgres"):
        return None
    if variable.part == "driver":
        return driver if stated is None else None
    if variable.part != "url":
        return _PARTS.get(variable.part) if stated is None else None
    if stated and not _URL.match(stated):
        return None  # a piece of a URL, put together by the code
    found = _URL.match(stated or "")
    scheme = _known(found["scheme"]) if found else driver
    if stated and stated == f"{scheme}://":
        return None
    if scheme.startswith("postgres"):
        return f"{scheme}://{{netloc}}/{{database}}"
    return f"{scheme}:///{{file}}" if scheme.startswith("sqlite") else None
