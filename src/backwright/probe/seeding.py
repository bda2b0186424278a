"""A user put straight into the database, for an API that nobody can register with."""

from __future__ import annotations

import re
import uuid
from typing import Any

from backwright.probe.database import Key, Oracle, Row, Table
from backwright.probe.samples import Mark
from backwright.probe.schemas import Value

_SECRET = re.compile(r"(?i)pass(word|wd)?|hash")
_NAME = re.compile(r"(?i)e-?mail|user_?name|login")
_GOOD = re.compile(r"(?i)active|enabled|verified|confirmed|approved")


def insert_user(oracle: Oracle, mark: Mark, hashed: str) -> tuple[Key, Row] | str:
    """Add a row to the table of accounts; return it, or why it could not be added.

    Args:
        oracle: The database.
        mark: The word that the account's texts are made of.
        hashed: The hash of the password, as the host makes it.
    """
    table = _accounts(oracle)
    if table is None:
        return "no table of the database looks like one of accounts"
    secret = next(name for name in table.columns if _SECRET.search(name))
    row: dict[str, Any] = {secret: hashed}
    for name in table.columns:
        wanted = name in table.needed or _NAME.search(name) or _GOOD.search(name)
        if name not in row and wanted:
            value = _value(oracle, table, name, mark)
            if value is not None:
                row[name] = value
    before = oracle.rows()
    try:
        oracle.insert(table.name, row)
    except Exception as error:
        return f"a user cannot be put into {table.name}: {error}"
    after = oracle.rows()
    key = next(one for one in after if one not in before and one[0] == table.name)
    return key, after[key]


def _accounts(oracle: Oracle) -> Table | None:
    """Return the table with a password and a name to log in by; of several the shortest name."""
    found = [
        table
        for table in oracle.tables.values()
        if any(_SECRET.search(name) for name in table.columns)
        and any(_NAME.search(name) for name in table.columns)
    ]
    return min(found, key=lambda table: len(table.name), default=None)


def _value(oracle: Oracle, table: Table, name: str, mark: Mark) -> Value:
    """Return a value for a column; None leaves it to the database."""
    kind = table.types[name].lower()
    if name in table.references:
        target, column = table.references[name]
        rows = (row for key, row in oracle.rows().items() if key[0] == target)
        return next((row[column] for row in rows), None)
    if "uuid" in kind:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, mark.text + name))
    if "bool" in kind:
        return bool(_GOOD.search(name))
    if "timestamp" in kind or "date" in kind:
        return "2024-01-01T00:00:00+00:00"
    if "int" in kind or "numeric" in kind or "double" in kind:
        return None if name in table.primary_key and "int" in kind else 1
    if "json" in kind:
        return "{}"
    labels = oracle.labels(table.name, name)
    if labels:
        return labels[0]
    return mark.email if "mail" in name.lower() else mark.text
