"""Resources and fields: what is to be made, of what, and where fields are to go."""

from __future__ import annotations

import re
from collections.abc import Callable

from backwright.agent.planner.attributes import spot
from backwright.agent.planner.clauses import Clause, closing, is_resource
from backwright.agent.planner.drafts import Draft, snake
from backwright.agent.planner.fieldlist import FieldList, read_list
from backwright.agent.planner.frames.opening import (
    SUBJECT,
    body_of,
    give_fields,
    open_resource,
    things_of,
    which_resource,
)
from backwright.agent.planner.lexicon import lexicon, pattern
from backwright.agent.planner.nouns import read_noun
from backwright.agent.planner.ownership import take_owner
from backwright.agent.planner.state import Entity, State, is_plural, pascal
from backwright.agent.planner.types import JUDGES

_TO_THE_API = r"\s*\b(?:to|in|into|for|on) (?:this|the|our|my|that) (?:whole |existing |current )?(?:api|app(?:lication)?|project|backend|service|code ?base|system|repo(?:sitory)?|database|db)\b"
_NAMED_SO = re.compile(r"(?:Collection|Object|Table|Model|Entity|Endpoint)\s*[:(,]")  # a name here
_FIELD_NAME = re.compile(
    r"[a-z][a-z0-9_]*(?<!s) (?:on|onto|to|in|into) (?:the |every |each |all )?"
)
_LABEL = re.compile(
    r"^[A-Za-z][A-Za-z ]{1,30}:\s+(?=[A-Z]\w+\s+(?:with\b|has\b|\())"
)  # `Ticketing: …`
_FIELD_NOUN = r"(?:fields?|columns?|attributes?|propert(?:y|ies)|flags?)"
_HAS = r"(?:(?:should|must|can|could|may|might|will|would|shall|also|now|really|only|simply|just|all|each|both|additionally|optionally|then|to|i think|still)\s+)*(?:needs?|gets?|has|have|wants?|lacks?|carr(?:y|ies)|is missing|are missing|miss(?:es)?|receives?|requires?|includes?|stores?|holds?|contains?|keeps?|remembers?|knows?|records?|consists? of|comes? with|be given|is given|are given|is to have|ought to have|track|tracks)"


def read_resources(clause: Clause, state: State) -> bool:
    """Read a clause that speaks of resources or fields; tell whether it did."""
    text, owner, said = take_owner(clause.text, state.people())
    text = (
        pattern(_TO_THE_API).sub(" ", text)
        if not re.search(r"(?i)\bto (?:this|the) database\b$", text)
        else text
    )
    text = re.sub(r"\s{2,}", " ", text).strip(" ,;–")
    before = state.current
    done = any(one(text, clause, state) for one in _READERS)
    if owner and (done or state.current):
        entity = state.current if state.current is not None else before
        if entity is not None and not entity.thing:
            entity.owner, entity.owner_source = entity.owner or owner, entity.owner_source or said
            return True
    return done


def read_owner(clause: Clause, state: State) -> bool:
    """Read a clause that says whose rows are, and nothing else; tell whether it does."""
    rest, owner, said = take_owner(clause.text, state.people())
    if not owner or not state.acts or clause.asks:
        return False
    plain = pattern(
        rf"\b(?:{things_of(state)}|<MANYWORD>|<DET>|make|let|have|has|should|must|and|to|be|is|are|so|that|they|them|it|these|those|via|which|then|of|by|in|rows?|the|ones?|or|resources?|both|only|just|any|never|<MAY>|<USER>|on|with|for|but|as|usual|well|too)\b|\W"
    ).sub("", rest)
    if plain:
        return False
    entity = next(
        (e for e in [state.current, *reversed(state.entities)] if e and not e.thing), None
    )
    group = (
        [e for e in state.entities if not e.thing]
        if re.search(r"(?i)\b(?:both|all|everything|everybody|everyone)\b", clause.text)
        else [entity]
    )
    for one in group:
        if one is not None:
            one.owner, one.owner_source = one.owner or owner, one.owner_source or said
    return (
        entity is not None
        or any(getattr(a, "verb", "") == "add auth" for a in state.acts)
        or state.project is not None
    )


# ---- a resource that the text calls one ----


