"""Errors whose words alone tell the cause: data, and what makes causes of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from backwright.doctor.evidence import Evidence, Ground
from backwright.report.doctor_types import Cause, CheckName, Repair
from backwright.values import Place

_LONGEST = 300
Where = Callable[[Evidence, Ground | None], Place | None]


@dataclass(frozen=True, slots=True)
class Known:
    """An error with one cause; texts may name the groups of the pattern in braces.

    Attributes:
        name: The kind of cause.
        pattern: What its words match, in an exception's text or in a line of the log.
        text: The cause.
        remedy: What mends it.
        proof: How to see that it worked.
        mend: What gives the repair of the line that it stands at.
    """

    name: str
    pattern: str
    text: str
    remedy: str
    proof: str = ""
    mend: Callable[[Evidence, Place], tuple[Repair, ...]] | None = None


def in_project(_: Evidence, ground: Ground | None) -> Place | None:
    """Return the innermost line of the project in the traceback."""
    return ground.place if ground else None


def recognised(
    evidence: Evidence, check: CheckName, table: Sequence[Known], where: Where = in_project
) -> Iterator[Cause]:
    """Yield the causes of what a table knows, each error explained by the first row that fits."""
    explained: set[int] = set()
    for known in table:
        heard = False
        for ground, raised, match in evidence.raised(known.pattern):
            heard = True
            if ground.number not in explained:
                explained.add(ground.number)
                yield _cause(evidence, check, known, match, where, ground, raised.text)
        if not heard:  # a program that ends at once often says but a line
            for line, match in evidence.said(known.pattern):
                yield _cause(evidence, check, known, match, where, None, line.text)
                break


def _cause(
    evidence: Evidence, check: CheckName, known: Known, match: re.Match[str], where: Where,
    ground: Ground | None, shown: str,
) -> Cause:  # fmt: skip
    words = {name: value or "" for name, value in match.groupdict().items()}
    place = where(evidence, ground)
    return Cause(
        check,
        known.name,
        known.text.format(**words),
        evidence=tuple(line[:_LONGEST] for line in shown.strip().splitlines()[:3]),
        place=place,
        remedy=known.remedy.format(**words),
        proof=known.proof.format(**words),
        repairs=known.mend(evidence, place) if known.mend and place else (),
        failure=ground.number if ground else None,
        count=ground.count if ground else 1,
    )
