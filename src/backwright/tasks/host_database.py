"""What a host's database is, and how the host is told of it.

Connections to another PostgreSQL, or to a file that the code names, are led to the throw-away one
by the guard, so it is enough to give the variables that must have a value, and whole URLs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from backwright.host.requirements import read_text
from backwright.project.types import DatabaseVariable, Project, Setting
from backwright.tasks.host_values import own_values

Engine = Literal["postgresql", "sqlite", "mysql", "other", "none"]

POSTGRES = "postgresql://{netloc}/{database}"
SQLITE = "sqlite:///{file}"
_URL_NAME = re.compile(r"(?i)(database|db|sql\w*|postgres\w*|pg|async|sync)_?(ur[il]|dsn)|^dsn$")
_URL = re.compile(r"(?P<scheme>(?:postgres\w*|sqlite|mysql|mariadb|mssql|oracle)(?:\+\w+)?)://")
_LITERAL = re.compile(
    rb"[\"'](sqlite(?:\+\w+)?:///[^\"'{]+|(?:postgres|mysql)\w*(?:\+\w+)?://[^\"']+)[\"']"
)
_READ = re.compile(r"(?:getenv|environ(?:\.get)?|config|env)\s*[(\[]\s*[\"'](\w+)[\"']")
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
    driver = _driver(project, urls)
    engine = _engine(driver, project)
    files = tuple(dict.fromkeys(path for url in urls if (path := _sqlite_path(url))))
    variables = MappingProxyType(dict(_variables(project, driver, own_values(project.root))))
    return DatabaseFacts(engine, driver, variables, files if engine == "sqlite" else ())


def _engine(driver: str, project: Project) -> Engine:
    kind = driver.partition("+")[0]
    if kind.startswith("postgres"):
        return "postgresql" if project.models or project.database or project.migrations else "none"
    if kind in ("mysql", "mariadb"):
        return "mysql"
    return "sqlite" if kind == "sqlite" else "other"


def _urls(project: Project, run_folder: str) -> Iterator[str]:
    """Yield the database URLs that the project states, the most telling first."""
    database = project.database
    if database and database.url and "://" in database.url:
        yield database.url
    values = own_values(project.root)
    for setting in project.settings:
        if any(_URL_NAME.search(name) for name in (setting.name, *setting.variables)):
            told = next((values[name] for name in setting.variables if name in values), None)
            yield from (url for url in (told, setting.default) if url and _URL.match(url))
    if database and database.driver:
        yield f"{database.driver}://"
    yield from _literals(project, run_folder)


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


def _driver(project: Project, urls: tuple[str, ...]) -> str:
    """Return the scheme of the URL: the first that is stated, else what is used with PostgreSQL."""
    for url in urls:
        if found := _URL.match(url):
            return found["scheme"]
    is_async = project.database is not None and project.database.is_async
    return "postgresql+asyncpg" if is_async else "postgresql"


def _sqlite_path(url: str) -> str | None:
    """Return the file of an SQLite URL; None for one in memory."""
    found = re.match(r"sqlite(?:\+\w+)?:///(?!/*:memory:)([^?]+)", url)
    return found[1] if found else None


def _variables(project: Project, driver: str, own: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each variable to set, with its template."""
    database = project.database
    known = {one.name: one for one in (database.variables if database else ())}
    for setting in project.settings:
        for name in setting.variables[:1]:
            if name in known or not _is_url(setting):
                continue
            known[name] = DatabaseVariable(name, "url", setting.default)
    for name in _read_by_tests(project):
        known.setdefault(name, DatabaseVariable(name, "url", None))
    for one in known.values():
        stated = own.get(one.name) or one.default
        template = _template(one, stated, driver)
        if template is not None:
            yield one.name, template


def _is_url(setting: Setting) -> bool:
    return any(_URL_NAME.search(name) for name in (setting.name, *setting.variables))


def _read_by_tests(project: Project) -> Iterator[str]:
    """Yield the variables with a database's URL that the tests read."""
    for folder in project.tests:
        place = project.root / folder
        for path in sorted(place.rglob("*.py")) if place.is_dir() else []:
            yield from (name for name in _READ.findall(_text(path)) if _URL_NAME.search(name))


def _template(variable: DatabaseVariable, stated: str | None, driver: str) -> str | None:
    """Return what to give to a variable; None where it is better left as it is."""
    if variable.part != "url":
        return _PARTS.get(variable.part) if stated is None else None
    if stated and not _URL.match(stated):
        return None  # a piece of a URL, put together by the code
    found = _URL.match(stated or "")
    scheme = found["scheme"] if found else driver
    if stated and stated == f"{scheme}://":
        return None
    if scheme.startswith("postgres"):
        return f"{scheme}://{{netloc}}/{{database}}"
    return f"{scheme}:///{{file}}" if scheme.startswith("sqlite") else None
