"""Resources and fields: what is to be made, of what, and where fields are to go."""

from __future__ import annotations

import re
from collections.abc import Callable

from backwright.agent.planner.attributes import spot
from backwright.agent.planner.clauses import Clause, closing, is_resource
from backwright.agent.planner.drafts import Draft, snake
from backwright.agent.planner.fieldlist import read_list
from backwright.agent.planner.frames.continued import continued
from backwright.agent.planner.frames.fields import (
    field_for_what,
    field_named,
    field_on_it,
    fields_onto,
    forget_title,
    is_title,
    things_have,
)
from backwright.agent.planner.frames.opening import (
    FIELD_NOUN,
    HAS,
    SUBJECT,
    body_of,
    open_resource,
    things_of,
    which_resource,
)
from backwright.agent.planner.lexicon import lexicon, pattern
from backwright.agent.planner.nouns import pascal, read_noun
from backwright.agent.planner.ownership import take_owner
from backwright.agent.planner.state import Entity, State, is_plural
from backwright.agent.planner.types import JUDGES

_TO_THE_API = r"\s*\b(?:to|in|into|for|on) (?:this|the|our|my|that) (?:whole |existing |current |[a-z][\w-]* )?(?:api|app(?:lication)?|project|backend|service|code ?base|system|repo(?:sitory)?|database|db)\b"
_PEOPLE_WANT = re.compile(
    r"(?i)\b(?:people|team|users|customers|clients|guys|folks|staff|colleagues|management|boss)$"
)
_NAMED_SO = re.compile(r"(?:Collection|Object|Table|Model|Entity|Endpoint)\s*[:(,]")  # a name here
_REASON = re.compile(
    r"(?i)(?P<reason>(?:for|because of|due to|as|since|so that|to|in order to)\b[^,;:()]{5,70}?),?\s+(?:i|we)\s+(?:also |now |then )?(?:need|want|require|would like)(?: to (?:have|store|keep|know|save|record|track|add))?\s+(?=(?:an?|the|another|two|some|one)\s)"
)
_OF_A_RESOURCE = re.compile(r"(?:belongs? to|has|have|refers? to|points? to|is linked to|is for)\b")
_LABEL = re.compile(
    r"^[A-Za-z][A-Za-z ]{1,30}:\s+(?=[A-Z]\w+\s+(?:with\b|has\b|\())"
)  # `Ticketing: …`


def read_resources(clause: Clause, state: State) -> bool:
    """Read a clause that speaks of resources or fields; tell whether it did."""
    if state.current is not None and is_title(state.current, clause):
        forget_title(state.current, state)
    text, owner, said = take_owner(clause.text, state.people())
    text = (
        pattern(_TO_THE_API).sub(" ", text)
        if not re.search(r"(?i)\bto (?:this|the) database\b$", text)
        else text
    )
    if owner:  # `belongs to the user and to a task`
        text = re.sub(
            r"(?i)\band (?:also )?to (?=(?:an?|the|one|exactly one) )", "belongs to ", text
        )
    text = pattern(
        rf"\s+(?:next to|beside|besides|alongside|in addition to)\s+{SUBJECT}(?:{things_of(state)})\b"
    ).sub("", text)
    text = with_name(re.sub(r"\s{2,}", " ", text).strip(" ,;–"), state)
    before = state.current
    done = any(one(text, clause, state) for one in _READERS)
    if not done and (rest := _without_reason(text, state)):
        done = any(one(rest, clause, state) for one in _READERS)
    if owner and (done or state.current):
        entity = state.current if state.current is not None else before
        if entity is not None and not entity.thing:
            entity.owner, entity.owner_source = entity.owner or owner, entity.owner_source or said
            return True
    return done


def with_name(text: str, state: State) -> str:
    """Put its name for `it`, where another resource is to refer to the one spoken of: `a field that references it`."""
    current = state.current
    if current is None or current.thing or not pattern(rf"\b(?:{things_of(state)})\b").search(text):
        return text
    return pattern(
        r"\b(?P<verb>references?|refers? to|points? (?:to|at)|belongs? to|links? to|linked to) (?:it|that|one|one of them)(?=\s*(?:[,.;)]|$))"
    ).sub(rf"\g<verb> {current.name}", text)