def _called_resource(text: str, clause: Clause, state: State) -> bool:
    """`a resource for projects with …`, `a Campaign resource: …`, `new table + CRUD for Bookmark`."""
    lead = r"^(?:(?:i|we)\s+(?:also\s+|would like\s+)?)?(?:(?:it|this|that|there|the (?:api|app|project|backend|service))\s+(?:also\s+)?(?:needs?|has|have|gets?|should (?:have|get|contain)|must have|will have|contains?|includes?|wants?|is|are)\s+)?(?:(?:<ADD>)\s+)?(?:(?:<DET>|new|another|simple|plain|fresh|separate|full|complete|basic|small|one|two|three|four|proper|following|also|more)\s+)*"
    joined = r"(?:\s*(?:and|\+|plus|with|/|,|&)\s*(?:full )?(?:crud|endpoints?|tables?|routes?|models?|migrations?|schemas?)(?: endpoints?| routes?| for (?:it|them))?)*"
    named = pattern(
        lead
        + r"<RESOURCE>"
        + joined
        + r"\b(?:\s+only)?\s*(?:for|called|named|of|,|:|–|-|to (?:store|manage|track|keep|hold)|that (?:stores|manages|holds|represents)|which (?:stores|holds)|are|is)?\s*(?P<rest>.+)$"
    ).match(text)
    if _NAMED_SO.match(text):
        return False
    if (
        named
        and (noun := read_noun(named["rest"]))
        and not pattern(rf"^(?:{_FIELD_NOUN})\b").match(noun[0])
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
        and not pattern(r"^(?:<VERB>)\b").match(after["name"])
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


# ---- fields for a resource that is there ----


def _fields_onto(text: str, clause: Clause, state: State) -> bool:
    """`add due_date to Task, a date`, `put a channel on orders, one of …`, `color for Folder – …`."""
    things = things_of(state)
    found = pattern(
        rf"^(?:(?:i|we)\s+(?:also\s+)?)?(?P<verb>(?:<ADD>)\s+)?(?P<what>(?:(?!\b(?:to|on|onto|into) (?:{things})\b).)+?)\s+(?:to|on|onto|in|into|for|of|about)\s+(?:<DET>\s+|existing\s+)*(?P<thing>{things})"
        rf"(?:\s+(?:model|table|resource|rows?|entity|records?))?(?![\w-]|'s|\.\w)(?P<rest>.*)$"
    ).match(text)
    if found and not found["verb"] and re.match(r"[A-Z]\w+,?\s+with\b", found["what"]):
        return False  # `Collection, with any number of products`
    if not found or ":" in found["what"] or found["what"].count("(") != found["what"].count(")"):
        return False
    said = _without_reference(found["what"], state)
    if pattern(
        r"\b(?:refer(?:s|ring)?|references?|belong(?:s|ing)?|point(?:s|ing)?|link(?:s|ed)?|relat(?:es?|ed|ion)|attach(?:es|ed)|connect(?:s|ed)?|key|tied|owned|index(?:es)?|many)\s*$"
    ).search(said):
        return False
    entity = state.find(found["thing"])
    if entity is None or (not found["verb"] and not entity.thing):
        return False
    what = read_list(said, state.forms(), entity.drafts)
    rest = read_list(body_of(found["rest"]), state.forms(), what.drafts)
    if entity.thing and _FIELD_NAME.fullmatch(text[: found.start("thing")]) and not found["rest"]:
        return give_fields(entity, rest, clause, state)  # `estimate on Task. float.`
    if found["verb"] is None and not (what.drafts and any(d.said for d in rest.drafts)):
        return _about(found["what"], entity, found["rest"], clause, state)
    if _is_new_noun(found["what"], what, rest):
        return open_resource(found["what"], f" on {found['thing']} {found['rest']}", clause, state)
    if not rest.drafts:
        return _nameless(entity, clause, state, rest)
    return give_fields(entity, rest, clause, state)


def _without_reference(words: str, state: State) -> str:
    """`a store reference` is a field `store`, where that is a resource."""
    named = re.sub(r"(?i)\s+(?:reference|foreign key|fk)\s*$", "", words)
    noun = read_noun(re.sub(r"(?i)^.*\b(?:an?|the|optional)\s+", "", named))
    return named if noun and state.find(noun[0]) else words


def _about(what: str, entity: Entity, rest: str, clause: Clause, state: State) -> bool:
    """`Reviews on products`: a new resource that hangs on one that is there."""
    noun = read_noun(what)
    if (
        noun is None
        or noun[1].strip()
        or not is_plural(noun[0])
        or state.world.thing(noun[0])
        or not entity.thing
    ):
        return False
    return open_resource(noun[0], f" on {entity.name.lower()} {rest}", clause, state)


def _is_new_noun(words: str, what: FieldList, rest: FieldList) -> bool:
    """Tell whether `comments` in `add comments to tasks: body text` is a resource, not a field."""
    noun = read_noun(words)
    if not noun or what.fresh != 1 or what.drafts[-1].said or not is_plural(noun[0]):
        return False
    return rest.fresh > 0 or not rest.drafts[-1].said


def _nameless(entity: Entity, clause: Clause, state: State, rest: FieldList) -> bool:
    """`add two fields to Product`, `add a date field to Task`: the names come next, or are asked for."""
    if not pattern(_FIELD_NOUN).search(clause.text) and not rest.whole:
        return False
    state.speak_of(entity)
    entity.asked = True
    entity.source = entity.source or clause.raw
    entity.loose = True
    return True


def _things_have(text: str, clause: Clause, state: State) -> bool:
    """`a task should get a priority: …`, `can notes have a boolean pinned?`, `give every task …`."""
    things = things_of(state)
    for form in (
        rf"^(?:(?:can|could|should|may|might|would|do|does|let|have|make)\s+)?{SUBJECT}(?P<thing>{things})(?:\s+(?:model|table|resource|rows?|entity))?\s+(?P<rest>{_HAS}\b.*)$",
        rf"^(?:give|extend|equip|provide|enrich|expand|enhance|augment|supply|complete)\s+{SUBJECT}(?P<thing>{things})(?:\s+(?:model|table|resource))?(?:\s+(?:with|by))?\b(?P<rest>.*)$",
        rf"^{SUBJECT}(?P<thing>{things})(?:\s+(?:model|table|resource))?\s*[:–-]\s*(?:(?:add|needs?|gets?|new|plus|also|missing)\b)?(?P<rest>.*)$",
        rf"^.*\b{_FIELD_NOUN}\s+(?:(?:are|is)\s+)?(?:missing\s+|lacking\s+)?(?:to|on|in|for|of|from|at)\s+{SUBJECT}(?P<thing>{things})(?:\s+(?:model|table|resource))?\b(?P<rest>.*)$",
        rf"^(?:in|on|for|to)\s+{SUBJECT}(?P<thing>{things})(?:\s+(?:model|table|resource))?,?\s+(?:(?:i|we)\s+(?:also\s+)?(?:need|want|miss|would like)|<ADD>)(?P<rest>.*)$",
        rf"^(?P<thing>{things})\s*\((?P<rest>.*)\)\s*$",
        rf"^(?:<ADD>)\s+(?:to|on|onto)\s+{SUBJECT}(?P<thing>{things})\s*[:,](?P<rest>.*)$",
        rf"^(?:(?:<ADD>)\s+)?(?P<thing>{things})\.(?P<rest>[a-z_]\w*\b.*)$",
    ):
        found = pattern(form).match(text)
        entity = state.find(found["thing"]) if found else None
        if found and entity:
            rest = found["rest"]
            many = pattern(r"^\W*(?:\w+\s+){1,3}(?:<MANYWORD>)\b").match(rest)
            fields = read_list(rest if many else body_of(rest), state.forms(), entity.drafts)
            return give_fields(entity, fields, clause, state)
    return False


# ---- a resource that is named by its noun alone ----


def _header(text: str, clause: Clause, state: State) -> bool:
    """`Bundle: name …, price …`, `Patient (name …)`, `habits have a name …`, `SupportTicket with …`."""
    text = _LABEL.sub("", text)
    noun = read_noun(text)
    if (
        noun is None
        or state.find(noun[0])
        or pattern(r"^(?:<ADD>|<VERB>)\b(?!\s*[:(])").match(text)
    ):
        return False
    rest = noun[1].lstrip()
    if rest.startswith("(") and not is_resource(noun[0], rest[1 : closing(rest, 0)]):
        return False
    waiting = state.current and not state.current.thing and not state.current.drafts
    if waiting and noun[0][0].islower() and not is_plural(noun[0]):
        return False
    opened = pattern(
        rf"^,?\s*(?:[:(–-]|(?:with|where|contain\w*|consist\w*|whose|belongs? to|points? to|refers? to|references?|is linked to|is about)\b|{_HAS}\b)"
    ).match(rest)
    if not opened:
        return False
    inner = rest.lstrip(":– ")
    if (
        rest.startswith(":")
        and (deeper := read_noun(inner))
        and deeper[0][0].isupper()
        and pattern(rf"^\s*(?:[(:]|with\b|{_HAS}\b)").match(deeper[1])
    ):
        return _header(inner, clause, state)
    if (
        rest.startswith((":", "–", "-"))
        and not read_list(body_of(rest), state.forms(), [Draft(snake(noun[0]))]).fresh
    ):
        return False  # `expires: date, optional` is a field
    fields = read_list(body_of(rest), state.forms())
    proper = (noun[0][0].isupper() and clause.opens) or bool(re.match(r"[A-Z][a-z]+[A-Z]", noun[0]))
    if not fields.drafts or not (
        any(d.said or d.literal for d in fields.drafts) or proper or is_plural(noun[0])
    ):
        return False
    return open_resource(noun[0], rest, clause, state)


def _added(text: str, clause: Clause, state: State) -> bool:
    """`Add Invoice: …`, `we need order items`, `users should be able to save bookmarks: …`."""
    found = pattern(
        r"^(?:(?:(?:the|our|this)\s+\w+|it)\s+(?:should|must|needs? to|has to|ought to|will)\s+(?:also\s+)?(?:know|have|support|handle|manage|remember|offer|get|be able to \w+)\s+(?P<known>.+)|(?:(?:i|we|they|you|<USER>)\s+(?:(?:should|must|want|need|would like|can|could|may|have)\s+)*(?:to\s+)?(?:be able to|to)?\s*)?(?:<ADD>|leave|post|upload|submit|place|report)\s+(?P<rest>.+))$"
    ).match(text)
    if not found:
        return False
    said = found["rest"] or found["known"]
    if field := pattern(
        rf"^{SUBJECT}(?:new\s+|another\s+|two\s+|three\s+)*(?P<what>(?:(?!\bwith\b)[^,:(])*?)\s*\b{_FIELD_NOUN}\b(?:\s+(?:called|named|for|:))?\s*(?P<rest>.*)$"
    ).match(said):
        return _field_for_what(field["what"], field["rest"], clause, state)
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


def _field_for_what(what: str, rest: str, clause: Clause, state: State) -> bool:
    """`add a boolean field called archived`: of which resource is known, or asked."""
    entity = state.current
    fields = read_list(f"{what} {rest}", state.forms(), entity.drafts if entity else ())
    if entity is not None and fields.fresh:
        return give_fields(entity, fields, clause, state)
    state.doubts.append(which_resource(fields.drafts, clause.raw))
    return True


# ---- more of what is spoken of ----


def _continued(text: str, clause: Clause, state: State) -> bool:
    """`Each one points to an order`, `code: unique, 4 to 12 characters`, `both may stay empty`."""
    entity = state.current
    if entity is not None and _takes_default(text, entity):
        return True
    if entity is None:
        return _of_project(text, clause, state)
    names = "|".join(re.escape(one) for one in entity.called)
    subject = pattern(
        rf"^(?:{SUBJECT}(?:{names})\b(?!\s*[:(])|(?:it|they|each(?: one| of them)?|every one|this|these|those|one|and)\b)\s*(?P<has>(?:{_HAS})\b)?"
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


def _of_project(text: str, clause: Clause, state: State) -> bool:
    """`it has members (name …)`, said of a project that is to be begun."""
    found = pattern(
        rf"^(?:it|the (?:api|app|project|backend|service)|there)\s+(?:{_HAS}|is|are)\s+(?P<rest>.+)$"
    ).match(text)
    noun = read_noun(found["rest"]) if found and state.project else None
    return bool(noun and open_resource(noun[0], noun[1], clause, state))


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


def _said(drafts: list[Draft]) -> int:
    return sum(len(one.said) + bool(one.literal) for one in drafts)


_READERS: tuple[Callable[[str, Clause, State], bool], ...] = (
    _called_resource, _fields_onto, _things_have, _header, _continued, _added, _bare_noun,
)  # fmt: skip
