"""Whose a row is, as its columns say: which of them refer to an account."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backwright.probe.database import Change, Row, Table
from backwright.probe.nouns import is_user, noun_of_reference
from backwright.probe.people import Person

_OWNER = re.compile(r"(?i)^(owner|user|author|creator|customer|account|member|tenant)(_?(id|name|"
                    r"uuid|email))?$")  # fmt: skip
_RECORDED = re.compile(r"(?i)^(created|updated|modified|inserted|added)_?by(_?id)?$")
_INCIDENTAL = re.compile(
    r"(?i)^(last_.*|.*_seen(_at)?|(updated|modified|accessed|changed)(_?(at|on|time|date))?|views?|"
    r".*_count|.*attempts?|version|hits)$"
)


def owner_columns(table: Table, row: Row, person: Person) -> tuple[str, ...]:
    """Return the columns by which a row refers to a person's account."""
    return tuple(
        name for name in owner_names(table, person) if _is_theirs(table, row, name, person)
    )


def owner_names(table: Table, person: Person) -> Iterator[str]:
    """Yield columns that may refer to an account: by foreign key, else by their name."""
    users = person.row[0] if person.row else None
    for name in table.columns:
        target = table.references.get(name)
        if target is not None and users is not None:
            if target[0] == users:
                yield name
            continue
        referred = noun_of_reference(name)
        if _OWNER.match(name) or _RECORDED.match(name) or (referred and is_user(referred)):
            yield name


def _is_theirs(table: Table, row: Row, name: str, person: Person) -> bool:
    value = row.get(name)
    if value is None or isinstance(value, bool):
        return False
    target = table.references.get(name)
    if target is not None and person.known.get(target[1]) is not None:
        return str(value) == str(person.known[target[1]])
    return str(value) in person.ids()


def says_owner(name: str) -> bool:
    """Tell whether a key or column is one that usually names whose a row is."""
    return bool(_OWNER.match(name))


def is_own_row(key_table: str, person: Person) -> bool:
    """Tell whether a table is the one of accounts."""
    return person.row is not None and person.row[0] == key_table


def is_mere_record(column: str) -> bool:
    """Tell whether a column only notes who touched a row last or first, such as `created_by`."""
    return bool(_RECORDED.match(column))


def is_incidental(name: str) -> bool:
    """Tell whether a column or key is a counter, or the time of a visit or change."""
    return bool(_INCIDENTAL.match(name))


def matters(change: Change) -> bool:
    """Tell whether a change is more than a counter or the time of the last visit."""
    if change.before is None or change.after is None:
        return True
    return not all(is_incidental(name) for name in change.columns())