def _without_reason(text: str, state: State) -> str:
    """Return what is asked for in `for the sync with the other system I need …`, where that names no resource."""
    found = _REASON.match(text)
    if not found or pattern(rf"\b(?:{things_of(state)})\b").search(found["reason"]):
        return ""
    state.aside.append(found["reason"].strip())
    return text[found.end() :]


# ---- a resource that the text calls one ----


def _called_resource(text: str, clause: Clause, state: State) -> bool:
    """`a resource for projects with …`, `a Campaign resource: …`, `new table + CRUD for Bookmark`."""
    lead = r"^(?:(?:i|we)\s+(?:also\s+|would like\s+)?)?(?:(?:it|this|that|there|the (?:api|app|project|backend|service))\s+(?:also\s+)?(?:needs?|has|have|gets?|should (?:have|get|contain)|must have|will have|contains?|includes?|wants?|is|are)\s+)?(?:(?:<ADD>)\s+)?(?:(?:<DET>|new|another|simple|plain|fresh|separate|full|complete|basic|small|one|two|three|four|proper|following|also|more)\s+)*"
    joined = r"(?:\s*(?:and|\+|plus|with|/|,|&)\s*(?:full )?(?:crud|endpoints?|tables?|routes?|models?|migrations?|schemas?)(?: endpoints?| routes?| for (?:it|them))?)*"
    named = pattern(
        lead
        + r"<RESOURCE>"
        + joined
        + r"\b(?:\s+only)?\s*(?:for managing|managing|for|called|named|of|,|:|–|-|to (?:store|manage|track|keep|hold|handle|record|save)|that (?:stores|manages|holds|represents)|which (?:stores|holds)|are|is)?\s*(?:(?:inside|in it|in there|within|there|needed|wanted|to begin with|for now|at first|please)\s*[:,–])?\s*(?P<rest>.+)$"
    ).match(text)
    if _NAMED_SO.match(text):
        return False
    if (
        named
        and (noun := read_noun(named["rest"]))
        and not pattern(rf"^(?:{FIELD_NOUN})\b").match(noun[0])
    ):
        return open_resource(noun[0], noun[1], clause, state, sure=True)
    after = pattern(
        lead
        + r"(?P<name>[`\"]?[A-Za-z][\w-]*[`\"]?(?:\s[A-Za-z][\w-]*){0,2}?)\s+<RESOURCE>"
        + joined
        + r"\b(?P<rest>.*)$"
    ).match(text)
    if (
        after
        and not pattern(r"^(?:(?:<VERB>)\b|(?:<NUM>|several|some|both|all)$)").match(after["name"])
        and (noun := read_noun(after["name"]))
        and not noun[1].strip(' `"')
    ):
        if state.world.thing(noun[0]) and not after["rest"].strip():
            return False
        return open_resource(noun[0], after["rest"], clause, state, sure=True)
    becomes = pattern(
        r"^(?:<DET>\s+)*(?P<name>[A-Za-z][\w-]*(?:\s[A-Za-z][\w-]*){0,2}?)\s+(?:should|must|will|shall|need to|has to|have to|ought to)\s+(?:also\s+)?(?:be|become|get)\s+(?:an?\s+)?(?:own |new |separate |proper )*<RESOURCE>\b(?:\s+(?:too|as well|also|of (?:its|their) own))*(?P<rest>.*)$"
    ).match(text)
    if becomes and (noun := read_noun(becomes["name"])):
        return open_resource(noun[0], becomes["rest"], clause, state, sure=True)
    return False


def _deed(text: str, clause: Clause, state: State) -> bool:
    """`let customers review products: rating 1-5, …`: what somebody makes by doing so."""
    deeds = lexicon("nouns")["deeds"]
    found = pattern(
        rf"^(?:(?:let|allow|enable)\s+)?{SUBJECT}(?:logged[- ]in |signed[- ]in )?(?:<USER>)\s+(?:(?:to|should|must|can|may|want|wants|need|will|shall|be able|are able|also)\s+)*"
        rf"(?P<deed>{'|'.join(deeds)})s?\s+(?:on |in |to |for |at |about )?{SUBJECT}(?P<thing>{things_of(state)})(?P<rest>\s*[:(–,].+|\s+with\s.+)$"
    ).match(text)
    if not found:
        return False
    noun = deeds[found["deed"].lower()]
    return open_resource(noun, f" on {found['thing']}{found['rest']}", clause, state)


