"""Refusing what as a whole is none of a backend's work, before anything of it is read."""

from __future__ import annotations

import re

from backwright.agent.planner.clauses import Clause
from backwright.agent.planner.compose import CAN
from backwright.agent.planner.foreign import outside
from backwright.agent.planner.frames import judges
from backwright.agent.planner.leaning import FOREIGN, leaning
from backwright.agent.planner.wording import read_message
from backwright.errors import UsageError

# A failure in the code of a client: `Fatal error: Index out of range (NoteCell.swift:58)`
_OF_OTHERS = re.compile(
    r"\b[\w/]+\.(?:swift|kt|kts|java|dart|rb|php|cs|go|rs)(?::\d+|\b(?=[)\s,.]))"
)
_OF_PYTHON = re.compile(
    r"(?i)\.py\b|\b(?:api|backend|endpoints?|routes?|fastapi|postgres\w*|models?|GET|POST) "
)
_FOREIGN = 1.9  # from here on a text surely lies outside as a whole
_SHOWN = 120


def refuse_foreign(text: str) -> None:
    """Refuse a text that as a whole surely asks for what is none of a backend's work: a logo, a page, a letter."""
    if _OF_OTHERS.search(text) and not _OF_PYTHON.search(text):
        told = " ".join(text.split())
        raise UsageError(
            f"{told[:_SHOWN]!r} is outside of what Backwright does: code in another language",
            remedy=f"it does {CAN}",
        )
    if judges.is_evidence(read_message(text, ()).pasted) or leaning(text, kind=FOREIGN) < _FOREIGN:
        return
    about = outside(Clause(text, text), None, ()) or "it is no work on a backend"
    told = " ".join(text.split())
    raise UsageError(
        f"{told[:_SHOWN]!r} is outside of what Backwright does: {about}", remedy=f"it does {CAN}"
    )
