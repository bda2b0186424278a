"""Values for settings that a project does not import without: only for looking at it."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass

from backwright.project.types import Project, Setting

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{2,}")
_MENTIONS = frozenset({"text", "source"})
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


# a name's own value is taken where it fits the type: a port is "30" by its name as well
_BY_SHAPE: dict[str, Callable[[str], str]] = {
    "integer": lambda said: said if said.isdigit() else "30",
    "number": lambda said: said if said.isdigit() else "30",
    "boolean": lambda said: said if said in {"true", "false"} else "false",
    "list": lambda _: "[]",
    "object": lambda _: "{}",
    "email": lambda _: "someone@example.com",
    "url": lambda said: _address(said),
    "redis": lambda _: "redis://localhost:6379/0",
    "broker": lambda _: "amqp://localhost:5672/",
    "uuid": lambda _: "00000000-0000-4000-8000-000000000000",
    "date": lambda _: "2026-01-01",
}


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
    project: Project, missing: Sequence[Missing], given: Mapping[str, str]
) -> dict[str, str]:
    """Return variables to set for the next try; empty when there is nothing new to try."""
    say = _Speaker(project)
    # what is made of other settings is given by their variables
    known = {one.name.lower(): one.variables for one in project.settings if one.shape != "nested"}
    found: dict[str, str] = {}
    # what is only mentioned in an error counts where no error names a setting that we can mend
    for one in sorted(missing, key=lambda one: one.kind in _MENTIONS):
        if found and one.kind in _MENTIONS:
            break
        for name in _names(one, known):
            if name not in given or (one.kind == "text" and given[name] in one.name):
                found[name] = "1" if name in given else say.value(name, one)
            elif one.kind not in _MENTIONS:
                value = say.value(name, one)
                found.update({name: value} if given[name] != value else {})
    if not found:  # what the code reads, and mostly does without, is given last
        said = {word.lower() for one in missing for word in _NAME.findall(one.name)}
        return {name: value for name, value in say.read(said).items() if name not in given}
    return found if given else {**say.required(), **found}


class _Speaker:
    """Makes up values for a project's settings: by what an error asks, by type, by name."""

    def __init__(self, project: Project) -> None:
        """Note what is declared."""
        self._settings = project.settings
        self._by_variable = {v: one for one in project.settings for v in one.variables[:1]}
        database = project.database
        asked = "postgresql+asyncpg" if database and database.is_async else "postgresql"
        self._driver = (database and database.driver) or asked

    def required(self) -> dict[str, str]:
        """Return values for all settings without a default: one that fails is seldom alone."""
        wanted = [one for one in self._settings if one.required and one.shape != "nested"]
        return {
            one.variables[0]: self._declared(one.variables[0]) for one in wanted if one.variables
        }

    def read(self, said: Container[str]) -> dict[str, str]:
        """Return values for what code reads without a default and an error seems to speak of."""
        meant = [
            one.variables[0]
            for one in self._settings
            if one.variables and one.shape != "nested"  # its parts have variables of their own
            if one.default in (None, "None") and _is_meant(one, said)
        ]
        return {name: self._declared(name) for name in meant}

    def value(self, name: str, missing: Missing) -> str:
        """Return a value that a setting of this name and kind of error may take."""
        if missing.kind in _MENTIONS or missing.kind.endswith("missing"):
            return self._declared(name)
        allowed = _QUOTED.findall(missing.expected)
        if allowed:
            return str(allowed[0])
        if "url" in missing.kind:
            return _address(_by_name(name.upper(), self._driver))
        asked = (value for fits, value in _BY_KIND if fits.search(missing.kind))
        return next(asked, None) or self._declared(name)

    def _declared(self, name: str) -> str:
        """Return a value by the declared type, where it leaves no choice; else by the name."""
        setting = self._by_variable.get(name)
        said = _by_name(name.upper(), self._driver)
        if setting is None:
            return said
        if setting.choices:
            return setting.choices[0]
        by_shape = _BY_SHAPE.get(setting.shape)
        return by_shape(said) if by_shape else said


def _is_meant(setting: Setting, said: Container[str]) -> bool:
    """Tell whether an error speaks of a setting; of one with a default, by all of its name."""
    words = setting.variables[0].lower().split("_")
    return all(word in said for word in (words if setting.owner else words[-1:]))


def _names(missing: Missing, known: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return the variables that may be meant; of an error's text, the names in capitals."""
    words = _NAME.findall(missing.name)
    if missing.kind in _MENTIONS or words != [missing.name]:
        meant = [
            word if word.isupper() else next(iter(known.get(word.lower(), ())), "")
            for word in words
        ]
        return [name for name in meant if name]
    return list(known.get(missing.name.lower(), ()))[:1] or [missing.name.upper()]


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


def _address(said: str) -> str:
    return said if "://" in said else "http://localhost"


def _secret(name: str) -> str:
    """Return a long word that opens nothing, and that an error's text can be traced by."""
    return f"placeholder-for-reading-only-{name}"