# ---- a resource that is named by its noun alone ----


def _header(text: str, clause: Clause, state: State) -> bool:
    """`Bundle: name …, price …`, `Patient (name …)`, `habits have a name …`, `SupportTicket with …`."""
    text = _LABEL.sub("", text)
    noun = read_noun(text) or _described_name(text, state)
    if (
        noun is None
        or state.find(noun[0])
        or _orders(text)
        or pattern(rf"^{SUBJECT}(?:{things_of(state)})\s+[a-z]").match(text)  # `a note sits in …`
    ):
        return False
    rest = noun[1].lstrip()
    if _PEOPLE_WANT.search(noun[0]) and re.match(
        r"(?i)(?:wants?|needs?|asks?|likes?|complains?)\b", rest
    ):
        return False  # `the mobile people want stable URLs`
    if rest.startswith("(") and not is_resource(noun[0], rest[1 : closing(rest, 0)]):
        return False
    waiting = state.current and not state.current.thing and not state.current.drafts
    if waiting and noun[0][0].islower() and not is_plural(noun[0]):
        return False
    opened = pattern(
        rf"^,?\s*(?:[:(–-]|(?:(?:is|are) (?:always |each )?(?:for|made for|about|part of|linked to|attached to|placed on|of) (?:an?|one|the|exactly one|a single)|(?:that|which) (?:has|have|references?|refers|belongs|points|hangs?|sits?|lives?|goes|carries|holds|stores|keeps)|with|where|having|holding|storing|carrying|comprising|contain\w*|consist\w*|whose|belongs? to|points? to|refers? to|references?|is linked to|is about)\b|{HAS}\b)"
    ).match(rest)
    if not opened:
        return False
    inner = rest.lstrip(":– ")
    if (
        rest.startswith(":")
        and (deeper := read_noun(inner))
        and deeper[0][0].isupper()
        and pattern(rf"^\s*(?:[(:]|with\b|{HAS}\b)").match(deeper[1])
    ):
        return _header(inner, clause, state)
    if (
        rest.startswith((":", "–", "-"))
        and not _heads_like_current(noun[0], clause, state)
        and not (noun[0][0].isupper() and clause.opens and _OF_A_RESOURCE.match(inner))
        and not read_list(body_of(rest), state.forms(), [Draft(snake(noun[0]))], follows=True).fresh
    ):
        return False  # `expires: date, optional` is a field
    fields = read_list(body_of(rest), state.forms())
    proper = (noun[0][0].isupper() and (clause.opens or rest.startswith("("))) or bool(
        re.match(r"[A-Z][a-z]+[A-Z]", noun[0])
    )
    if not fields.drafts or not (
        any(d.said or d.literal for d in fields.drafts) or proper or is_plural(noun[0])
    ):
        return False
    return open_resource(noun[0], rest, clause, state)


def _orders(text: str) -> bool:
    """Tell whether a text begins with a verb that asks for something, and not with a name: `Review has …`."""
    return bool(
        pattern(r"^(?:<ADD>|<VERB>)\b(?!\s*[:(])").match(text)
        and not pattern(
            rf"^(?-i:[A-Z])\w+\s+(?:(?:<MAY>)\s+)?(?:{HAS}|with|belongs|consists|is|are)\b"
        ).match(text)
    )


def _described_name(text: str, state: State) -> tuple[str, str] | None:
    """Return the name in `Project has name (1-100) and …`: an ordinary word, but with fields of its own."""
    found = pattern(rf"^(?-i:(?P<name>[A-Z][a-z]\w*))(?P<rest>\s+(?:{HAS}|with)\b.+)$").match(text)
    words, low = lexicon("nouns"), found["name"].lower() if found else ""
    if not found or low not in words["never"] or low in (*words["pointing"], *words["stop"]):
        return None
    fields = read_list(body_of(found["rest"]), state.forms())
    described = sum(
        "type" in d.said or "length" in d.said or "low" in d.said for d in fields.drafts
    )
    return (found["name"], found["rest"]) if described > 1 else None


