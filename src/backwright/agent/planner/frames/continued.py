"""More of the resource that is spoken of: its further fields, their defaults, what becomes of its rows."""

from __future__ import annotations

import re

from backwright.agent.planner.clauses import Clause
from backwright.agent.planner.drafts import Draft, snake
from backwright.agent.planner.fieldlist import read_list
from backwright.agent.planner.frames.opening import (
    HAS,
    SUBJECT,
    body_of,
    give_fields,
    open_resource,
    things_of,
)
from backwright.agent.planner.lexicon import pattern
from backwright.agent.planner.nouns import read_noun
from backwright.agent.planner.state import Entity, State


def continued(text: str, clause: Clause, state: State) -> bool:
    """`Each one points to an order`, `code: unique, 4 to 12 characters`, `both may stay empty`."""
    entity = state.current
    if entity is not None and (_takes_default(text, entity) or _cascades(text, entity, state)):
        return True
    if entity is not None and _is_named(text, entity):
        return True
    if entity is None:
        return _of_project(text, clause, state)
    if _has_other_subject(text, entity, state):
        return False
    names = "|".join(re.escape(one) for one in entity.called)
    subject = pattern(
        rf"^(?:{SUBJECT}(?:{names})\b(?!\s*[:(])|(?:it|they|each(?: one| of them)?|every one|this|these|those|one|and)\b)\s*(?P<has>(?:{HAS})\b)?"
    ).match(text)
    body = text[subject.start("has") if subject["has"] else subject.end() :] if subject else text
    fields = read_list(
        body_of(body) if subject and not subject["has"] else body, state.forms(), entity.drafts
    )
    said = _said(fields.drafts) + len(fields.whole) - _said(entity.drafts)
    strong = bool(subject and subject["has"]) or bool(re.match(r"^[`\"]?[a-z]\w*[`\"]?\s*:", body))
    if fields.fresh and not (said > 0 or strong or (entity.loose and not fields.remarks)):
        return False
    if not fields.fresh and said <= 0 and not any("candidate" in d.said for d in fields.drafts):
        return False
    return give_fields(entity, fields, clause, state)


def _is_named(text: str, entity: Entity) -> bool:
    """`name the resource ChecklistItem`, said of one that the text makes."""
    found = re.fullmatch(
        r"(?i:name|call) (?:the |this |that )?(?:resource|model|table|it) [`\"]?(?P<name>[A-Z][A-Za-z]+)[`\"]?(?: please)?",
        text.strip(" ,."),
    )
    if not found or entity.thing:
        return False
    entity.name = found["name"]
    return True


def _takes_default(text: str, entity: Entity) -> bool:
    """`make that the default`, said of the value that was named before."""
    if not re.match(
        r"(?i)(?:so )?(?:make|take|use|let)? ?(?:that|it|this)(?: one| value)? ?(?:be |is |as )?the default\b",
        text,
    ):
        return False
    named = [one for one in entity.drafts if "candidate" in one.said]
    for draft in named:
        draft.said["default"] = draft.said.pop("candidate")
    return bool(named)


def _cascades(text: str, entity: Entity, state: State) -> bool:
    """`deleting a task deletes its comments`: what becomes of rows whose parent goes."""
    things = things_of(state)
    found = pattern(
        rf"^(?:(?:deleting|removing) {SUBJECT}(?P<first>{things}) (?:also |will |should |must )*(?:deletes?|removes?)"
        rf"|(?:when|if|once|as soon as) {SUBJECT}(?P<then>{things}) (?:is|gets|was) (?:deleted|removed),?) (?:its|the|their|all|so|then|{things})\b"
    ).match(text)
    if not found or entity.thing:
        return False
    target = state.target(found["first"] or found["then"])
    refs = [
        d
        for d in entity.drafts
        if d.said.get("type") == "ref" and state.target(str(d.said["thing"])) == target
    ]
    for draft in refs:
        draft.said["cascade"] = 1
    return bool(refs)


def _has_other_subject(text: str, entity: Entity, state: State) -> bool:
    """Tell whether a clause says of something else what it has: `Bookings are for one room and have …`."""
    found = re.match(
        r"(?:An?|Each|Every|The|All)?\s*(?P<noun>[A-Z]?[a-z]+)\s+(?:(?:is|are)\s+[a-z ]{2,40}?\s+and\s+)?(?:has|have|needs?|belongs?|carry|carries|contains?)\b",
        text,
    )
    if not found or not text[0].isupper():
        return False
    noun = found["noun"].lower()
    own = [
        *entity.called,
        "it",
        "they",
        "each",
        "one",
        "rows",
        "everyone",
        "everybody",
        "both",
        "all",
    ]
    named = {draft.name for draft in entity.drafts}
    return noun not in own and not {snake(noun), *noun.split()} & named and not state.find(noun)


def _of_project(text: str, clause: Clause, state: State) -> bool:
    """`it has members (name …)`, said of a project that is to be begun."""
    found = pattern(
        rf"^(?:it|the (?:api|app|project|backend|service)|there)\s+(?:{HAS}|is|are)\s+(?P<rest>.+)$"
    ).match(text)
    noun = read_noun(found["rest"]) if found and state.project else None
    return bool(noun and open_resource(noun[0], noun[1], clause, state))


def _said(drafts: list[Draft]) -> int:
    return sum(len(one.said) + bool(one.literal) for one in drafts)
