"""Giving a resource what a segment says: a field, more of one, or something of several."""

from __future__ import annotations

import re
from collections.abc import Sequence

from backwright.agent.planner.attributes import Attribute
from backwright.agent.planner.drafts import Draft, known_kind, snake
from backwright.agent.planner.nouns import pascal
from backwright.agent.planner.slots.segment import Segment
from backwright.agent.planner.slots.speech import words
from backwright.agent.planner.slots.telling import Telling
from backwright.agent.planner.state import Entity, is_plural

_MAIL = re.compile(r"^e_?mail(?:_address)?$")


def give(segment: Segment, after: Sequence[Segment], about: Telling, entity: Entity) -> None:
    """Give the resource that is spoken of what a segment says."""
    if segment.name:
        _give_named(segment, after, about, entity)
        return
    drafts = entity.drafts
    refs = [a for a in segment.said if a.kind in ("ref", "many")]
    if refs and not (drafts and _is_bare(drafts[-1]) and not segment.lead):
        for one in refs:
            _refer(one, segment, about, entity)
        refs = []
    rest = [a for a in segment.said if a.kind not in ("ref", "many", "unit")]
    if segment.grouped and len(drafts) > 1 and not refs:
        _give_several(rest, segment.grouped, drafts)
    elif refs or rest:
        _give_open([*refs, *rest], segment, after, about, entity)


def _is_bare(draft: Draft) -> bool:
    return not draft.said and not draft.literal and known_kind(draft.name) is None


def _refer(one: Attribute, segment: Segment, about: Telling, entity: Entity) -> None:
    """Give a resource a reference that has no name of its own."""
    name = _target_of(one, about)
    if one.kind == "ref" and name == entity.name:
        about.lost.append(segment.text)
        return
    there = [
        d
        for d in entity.drafts
        if d.said.get("type") == "ref" and about.state.target(str(d.said["thing"])) == name
    ]
    if there or (one.kind == "many" and _confirms(one, entity, about)):
        return
    announced = [d for d in entity.drafts if d.name == snake(name) and not d.said]
    if not announced:
        entity.drafts.append(Draft(f"<{one.values['thing']}>", words=segment.text))
    (announced or entity.drafts)[-1].take(one)
    about.named = True


def _give_several(said: Sequence[Attribute], grouped: str, drafts: Sequence[Draft]) -> None:
    """Give what is said of both, of all or of none."""
    for draft in drafts[-2:] if grouped == "both" else drafts:
        for one in said:
            negated = grouped in ("neither", "none") and one.kind == "required"
            draft.take(Attribute("optional", 0, 0) if negated else one)


def _give_open(
    said: Sequence[Attribute],
    segment: Segment,
    after: Sequence[Segment],
    about: Telling,
    entity: Entity,
) -> None:
    """Give what names no field to the last one, or to the next where none was named yet."""
    if not about.named and (segment.is_plural or segment.grouped):
        about.lost.append(segment.text)
        return
    leads = segment.text.lower() in ("optionally", "optional") and any(one.name for one in after)
    goes_on = bool(entity.drafts) and entity is about.spoken
    if not about.named and (leads or not goes_on):
        about.waiting += segment.said
        return
    if not entity.drafts:
        about.lost.append(segment.text)
        return
    for one in said:
        _said_of(one, entity.drafts, about.clause.text).take(one)
    entity.drafts[-1].words = f"{entity.drafts[-1].words}, {segment.text}".strip(", ")


def _target_of(one: Attribute, about: Telling) -> str:
    """Return the name of what a reference refers to."""
    return about.state.target(str(one.values["thing"]))


def _confirms(one: Attribute, entity: Entity, about: Telling) -> bool:
    """Tell whether `a task may be in several sprints` only says from the other side what a sprint has many of."""
    name = _target_of(one, about)
    other = about.state.find(name)
    keepers = [entity] if name == entity.name else [other] if other is not None else []
    for draft in [d for keeper in keepers for d in keeper.drafts if d.said.get("type") == "many"]:
        if name == entity.name or about.state.target(str(draft.said["thing"])) == entity.name:
            draft.said["sure"] = 1
            return True
    return False


def _said_of(one: Attribute, drafts: Sequence[Draft], text: str) -> Draft:
    """Return the field that something is said of: what becomes of rows is said of a reference."""
    refs = [d for d in drafts if d.said.get("type") == "ref"]
    if one.kind not in ("cascade", "restrict") or not refs:
        return drafts[-1]
    named = [d for d in refs if re.search(rf"(?i)\b{re.escape(str(d.said['thing']))}", text)]
    return (named or refs)[-1]


def _give_named(segment: Segment, after: Sequence[Segment], about: Telling, entity: Entity) -> None:
    """Give a resource a field that has a name, or more of one that it has."""
    name = _MAIL.sub("email", snake(segment.name))
    if not (segment.said or segment.is_coded or _is_bare_field(segment, after, about, entity)):
        about.lost.append(segment.text)
        return
    draft = next((d for d in entity.drafts if d.name == name), None)
    if draft is None:
        draft = Draft(name, words=segment.text, literal=about.literals.get(name))
        entity.drafts.append(draft)
    for one in (*segment.said, *about.waiting):
        if one.kind != "unit":
            draft.take(one)
    about.waiting, about.named = [], True
    if segment.is_plural or segment.grouped == "both":
        _share(segment, about, entity)
    if draft.said.get("type") == "ref":
        draft.name = draft.name.removesuffix("_id")


def _share(segment: Segment, about: Telling, entity: Entity) -> None:
    """Give what is said of several fields to those before it, too: `start and end timestamps`."""
    if segment.is_plural and len(entity.drafts) == 1:
        about.lost.append(segment.text)  # `people want stable URLs`
    for earlier in reversed(entity.drafts[:-1]):
        if not _is_bare(earlier):
            break
        for one in segment.said:
            earlier.take(one)


def _is_bare_field(
    segment: Segment, after: Sequence[Segment], about: Telling, entity: Entity
) -> bool:
    """Tell whether a noun of which nothing is said is a field all the same."""
    if about.known(segment.name):
        return not is_plural(segment.name) and pascal(segment.name) != entity.name
    if known_kind(snake(segment.name)) or segment.name.lower() in words("generic"):
        return True
    if after and not after[0].name and after[0].said and after[0].cut in (",", "–", ":"):
        return True
    said = next((one for one in after if one.said), None)
    return said is not None and (said.is_plural or said.grouped in ("both", "all"))
