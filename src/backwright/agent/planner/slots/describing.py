"""Statements that describe fields, read by segments: each goes to the resource that it is about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from backwright.agent.planner.clauses import Clause
from backwright.agent.planner.slots.explaining import unexplained
from backwright.agent.planner.slots.giving import give
from backwright.agent.planner.slots.placing import place, turn_to
from backwright.agent.planner.slots.segment import TYPING, Segment
from backwright.agent.planner.slots.segments import segments_of
from backwright.agent.planner.slots.subjects import Subject, announced, announces
from backwright.agent.planner.slots.telling import Telling
from backwright.agent.planner.slots.tokens import tokens_of
from backwright.agent.planner.state import State
from backwright.agent.planner.whole.giving import read_dotted
from backwright.agent.planner.whole.orders import relates
from backwright.agent.planner.whole.told import Manner, Reading
from backwright.agent.planner.whole.typed import DOTTED, counts_requests, is_typed
from backwright.agent.planner.written import FIELD_WORD

_REFERRING = re.compile(
    r"(?i)\b((?:reference|link|pointer|refers?|points?|belongs?|linked) to )(?:it|them|that|this|one)\b"
)
_DETS = frozenset({"a", "an", "the", "its", "their", "and", "optional", "with"})


def describes_fields(text: str, state: State) -> bool:
    """Tell whether a statement says of fields what they are."""
    if state.current is not None:
        text = _REFERRING.sub(rf"\g<1>{state.current.forms[0]}", text)
    if is_typed(text, state):
        return True
    if counts_requests(text):
        return False
    tokens = tokens_of(text, state.forms())
    found = segments_of(*tokens, lambda noun: state.find(noun) is not None)
    if any(
        not a.said and a.name and not a.lead and not b.name and _types(b)
        for a, b in pairwise(found)
    ):
        return True  # `svg, text`
    typed = [
        one for one in found if one.name and any(a.kind in TYPING and not a.weak for a in one.said)
    ]
    return any(
        one.is_coded or (not one.rest and all(t.low in _DETS for t in one.lead)) for one in typed
    )


def _types(segment: Segment) -> bool:
    return any(one.kind in TYPING for one in segment.said)


def noun_announced(text: str, state: State) -> str:
    """Return the noun that a statement without fields announces."""
    text = re.sub(r"^\s*(?:[A-Z]+-\d+|feat(?:ure)?|chore)\s*[:–-]\s*", "", text)
    _, tokens = tokens_of(text, state.forms())
    return announced(tokens, lambda noun: state.find(noun) is not None)


def read_by_segments(clause: Clause, reading: Reading) -> None:
    """Read a statement that describes fields; what it says that nothing explains is unclear."""
    state = reading.state
    spoken = state.current
    text = clause.text
    if spoken is not None:
        text = _REFERRING.sub(rf"\g<1>{spoken.forms[0]}", text)
    about = Telling(reading, clause, spoken)
    if DOTTED.search(text):
        read_dotted(clause, reading)
        return
    text = FIELD_WORD.sub(about.take_literal, text)
    text, tokens = tokens_of(text, state.forms())
    open_field = Segment(name=reading.pending[0]) if reading.pending is not None else None
    found = segments_of(text, tokens, about.known, open_field)
    describes = any(one.is_coded or a.kind in TYPING for one in found for a in one.said)
    if not describes and not reading.inside and not reading.title and relates(clause, state):
        return
    for at, one in enumerate(found):
        _read(one, found[at + 1 :], about, opens=at == 0)
    if about.waiting:
        about.lost.append(clause.raw)
    state.described += [part for one in found for part in _kept(one, text)]
    state.unclear += about.lost


def _kept(segment: Segment, text: str) -> list[str]:
    """Return what of a segment must be in the plan: its name, and each thing that is said."""
    said = [text[one.start : one.end] for one in segment.said if one.kind != "unit"]
    return [f"{segment.name} {' '.join(said)}".strip()] if segment.name or said else []


def _read(segment: Segment, after: Sequence[Segment], about: Telling, *, opens: bool) -> None:
    state = about.state
    bare = segment.name and not segment.said and not segment.lead
    if bare and about.placed and about.known(segment.name):
        about.lost.append(segment.text)  # `to product and order`
    about.placed = bool(segment.hosts)
    if _is_value(segment, about):
        return
    if announces(segment, after[0] if after else None, about.known):
        behind = segment.hosts[0] if segment.hosts and segment.rest else ""
        turn_to(Subject(segment.name, parent=behind), about)
        return
    place(segment, about, opens=opens)
    if segment.reason:
        state.aside.append(segment.reason)
    about.lost += unexplained(segment, about, opens=opens)
    if about.target is not None:
        give(segment, after, about, about.target)
    elif segment.name or segment.said:
        about.lost.append(segment.text)


def _is_value(segment: Segment, about: Telling) -> bool:
    """Take one of the values that stand behind the word for a choice: `kind: enum, vacation, sick`."""
    draft = (
        about.target.drafts[-1] if about.target and about.target.drafts and about.named else None
    )
    if (
        draft is None
        or draft.said.get("type") != "enum"
        or segment.said
        or not re.fullmatch(r"[`\"']?\w+[`\"']?", segment.text)
    ):
        return False
    values = draft.said.get("values", ())
    if not draft.said.get("weak") or not isinstance(values, tuple):
        return False
    draft.said["values"] = (*values, segment.text.strip("`\"'"))
    return True


BY_SEGMENTS = Manner(read_by_segments, describes_fields, noun_announced)
