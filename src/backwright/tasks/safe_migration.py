"""The migrations that a task wrote, made safe for tables with rows in them and people on them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from backwright.tasks.change import Workplace
from backwright.tasks.enum_types import known_enum_types
from backwright.transfer.migration import Fill, able_of, harden, harden_sqlite
from backwright.transfer.migration.naming import name_constraints
from backwright.transfer.migration.wrapping import wrap_texts
from backwright.values import Note

_COMPARED_DEFAULTS = re.compile(r"compare_server_default\s*=\s*(?!False|None)")
_OWN_TRANSACTION = re.compile(r"(?<!context)\.begin\(\)")


def make_safe(
    place: Workplace,
    paths: Sequence[str],
    fills: Mapping[tuple[str, str], Fill],
    width: int = 100,
) -> tuple[Note, ...]:
    """Rewrite migrations in staging so that they are safe; return what a reviewer should know.

    Args:
        place: the staging copy.
        paths: the revisions that the change has written.
        fills: for (table, column), what existing rows get.
        width: the longest line of the project, in characters.
    """
    notes: list[Note] = []
    able = able_of(place.environment.distributions())
    for path in paths:
        file = place.folder / path
        code = name_constraints(file.read_text(encoding="utf-8"))
        if place.facts.uses_sqlite:
            made = harden_sqlite(code, fills=fills)
        else:
            older = (p for p in file.parent.glob("*.py") if p.name != file.name)
            made = harden(
                code,
                fills=fills,
                known_types=known_enum_types(older),
                apart=able.blocks and not _keeps_one_transaction(place),
                able=able,
                keeps_defaults=not _COMPARED_DEFAULTS.search(_environment_of(place)),
            )
        file.write_text(wrap_texts(made.code, width), encoding="utf-8")
        notes += [Note(path, 1, text) for text in made.notes]
    return tuple(notes)


def _keeps_one_transaction(place: Workplace) -> bool:
    """Tell whether `env.py` begins a transaction of its own, which no statement can leave."""
    return bool(_OWN_TRANSACTION.search(_environment_of(place)))


def _environment_of(place: Workplace) -> str:
    """Return what `env.py` says."""
    env = place.folder / (place.facts.migrations_folder or ".") / "env.py"
    return env.read_text(encoding="utf-8") if env.is_file() else ""
