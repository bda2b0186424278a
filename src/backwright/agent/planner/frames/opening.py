"""Beginning a resource, giving it fields: what the readers of resources have in common."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from backwright.agent.planner.attributes import Attribute
from backwright.agent.planner.clauses import Clause
from backwright.agent.planner.drafts import Draft, snake
from backwright.agent.planner.fieldlist import FieldList, read_list
from backwright.agent.planner.lexicon import pattern
from backwright.agent.planner.nouns import pascal
from backwright.agent.planner.questions import ask_field_place
from backwright.agent.planner.state import Entity, State, is_plural

_OPENERS = re.compile(
    r"^(?:\s*(?:with|has|have|having|that|which|where|each|one(?! of\b)|it|they|the following|following|fields?|columns?|attributes?|"
    r"consisting of|consists? of|be able to (?:have|hold|carry|remember|store|know|keep|save|record)|containing|contains?|holding|including|includes?|stores?|whose|made of|should|must|will|can|also|and|"
    r"of which|just|for|its|needs?|gets?|looks? like(?: this)?|comes with|wants?|carry|carries|lacks?|lacking|misses|requires?|this|these|are:|their|as|follows|in it)\b|[\s:,;–-])*",
    re.IGNORECASE,
)
# A remark with one of these is no remark: it asks for something of a field.
_BINDS = re.compile(
    r"(?i)\b(?:must|should|shall|has to|have to|needs? to|may not|cannot|only (?:if|when|for|by)|unless|depending|as soon as|whenever|automatically|belongs? to|refers? to|references?|defaults?|no two|never|share|generated|computed|calculated|derived|based on|taken from|copied|sum of)\b"
)
_IDENTIFIER = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b")
FIELD_NOUN = r"(?:fields?|columns?|attributes?|propert(?:y|ies)|flags?)"
HAS = r"(?:(?:should|must|can|could|may|might|will|would|shall|also|now|really|only|simply|just|all|each|both|additionally|optionally|then|to|i think|still)\s+)*(?:needs?|gets?|has|have|wants?|lacks?|carr(?:y|ies)|is missing|are missing|miss(?:es)?|receives?|requires?|includes?|stores?|holds?|contains?|keeps?|remembers?|knows?|records?|consists? of|comes? with|be able to (?:have|hold|carry|remember|store|know|keep|save)|be given|is given|are given|is to have|ought to have|track|tracks)"
SUBJECT = r"(?:<DET>\s+)*"


def things_of(state: State) -> str:
    """Return a pattern of every name that a resource is known by so far."""
    forms = sorted(set(state.spoken()), key=len, reverse=True)
    return "|".join(re.escape(one) for one in forms) or r"(?!x)x"


def only_thing(state: State) -> Entity | None:
    """Return the one model of the project that the whole text names; None where it names several."""
    named = [
        thing
        for thing in state.world.things
        if any(
            pattern(rf"(?<![\w-]){re.escape(f)}(?![\w-])").search(state.said) for f in thing.forms
        )
    ]
    return state.find(named[0].name) if len(named) == 1 else None


def body_of(text: str) -> str:
    """Return what follows a name without what only leads to the fields."""
    text = text.strip()
    if text.startswith("(") and text.endswith(")") and text.count("(") == 1:
        text = text[1:-1]
    return _OPENERS.sub("", text, count=1)


def open_resource(
    noun: str,
    rest: str,
    clause: Clause,
    state: State,
    *,
    sure: bool = False,
    named: Collection[str] = (),
) -> bool:
    """Begin a resource, or go on with one of this name; what follows its name are its fields."""
    known = state.find(noun)
    if known and known.thing and not sure and not rest.strip():
        return False
    entity = known or Entity(pascal(noun), plural=is_plural(noun))
    entity.source = entity.source or clause.raw
    entity.asked = True
    entity.is_sure = entity.is_sure or sure
    state.speak_of(entity)
    rest = _parent(rest, entity, state)
    rest = re.sub(r"^\s*of (?!course)[a-z]+(?=\s*[:(,–])", "", rest)  # `sessions of work: …`
    rest = re.sub(rf"^[^:()]{{0,40}}:\s*(?={entity.name}\s*(?:with\b|has\b|[:(]))", "", rest)
    names = "|".join(re.escape(one) for one in entity.called)
    rest = pattern(
        rf"^[\s:,;.–-]*(?:(?:each|every|an?|the)\s+(?:{names})\b|(?-i:{entity.name})(?=\s*(?:[:(–-]|with\b|has\b)))"
    ).sub("", rest)
    fields = read_list(body_of(rest), state.forms(), entity.drafts, named=named)
    if not fields.drafts and fields.whole:
        entity.loose = True
        state.doubts.append(lambda s: _loose(entity, fields.whole, clause, s))
        return True
    return give_fields(entity, fields, clause, state)


def _loose(entity: Entity, said: list[Attribute], clause: Clause, state: State) -> None:
    """What was said of bounds without a field is of a field by this name, whose place is asked."""
    if entity.drafts:
        return
    draft = Draft(snake(entity.name), words=clause.raw)
    for one in said:
        draft.take(one)
    state.acts.remove(entity)
    which_resource([draft], clause.raw)(state)


def _parent(rest: str, entity: Entity, state: State) -> str:
    """Take `on products`, `for a task` behind the name: the new resource refers to it."""
    found = pattern(
        rf"^\s*(?:on|for|of|to|under|per|about|in)\s+{SUBJECT}(?P<thing>{things_of(state)})(?![\w-]|\.\w)"
    ).match(rest)
    unknown = re.match(r"\s*(?:on|for|about|per|to)\s+[a-z]+s(?=\s*(?:[:(,]|$))", rest)
    if unknown and not found:
        state.unclear.append(
            f"{entity.name}{unknown[0]}"
        )  # `notes on customers: …`: there are none
        return rest[unknown.end() :]
    if not found:
        return rest
    target = state.find(found["thing"])
    if target and target.name != entity.name and target.name != state.world.user:
        draft = Draft(f"<{found['thing']}>", words=found[0].strip())
        draft.take(Attribute("ref", 0, 0, {"thing": found["thing"]}))
        entity.drafts.append(draft)
    return rest[found.end() :]


def give_fields(entity: Entity, fields: FieldList, clause: Clause, state: State) -> bool:
    """Give a resource its fields."""
    state.speak_of(entity)
    entity.asked = True
    entity.source = entity.source or clause.raw
    for draft in fields.drafts:
        if "candidate" in draft.said and re.search(r"(?i)\bdefault\b", clause.text):
            draft.said["default"] = draft.said.pop("candidate")
            fields.remarks.clear()
    entity.drafts = fields.drafts
    if entity.thing is not None and not fields.drafts:
        entity.loose = entity.loose or not re.search(
            r"(?i)\b(?:already|so far|today)\b", clause.text
        )
    known = {draft.name for draft in fields.drafts}
    binding = [
        one
        for one in fields.remarks
        if _BINDS.search(one) or not known.issuperset(_IDENTIFIER.findall(one))
    ]
    state.unclear += binding
    state.aside += [one for one in fields.remarks if one not in binding]
    state.elsewhere += fields.elsewhere
    state.unclear += fields.lost
    if fields.whole:
        state.unclear.append(clause.raw)  # it says of some field what it is like, not of which
    return True


def which_resource(drafts: list[Draft], source: str) -> Callable[[State], None]:
    """Return the doubt to which resource fields go."""
    return lambda state: ask_field_place(state, drafts, source)
