"""The frames in the order in which they are tried: the first that knows a clause reads it."""

from __future__ import annotations

from collections.abc import Callable

from backwright.agent.planner.clauses import Clause
from backwright.agent.planner.declined import declines, read_declined, read_lacking
from backwright.agent.planner.frames import (
    capabilities,
    judges,
    owners,
    projects,
    relations,
    resources,
    sign_in,
    versions,
)
from backwright.agent.planner.likeness import likeness
from backwright.agent.planner.state import State
from backwright.agent.planner.unread import read_vague

Frame = Callable[[Clause, State], bool]

_ALL: tuple[tuple[str, Frame], ...] = (
    ("report", judges.read_report),
    ("declined", read_declined),
    ("undo", judges.read_undo),
    ("vague", read_vague),
    ("owner", owners.read_owner),
    ("new", projects.read_project_wish),
    ("rate", capabilities.read_rate),
    ("expected", judges.read_expected),
    ("doctor", judges.read_doctor),
    ("cors", capabilities.read_cors),
    ("version", versions.read_version),
    ("pagination", capabilities.read_pagination),
    ("index", capabilities.read_index),
    ("limit", capabilities.read_limit),
    ("audit", judges.read_audit),
    ("inspect", judges.read_inspect),
    ("probe", judges.read_probe),
    ("auth", sign_in.read_auth),
    ("lacking", read_lacking),
    ("relation", relations.read_relation),
    ("resources", resources.read_resources),
)
# These are told apart by what else is said, rather than by a cue that several of them know.
_LIKENED = ("rate", "version", "pagination", "index", "audit", "probe", "auth", "inspect")
_SURE = 1.0


def _unless_declined(frame: Frame) -> Frame:
    """Return a frame that leaves alone what is said not to be wanted."""

    def read(clause: Clause, state: State) -> bool:
        return not declines(clause.text, state) and frame(clause, state)

    return read


_CAPABLE = (*_LIKENED, "cors", "new", "limit", "doctor")
FRAMES = tuple((n, _unless_declined(one) if n in _CAPABLE else one) for n, one in _ALL)
# What the reading of the whole text finds by itself, and asks no frame for.
_OF_CLAUSES = ("declined", "vague", "owner", "new", "lacking", "resources")
ORDERS = tuple(one for one in FRAMES if one[0] not in _OF_CLAUSES)


def likeliest_first(text: str, frames: tuple[tuple[str, Frame], ...]) -> list[tuple[str, Frame]]:
    """Return frames in their order, but the one first whose clauses a text is surely like."""
    like = likeness(text)
    first = like.kind if like.margin >= _SURE and like.kind in _LIKENED else ""
    return sorted(frames, key=lambda one: one[0] != first)
