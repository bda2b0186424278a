"""The type of primary keys."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backwright.project.conventions.evidence import Evidence, Vote
from backwright.project.conventions.registry import convention

_TYPES = (
    ("uuid", re.compile(r"uuid|guid", re.IGNORECASE)),
    ("int", re.compile(r"int|serial", re.IGNORECASE)),
    ("str", re.compile(r"str|char|text|ulid", re.IGNORECASE)),
)


@convention("id")
def id_type(evidence: Evidence) -> Iterator[Vote]:
    """Give a vote for each table with a primary key of one column that refers to no other."""
    for model in evidence.project.models:
        keys = [one for one in model.columns if one.primary_key]
        if len(keys) != 1 or keys[0].foreign_key:
            continue
        kind = next((name for name, fits in _TYPES if fits.search(keys[0].type)), keys[0].type)
        yield Vote(kind, keys[0].file or model.file, keys[0].line or model.line)
