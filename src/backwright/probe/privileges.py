"""What makes an account privileged: a flag, a role as a word, a reference to a table of roles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from backwright.probe.answers import walk
from backwright.probe.database import Row
from backwright.probe.session import Session

_ADMIN = re.compile(r"(?i)^(is_?)?(super_?user|admin|administrator|staff|super_?admin)$")
_ROLE = re.compile(r"(?i)^(user_?)?(role|type|group|level|permission|access_?level)s?(_?name)?$")
_ADMIN_WORDS = ("superadmin", "super_admin", "admin", "administrator", "superuser", "staff",
                "chef", "manager", "root", "owner")  # fmt: skip


def columns_of_power(
    table: str, row: Row, session: Session, roles: tuple[str, ...]
) -> Iterator[tuple[str, Any]]:
    """Yield columns of an account that make it privileged, with the value that does."""
    oracle = session.oracle
    if oracle is None:
        return
    for name, value in row.items():
        if _ADMIN.match(name) and (isinstance(value, bool) or value in (0, 1)):
            yield name, True if isinstance(value, bool) else 1
        elif name in oracle.tables[table].references and _ROLE.match(name.removesuffix("_id")):
            target, column = oracle.tables[table].references[name]
            rows = (one for key, one in oracle.rows().items() if key[0] == target)
            yield from ((name, one[column]) for one in rows if _speaks_of_admin(one))
        elif _ROLE.match(name) and (isinstance(value, str) or value is None):
            word = _admin_word(oracle.labels(table, name), roles, session)
            if word:
                yield name, word.upper() if str(value).isupper() else word


def _speaks_of_admin(row: Row) -> bool:
    """Tell whether a row of a table of roles is the administrators' one."""
    return any(str(value).lower() in _ADMIN_WORDS for value in row.values())


def _admin_word(labels: tuple[str, ...], roles: tuple[str, ...], session: Session) -> str | None:
    """Return the word for an administrator: the column's own, the source's, the document's."""
    if labels:
        return _first_admin(labels)
    return _first_admin(roles) or _first_admin(_choices(session.api.document)) or "admin"


def _first_admin(words: Iterable[str]) -> str | None:
    """Return the word that most likely names an administrator, as it is written."""
    known = {one.lower(): one for one in words}
    return next((known[word] for word in _ADMIN_WORDS if word in known), None)


def _choices(document: Mapping[str, Any]) -> list[str]:
    """Return everything that a document lists as a choice."""
    found = (one for key, value in walk(document) if key == "enum" for one in value)
    return [one for one in found if isinstance(one, str)]
