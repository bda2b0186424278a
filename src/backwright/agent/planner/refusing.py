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

# A failure in the code of a client: `Fatal error: Index out of range (NoteCell.swift:58)`; an address may end in `.rs`.
_OF_OTHERS = re.compile(
    r"\b[\w/]+\.(?:(?:swift|kt|kts|java|dart)(?::\d+|\b(?=[)\s,.]))|(?:rb|php|cs|go|rs):\d+\b(?!/))"
)
_OF_PYTHON = re.compile(
    r"(?i)\.py\b|\b(?:api|backend|endpoints?|routes?|fastapi|postgres\w*|models?|GET|POST) "
)
_FOREIGN = 1.9  # from here on a text surely lies outside as a whole
_SHOWN = 120


def refuse_foreign(text: str) -> None:
    """Refuse a text that as a whole surely asks for what is none of a backend's work: a logo, a page, a letter."""
    about = _about(text)
    if about is None:
        return
    told = " ".join(text.split())
    raise UsageError(
        f"{told[:_SHOWN]!r} is outside of what Backwright does: {about}", remedy=f"it does {CAN}"
    )


def _about(text: str) -> str | None:
    """Return what a text is about that surely lies outside as a whole; None for any other."""
    if _OF_OTHERS.search(text) and not _OF_PYTHON.search(text):
        return "code in another language"
    if judges.is_evidence(read_message(text, ()).pasted) or leaning(text, kind=FOREIGN) < _FOREIGN:
        return None
    return outside(Clause(text, text), None, ()) or "it is no work on a backend"
