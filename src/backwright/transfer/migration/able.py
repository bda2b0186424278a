"""What the host's Alembic and SQLAlchemy can say: their older versions know fewer words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

# An Alembic that knows a word may still refuse it beside SQLAlchemy 1.4.
_SINCE: Mapping[str, Mapping[str, tuple[int, int, int]]] = {
    "columns": {"alembic": (1, 16, 0), "sqlalchemy": (2, 0, 0)},
    "tables": {"alembic": (1, 13, 3)},
    "indexes": {"alembic": (1, 12, 0), "sqlalchemy": (2, 0, 0)},
    "blocks": {"alembic": (1, 6, 5)},
    "not_valid": {"sqlalchemy": (1, 4, 32)},
}


@dataclass(frozen=True, slots=True)
class Able:
    """What operations can be told; what one cannot be told is said in SQL, or left out.

    Attributes:
        columns: to add a column, or drop a constraint, only if it is (not) there.
        tables: to make a table only if it is missing.
        indexes: to make or drop an index only if it is (not) there.
        blocks: to leave the transaction whatever kind of connection it is on.
        not_valid: to add a constraint without looking at the rows.
    """

    columns: bool = True
    tables: bool = True
    indexes: bool = True
    blocks: bool = True
    not_valid: bool = True


def able_of(versions: Mapping[str, str]) -> Able:
    """Return what the installed versions can say; of what is not known the newest is supposed."""
    found = {
        word: all(
            name not in versions or _parts(versions[name]) >= since for name, since in needs.items()
        )
        for word, needs in _SINCE.items()
    }
    return Able(**found)


def _parts(version: str) -> tuple[int, ...]:
    numbers = [int(n) for n in re.findall(r"\d+", version)[:3]]
    return tuple([*numbers, 0, 0, 0][:3])
