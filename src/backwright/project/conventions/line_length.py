"""How long lines may be: the usual limit that nearly all of them keep."""

from __future__ import annotations

from collections.abc import Iterator

from backwright.project.conventions.evidence import Evidence, Vote
from backwright.project.conventions.registry import convention

_LIMITS = (79, 88, 100, 120)
_NEARLY_ALL = 0.99


@convention("line_length")
def line_length(evidence: Evidence) -> Iterator[Vote]:
    """Give a vote for each line of at least 60 characters: the limit that holds, or `longer`."""
    lengths = [
        (len(line), source.file, number)
        for source in evidence.sample
        for number, line in enumerate(source.text.splitlines(), 1)
        if line.strip()
    ]
    fitting = (
        limit
        for limit in _LIMITS
        if sum(length <= limit for length, _, _ in lengths) >= _NEARLY_ALL * len(lengths)
    )
    limit = next(fitting, None)
    for length, file, number in lengths:
        if limit is None:
            yield Vote("no limit", file, number)
        elif length > limit - 20:
            yield Vote(str(limit) if length <= limit else "longer", file, number)
