"""What confirms an account: the columns that a link in a mail, or an administrator, would set."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from backwright.probe.database import Oracle, Row
from backwright.probe.schemas import Value

_ACTIVE = re.compile(r"(?i)^(is_?)?(account_?)?(active|enabled|verified|confirmed|approved|activated|"
                     r"e?mail_?(is_?)?(verified|confirmed)|(verified|confirmed)_?e?mail|"
                     r"registered|valid)$")  # fmt: skip
_VERIFIED_AT = re.compile(r"(?i)(verified|confirmed|activated|approved)_?(at|on)$")
_BLOCKED = re.compile(r"(?i)^(is_?)?(disabled|blocked|banned|locked|suspended|pending|inactive)$")
_STATUS = re.compile(r"(?i)^(account_?|user_?)?(status|state)$")
_WAITING = re.compile(
    r"(?i)pending|inactive|un-?(verified|confirmed|approved)|not_|disabled|waiting|new$"
)
_STANDING = ("active", "verified", "confirmed", "approved", "enabled", "activated")
_LONG_AGO = "2024-01-01T00:00:00Z"


def confirming(oracle: Oracle, table: str, row: Row) -> dict[str, Any]:
    """Return the columns of a new account that keep it out, with the values that let it in."""
    return dict(_values(oracle, table, row))


def _values(oracle: Oracle, table: str, row: Row) -> Iterator[tuple[str, Value]]:
    for name, value in row.items():
        if _ACTIVE.match(name) and value in (False, 0):
            yield name, True if value is False else 1
        elif _ACTIVE.match(name) and value is None and "bool" in oracle.tables[table].types[name]:
            yield name, True
        elif _BLOCKED.match(name) and value is True:
            yield name, False
        elif _VERIFIED_AT.search(name) and value is None:
            yield name, _LONG_AGO
        elif _STATUS.match(name) and isinstance(value, str) and _WAITING.search(value):
            word = _standing(oracle.labels(table, name))
            yield name, word.upper() if value.isupper() else word


def _standing(labels: Sequence[str]) -> str:
    """Return the word for an account in good standing, as a column of labels has it."""
    known = {one.lower(): one for one in labels}
    return next((known[word] for word in _STANDING if word in known), _STANDING[0])
