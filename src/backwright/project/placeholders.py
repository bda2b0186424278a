"""Values for settings that a project does not import without: only for looking at it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from backwright.project.types import Project

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{2,}")
_QUOTED = re.compile(r"'([^']*)'")
_NUMBER = re.compile(
    r"PORT|MINUTES|SECONDS|HOURS|DAYS|COUNT|SIZE|LIMIT|TTL|EXPIRE|TIMEOUT|WORKERS|_DB$|COST"
)
_BY_KIND = (
    (re.compile(r"int|float|decimal|number"), "1"),
    (re.compile(r"bool"), "false"),
    (re.compile(r"list|set_type|tuple|json"), "[]"),
    (re.compile(r"dict|model_type"), "{}"),
    (re.compile(r"email"), "someone@example.com"),
)


@dataclass(frozen=True, slots=True)
class Missing:
    """What an error says of a setting.

    Attributes:
        name: Its name; for the kinds `text` and `source` a text with names in it.
        kind: Pydantic's kind of error, `text` for an error's words, `source` for the failing line.
        expected: The values allowed, as Pydantic lists them.
    """

    name: str
    kind: str
    expected: str


def placeholders(
    project: Project, missing: Iterable[Missing], given: Mapping[str, str]
) -> dict[str, str]:
    """Return variables to set for the next try; empty when there is nothing new to try."""
    driver = _driver(project)
    known = {one.name.lower(): one.variables for one in project.settings}
    found: dict[str, str] = {}
    for one in missing:
        for name in _names(one, known):
            if name not in given or (one.kind == "text" and given[name] in one.name):
                found[name] = "1" if name in given else _value(name, one, driver)
            elif one.kind not in {"text", "source"}:
                value = _value(name, one, driver)
                found.update({name: value} if given[name] != value else {})
    return found if given or not found else {**_required(project, driver), **found}


def _driver(project: Project) -> str:
    """Return the scheme of the database URL: the project's own, else PostgreSQL as it is used."""
    database = project.database
    if database and database.driver:
        return database.driver
    return "postgresql+asyncpg" if database and database.is_async else "postgresql"


def _required(project: Project, driver: str) -> dict[str, str]:
    """Return values for all settings without a default: one that fails is seldom alone."""
    names = (one.variables[0] for one in project.settings if one.required and one.variables)
    return {name: _by_name(name.upper(), driver) for name in names}


def _names(missing: Missing, known: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return the variables that may be meant; of an error's text, the names in capitals."""
    words = _NAME.findall(missing.name)
    if missing.kind in {"text", "source"} or words != [missing.name]:
        return [word for word in words if word.isupper() or word.lower() in known]
    return list(known.get(missing.name.lower(), ()))[:1] or [missing.name.upper()]


def _value(name: str, missing: Missing, driver: str) -> str:
    """Return a value that a setting of this name and kind of error may take."""
    if missing.kind not in {"text", "source"} and not missing.kind.endswith("missing"):
        allowed = _QUOTED.findall(missing.expected)
        if allowed:
            return str(allowed[0])
        if "url" in missing.kind:
            return _by_name(name.upper(), driver)
        return next((value for fits, value in _BY_KIND if fits.search(missing.kind)), _secret(name))
    return _by_name(name.upper(), driver)


_BY_LAST_WORD = (
    (
        re.compile(r"_?(?:PORT|SECONDS|MINUTES|HOURS|DAYS|SIZE|LIMIT|COUNT|TIMEOUT|TTL|WORKERS)$"),
        "30",
    ),
    (re.compile(r"_?(?:HOST|HOSTNAME|SERVER|DOMAIN)$"), "localhost"),
    (
        re.compile(
            r"_?(?:ENABLED?|DEBUG|TLS|SSL|STARTTLS|ECHO|RELOAD|TESTING|TEST_MODE|DEV_MODE)$"
            r"|^(?:USE|IS|ENABLE)_"
        ),
        "false",
    ),
    (re.compile(r"_?LOG(?:GING)?_?LEVEL$"), "INFO"),
    (re.compile(r"CREDENTIALS$"), "user:password"),
    (re.compile(r"SCHEMA$"), "public"),
    (re.compile(r"ALGORITHM"), "HS256"),
    (re.compile(r"_DATE$"), "2026-01-01"),
    (re.compile(r"_UUID$"), "00000000-0000-4000-8000-000000000000"),
    (re.compile(r"(?:FERNET|ENCRYPTION)_?KEY$"), "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="),
)


def _by_name(name: str, driver: str) -> str:
    """Return a value by what a name says; its last word counts most."""
    for says, value in _BY_LAST_WORD:
        if says.search(name):
            return value
    address = re.search(r"UR[LI]|DSN", name)
    if address and re.search(r"DATABASE|DB|SQL|POSTGRES|^DSN$", name):
        asked = "postgresql+asyncpg" if "ASYNC" in name and "+" not in driver else driver
        return f"{asked}://user:password@localhost/database"
    if address and "REDIS" in name:
        return "redis://localhost:6379/0"
    if address:
        return "http://localhost"
    if "EMAIL" in name or name in {"MAIL_FROM", "FIRST_SUPERUSER"}:
        return "someone@example.com"
    if _NUMBER.search(name):
        return "30"
    return _secret(name)


def _secret(name: str) -> str:
    """Return a long word that opens nothing, and that an error's text can be traced by."""
    return f"placeholder-for-reading-only-{name}"
