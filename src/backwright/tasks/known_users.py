"""Accounts that a project's settings name, where users stand in no table: `API_USERNAME`, `API_PASSWORD`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from backwright.probe.config import GivenUser
from backwright.project.types import Setting

_NAMED = re.compile(r"^(?P<whose>.*?)_?(?:USER(?:_?NAME)?|LOGIN|E?MAIL)$", re.IGNORECASE)
_SECRET = re.compile(r"^(?P<whose>.*?)_?(?:PASSWORD|PASSWD|PASS)$", re.IGNORECASE)
_OF_SERVICES = re.compile(
    r"postgres|psql|^pg|mysql|maria|mongo|database|^db|_db|redis|rabbit|amqp|broker|smtp|^mail",
    re.IGNORECASE,
)


def known_users(settings: Iterable[Setting], given: Mapping[str, str]) -> Iterator[GivenUser]:
    """Yield the accounts that settings name by a name and a password of the same beginning.

    Args:
        settings: the project's settings.
        given: the variables that the application is started with.
    """
    names: dict[str, tuple[str, str]] = {}
    secrets: dict[str, str] = {}
    for setting in settings:
        for variable in setting.variables:
            value = given.get(variable) or setting.default
            if not value or _OF_SERVICES.search(variable):
                continue
            if found := _NAMED.match(variable):
                names.setdefault(found["whose"].upper(), (variable, value))
            elif found := _SECRET.match(variable):
                secrets.setdefault(found["whose"].upper(), value)
    for whose, (variable, value) in names.items():
        if whose in secrets:
            yield GivenUser(variable, {"username": value, "password": secrets[whose]})
