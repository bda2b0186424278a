"""What makes an account privileged: a flag, a role as a word, a reference to a table of roles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from backwright.probe.answers import walk
from backwright.probe.database import Row
from backwright.probe.session import Session

_ADMIN = re.compile(r"(?i)^(is_?)?(super_?user|admin|administrator|staff|super_?admin)$")
_ROLE = re.compile(r"(?i)^(user_?)?(role|type|group|level|permission|access_?level|position|rank|"
                   r"profile|privilege)s?(_?name)?$")  # fmt: skip
_LOOSE = re.compile(r"(?i)^(user_?)?(profile|position|rank|level)")  # words for other things, too
_ADMIN_WORDS = ("superadmin", "super_admin", "admin", "administrator", "superuser", "staff",
                "chef", "manager", "root", "owner")  # fmt: skip
_ORDINARY_WORDS = ("user", "member", "customer", "client", "employee", "reader", "basic", "regular",
                   "normal", "standard", "student", "guest", "viewer")  # fmt: skip


def columns_of_power(
    table: str, row: Row, session: Session, roles: tuple[str, ...]
) -> Iterator[tuple[str, Any]]:
    """Yield columns of an account that make it privileged, with the value that does."""
    oracle = session.oracle
    if oracle is None:
        return
    for name, value in row.items():
        labels = oracle.labels(table, name)
        unset = value is None and "bool" in oracle.tables[table].types[name].lower()
        if _ADMIN.match(name) and (isinstance(value, bool) or value in (0, 1) or unset):
            yield name, True if isinstance(value, bool) or unset else 1
        elif name in oracle.tables[table].references and _ROLE.match(name.removesuffix("_id")):
            target, column = oracle.tables[table].references[name]
            rows = (one for key, one in oracle.rows().items() if key[0] == target)
            yield from ((name, one[column]) for one in rows if speaks_of_admin(one))
        elif _may_be_word(name, value, labels, roles):
            word = _admin_word(labels, roles, session)
            if word:
                yield name, word.upper() if str(value).isupper() else word


def _may_be_word(name: str, value: object, labels: Sequence[str], roles: Sequence[str]) -> bool:
    """Tell whether a column has the role of an account as a word."""
    if not isinstance(value, str | None) or not _ROLE.match(name):
        return False
    return not _LOOSE.match(name) or bool(labels) or value in roles


def is_role(name: str) -> bool:
    """Tell whether a column is called like one that has a role."""
    return bool(_ROLE.match(name)) and not _LOOSE.match(name)


def ordinary_word(words: Sequence[str]) -> str | None:
    """Return the word that most likely names somebody without privileges, as it is written."""
    known = {one.lower(): one for one in words}
    found = next((known[word] for word in _ORDINARY_WORDS if word in known), None)
    return found or next((one for one in words if one.lower() not in _ADMIN_WORDS), None)


def speaks_of_admin(row: Row) -> bool:
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
