"""The columns that tell when a row was made and changed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backwright.project.conventions.evidence import Evidence, Vote
from backwright.project.conventions.registry import convention
from backwright.project.types import Column

_STAMP = re.compile(
    r"^(created|updated|modified|inserted|changed|edited)(_?(at|on|date|time|datetime))?$"
    r"|^(create|update|modify|creation|modification)_?(time|date|datetime)$|^date_(created|updated)$"
    r"|^(time|last)_(created|updated|modified)$",
    re.IGNORECASE,
)


@convention("timestamps")
def timestamps(evidence: Evidence) -> Iterator[Vote]:
    """Give a vote for each table that is more than a link between two others."""
    for model in evidence.project.models:
        own = [one for one in model.columns if not one.foreign_key and not one.primary_key]
        stamps = [one.name for one in model.columns if _is_stamp(one)]
        if own:
            yield Vote(", ".join(sorted(stamps)) or "none", model.file, model.line)


def _is_stamp(column: Column) -> bool:
    return bool(_STAMP.match(column.name)) and not column.foreign_key