def _heads_like_current(noun: str, clause: Clause, state: State) -> bool:
    """Tell whether `Permit: references Vehicle` begins a line as `Vehicle: plate …` did before it."""
    current = state.current
    return bool(
        current
        and not current.thing
        and clause.opens
        and noun[0].isupper()
        and re.match(rf"{re.escape(current.name)}\s*[:–-]", current.source)
        and not any(draft.words[:1].isupper() for draft in current.drafts)
    )


def _added(text: str, clause: Clause, state: State) -> bool:
    """`Add Invoice: …`, `we need order items`, `users should be able to save bookmarks: …`."""
    found = pattern(
        r"^(?:(?:(?:the|our|this)\s+\w+|it)\s+(?:should|must|needs? to|has to|ought to|will)\s+(?:also\s+)?(?:know|have|support|handle|manage|remember|offer|get|be able to \w+)\s+(?P<known>.+)|(?:(?:i|we|they|you|<USER>)\s+(?:(?:should|must|want|need|would like|can|could|may|have)\s+)*(?:to\s+)?(?:be able to|to)?\s*)?(?:<ADD>|leave|post|upload|submit|place|report)\s+(?P<rest>.+))$"
    ).match(text)
    if not found:
        return False
    said = found["rest"] or found["known"]
    if re.match(r"(?i)(?:i|we) (?:already |now |currently |also )?have\b", text) and not spot(
        said, ()
    ):
        return False  # `we have three products` tells, and asks for nothing
    if field := pattern(
        rf"^{SUBJECT}(?:new\s+|another\s+|two\s+|three\s+)*(?P<what>(?:(?!\bwith\b)[^,:(])*?)\s*\b{FIELD_NOUN}\b(?:\s+(?:called|named|for|:))?\s*(?P<rest>.*)$"
    ).match(said):
        return field_for_what(field["what"], field["rest"], clause, state)
    noun = read_noun(said)
    if noun is None:
        return False
    if pattern(r"^\s*:\s*(?:an? )?(?:<TYPE>)\W*$").match(noun[1]) and not clause.tells:
        drafts = read_list(said, (), [Draft(snake(noun[0]))]).drafts
        state.doubts.append(which_resource(drafts[:1], clause.raw))
        return True  # `add vendor: text`
    if re.match(r"(?i)write\b", text) and not spot(noun[1], state.forms()):
        return False
    wished = re.match(
        r"(?i)^(?:(?:i|we)\s+)?(?:need|want|get|have|include|record|keep|report)\b", text
    )
    if (
        wished
        and not spot(noun[1], ())
        and any(getattr(a, "verb", "") in JUDGES for a in state.acts)
    ):
        return False
    return open_resource(noun[0], noun[1], clause, state)


def _bare_noun(text: str, clause: Clause, state: State) -> bool:
    """`subtasks! each subtask …`: a noun alone, of which more is said next."""
    noun = None if pattern(r"^(?:<ADD>|<VERB>)\b").match(text) else read_noun(text)
    if noun is None or noun[1].strip(" !.") or state.acts:
        return False
    if not is_plural(noun[0]) and not _is_name(noun[0]):
        return False
    if state.find(noun[0]):
        return False
    entity = state.speak_of(Entity(pascal(noun[0]), source=clause.raw, plural=True))
    state.doubts.append(lambda s: _drop_if_empty(entity, s))
    return True


def _is_name(noun: str) -> bool:
    """Tell whether a word alone is meant as a name: `Supplier.`, and not `Great.`."""
    ordinary = {*lexicon("words")["spelling"]["sound"], *lexicon("words")["spelling"]["words"]}
    return bool(re.fullmatch(r"(?:[A-Z][a-z]{3,})+", noun)) and noun.lower() not in ordinary


def _drop_if_empty(entity: Entity, state: State) -> None:
    if not entity.drafts and len(state.acts) > 1:
        state.acts.remove(entity)


_READERS: tuple[Callable[[str, Clause, State], bool], ...] = (
    _deed,
    _called_resource, field_on_it, fields_onto, things_have, field_named, _header, continued, _added, _bare_noun,
)  # fmt: skip
