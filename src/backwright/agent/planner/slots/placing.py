"""Finding the resource that a segment is about, wherever the text names it."""

from __future__ import annotations

import re

from backwright.agent.planner.attributes import Attribute
from backwright.agent.planner.clauses import Clause
from backwright.agent.planner.drafts import Draft, snake
from backwright.agent.planner.nouns import pascal
from backwright.agent.planner.slots.segment import TYPING, Segment
from backwright.agent.planner.slots.speech import words
from backwright.agent.planner.slots.subjects import Subject, subject_of
from backwright.agent.planner.slots.telling import Telling
from backwright.agent.planner.state import Entity, is_plural

_CALLING = ("call", "called", "name", "named")


def _place_host(segment: Segment, about: Telling) -> None:
    """Put a field that has a type on what it is stored with: `a gift_message (string) can be stored with an order`."""
    typed = [a for a in segment.said if a.kind in TYPING and a.kind != "enum"]
    placed = [a for a in segment.said if a.kind == "ref"]
    if not segment.name or not typed or not placed:
        return
    host = about.state.find(str(placed[0].values["thing"]))
    if host is None or (about.target is not None and about.target.name != host.name):
        return
    segment.said = [a for a in segment.said if a is not placed[0]]
    about.turn_to(host)


def _is_subject_itself(segment: Segment, about: Telling, *, opens: bool) -> bool:
    """Tell whether the noun of a segment is what refers, and no field: `readings belong to a meter`."""
    typing = [a for a in segment.said if a.kind in (*TYPING, "ref", "many")]
    refs = [a for a in typing if a.kind in ("ref", "many")]
    words_of = [w for w in segment.name.split() if w.lower() not in words("classes")]
    proper = bool(words_of) and words_of[-1][0].isupper()
    if not words_of or segment.is_coded or not refs or len(refs) < len(typing):
        return False
    segment.name = " ".join(words_of)
    article = segment.lead[-1:]
    begins = segment.lead[-2:-1]
    fresh = (
        opens
        and bool(article)
        and article[0].low in ("a", "an", "each", "every")
        and (not begins or begins[0].is_mark(":"))
    )
    if not (about.known(segment.name) or proper or fresh):
        return False
    return all(pascal(str(a.values["thing"])) != pascal(segment.name) for a in refs)


def turn_to(subject: Subject, about: Telling) -> None:
    """Speak of a resource from now on, a new one where none is called so."""
    state, reading = about.state, about.reading
    if subject.clash:
        about.lost.append(f"{subject.noun} ({subject.clash})")
    noun = re.sub(r"(?i)(?<=\w) (?:model|resource|table|entity)$", "", subject.noun)
    if (
        reading.title
        and noun.islower()
        and " " in reading.title
        and pascal(reading.title.split()[-1]) == pascal(noun)
    ):
        noun = reading.title
    known = state.find(noun)
    if known is None:
        name = state.find_short(noun) or state.find_ahead(noun) or pascal(noun)
        known = state.find(name) or Entity(name, source=about.clause.raw, plural=is_plural(noun))
    known.is_sure = known.is_sure or subject.is_sure
    known.source = known.source or about.clause.raw
    reading.title = ""
    about.turn_to(known)
    if subject.parent and not known.thing:
        parent = Draft(f"<{subject.parent}>", words=f"{noun} of {subject.parent}")
        parent.take(Attribute("ref", 0, 0, {"thing": subject.parent}))
        if not any(d.said.get("thing") == subject.parent for d in known.drafts):
            known.drafts.append(parent)


def _labelled_host(segment: Segment, about: Telling) -> Entity | None:
    """Return the model on which a text puts what it calls a field: `field ean on Product`."""
    hosts = [found for noun in segment.hosts if (found := about.state.find(noun)) is not None]
    if hosts:
        return hosts[0]
    return about.reading.host if about.target is None and about.reading.title else None


def _host_of(segment: Segment, about: Telling) -> Entity | None:
    """Return the model that a segment puts its field on: `an optional project on every task`."""
    if about.reading.inside or not (segment.name or segment.said):
        return None
    for noun in segment.hosts:
        found = about.state.find(noun)
        if found is None or found is about.target or found.name == about.state.world.user:
            continue
        if any(
            a.kind in ("ref", "many") and pascal(str(a.values["thing"])) == found.name
            for a in segment.said
        ):
            continue
        if (
            about.target is None
            or about.target.thing
            or re.search(
                rf"(?i)\b(?:on|to|for|in|of) (?:each|every|all|the|our) {re.escape(noun)}\b",
                segment.text,
            )
        ):
            return found
    return None


def _settle_target(segment: Segment, about: Telling) -> None:
    """Take up what was announced, or what was spoken of last."""
    state, reading = about.state, about.reading
    if not segment.name and not segment.said:
        return
    if reading.pending is not None:
        _take_pending(segment, about, *reading.pending)
    elif reading.title:
        noun, reading.title = reading.title, ""
        name = state.find_ahead(noun) or pascal(noun)
        fresh = Entity(name, source=reading.title_source, plural=is_plural(noun))
        about.turn_to(state.find(noun) or fresh)
    elif target := state.current or reading.host:
        about.turn_to(target)


def _take_pending(
    segment: Segment, about: Telling, name: str, host: Entity, source: Clause
) -> None:
    """Go on with a field that was announced: `tasks need an estimate. Call it estimate_hours …`."""
    about.reading.pending = None
    about.turn_to(host)
    called = segment.is_coded and any(t.low in _CALLING for t in segment.lead)
    if called or (segment.name and snake(segment.name).startswith(name)):
        segment.lead = ()
    elif not segment.name:
        host.drafts.append(Draft(name, words=source.raw))
    else:
        about.state.aside.append(source.raw)


def place(segment: Segment, about: Telling, *, opens: bool) -> None:
    """Find the resource that a segment is about, and speak of it from then on."""
    inside = about.reading.inside and opens
    if segment.labelled and (host := _labelled_host(segment, about)):
        about.turn_to(host)
        segment.lead = ()
    elif not inside and _is_subject_itself(segment, about, opens=opens):
        turn_to(Subject(segment.name), about)
        segment.name = ""
    elif not inside and (
        subject := subject_of(segment, about.known, opens=opens or segment.cut == ";")
    ):
        turn_to(subject, about)
        segment.lead = segment.lead[subject.end :]
    elif host := _host_of(segment, about):
        about.turn_to(host)
    elif about.target is None:
        _settle_target(segment, about)
    _place_host(segment, about)
