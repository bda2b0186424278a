"""Versions of the API: `introduce API versioning: what we have becomes v1`."""

from __future__ import annotations

import re

from backwright.agent.planner.clauses import Clause
from backwright.agent.planner.frames.capabilities import is_field
from backwright.agent.planner.lexicon import first
from backwright.agent.planner.state import State

# `Today's routes are under /api/v1`
_TELLS_WHERE = re.compile(
    r"(?i)\b(?:today(?:'s)?|currently|right now|at the moment|already|so far|at present)\b(?!.*\b(?:should|must|shall|needs?|wants?|to be)\b)"
)


def read_version(clause: Clause, state: State) -> bool:
    """`introduce API versioning: what we have becomes v1`."""
    found = first(clause.text, "cues", "version", "cues")
    if not found or is_field(clause, state):
        return False
    named = re.search(r"\bv\d+\b", clause.text, re.IGNORECASE)
    if named and _TELLS_WHERE.search(clause.text) and _names_another(named[0], state):
        state.aside.append(clause.raw)
        return True  # `today's routes are under /api/v1`
    state.step("add version", clause.raw, *([named[0].lower()] if named else []))
    return True


def _names_another(version: str, state: State) -> bool:
    """Tell whether a text names another version, too."""
    named = {one.lower() for one in re.findall(r"(?i)\bv\d+\b", state.said)}
    return bool(named - {version.lower()})
