"""Fields for a resource: which one is to get them, and what they are."""

from __future__ import annotations

import re
from copy import deepcopy

from backwright.agent.planner.attributes import Attribute, is_said_of_fields
from backwright.agent.planner.clauses import Clause
from backwright.agent.planner.drafts import Draft
from backwright.agent.planner.fieldlist import FieldList, read_list
from backwright.agent.planner.frames.opening import (
    FIELD_NOUN,
    HAS,
    SUBJECT,
    body_of,
    give_fields,
    only_thing,
    open_resource,
    things_of,
    which_resource,
)
from backwright.agent.planner.lexicon import pattern
from backwright.agent.planner.nouns import read_noun
from backwright.agent.planner.state import Entity, State, is_plural

_PEOPLE = r"(?:users?|customers?|members?|accounts?|clients?)"
_RELATING = r"\b(?:refer(?:s|ring)?|references?|belong(?:s|ing)?|point(?:s|ing)?|link(?:s|ed)?|relat(?:es?|ed|ion)|attach(?:es|ed)|connect(?:s|ed)?|key|tied|owned|index(?:es)?|many)\s*$"
_FIELD_NAME = re.compile(
    r"[a-z][a-z0-9_]*(?<!s) (?:on|onto|to|in|into) (?:the |every |each |all )?"
)


def fields_onto(text: str, clause: Clause, state: State) -> bool:
    """`add due_date to Task, a date`, `put a channel on orders, one of …`, `color for Folder – …`."""
    found = _onto(text, state)
    if found is None:
        return False
    if _with_fields(found, clause, state):
        return True
    entity = state.find(found["thing"]) or _of_people(found["thing"], text, state)
    said = _without_reference(found["what"], state)
    if (
        entity is None
        or (not found["verb"] and not entity.thing)
        or pattern(_RELATING).search(said)
    ):
        return False
    what = read_list(said, state.forms(), entity.drafts)
    if others := _also_onto(found["rest"], state):
        return _give_to_all([entity, *others], what, found["rest"], clause, state)
    rest = _said_behind(found["rest"], what, state)
    if entity.thing and _FIELD_NAME.fullmatch(text[: found.start("thing")]) and not found["rest"]:
        return give_fields(entity, rest, clause, state)  # `estimate on Task. float.`
    if found["verb"] is None and not (what.drafts and any(d.said for d in rest.drafts)):
        return _about(found["what"], entity, found["rest"], clause, state)
    if _is_new_noun(found["what"], what, rest):
        return open_resource(found["what"], f" on {found['thing']} {found['rest']}", clause, state)
    if not rest.drafts:
        return _nameless(entity, clause, state, rest)
    return give_fields(entity, rest, clause, state)


def _onto(text: str, state: State) -> re.Match[str] | None:
    """Return what is to go onto which resource, and what is said behind that."""
    things = f"{things_of(state)}|{_PEOPLE}" if state.world.user else things_of(state)
    found = pattern(
        rf"^(?:(?:i|we)\s+(?:also\s+)?)?(?P<verb>(?:<ADD>)\s+)?(?P<what>(?:(?!\b(?:to|on|onto|into) (?:{things})\b).)+?)\s+(?:to|on|onto|in|into|for|of|about)\s+(?:<DET>\s+|existing\s+)*(?P<thing>{things})"
        rf"(?:\s+(?:model|table|resource|rows?|entity|records?))?(?![\w-]|'s|\.\w)(?P<rest>.*)$"
    ).match(text)
    if found and not found["verb"] and re.match(r"[A-Z]\w+,?\s+with\b", found["what"]):
        return None  # `Collection, with any number of products`
    if not found or ":" in found["what"] or found["what"].count("(") != found["what"].count(")"):
        return None
    return found


def _more_things(state: State) -> re.Pattern[str]:
    """Return a pattern of further resources that get the same: `and to orders`."""
    return pattern(
        rf"^(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+)(?:also )?(?:to |on )?{SUBJECT}(?:{things_of(state)})(?![\w-]))+"
    )


def _also_onto(rest: str, state: State) -> list[Entity]:
    """Return the further resources that get the same fields."""
    listed = _more_things(state).match(rest)
    if not listed:
        return []
    names = [
        m[0] for m in pattern(rf"(?<![\w-])(?:{things_of(state)})(?![\w-])").finditer(listed[0])
    ]
    return [found for name in names if (found := state.find(name)) is not None]


def _give_to_all(
    entities: list[Entity], what: FieldList, rest: str, clause: Clause, state: State
) -> bool:
    """Give several resources the same new fields: `add notes (text) to product and order`."""
    rest = _more_things(state).sub("", rest)
    said = _said_behind(rest, what, state)
    new = said.drafts[len(entities[0].drafts) :]
    if not new:
        return False
    for entity in entities:
        drafts = [*entity.drafts, *deepcopy(new)]
        give_fields(entity, FieldList(drafts, said.remarks, said.whole, said.lost), clause, state)
    return True


def _said_behind(text: str, what: FieldList, state: State) -> FieldList:
    """Read what is said of fields behind the name of their resource: types, or the values of an enum."""
    named = bool(what.fresh) and bool(re.match(r"\s*[:(–-]", text))
    if named and (values := _bare_values(text)):
        _choose(what.drafts[-1], values)
        return what
    return read_list(body_of(text), state.forms(), what.drafts, follows=named)


def _with_fields(found: re.Match[str], clause: Clause, state: State) -> bool:
    """`add comments with a body (text) to posts`: a new resource, its fields, and whose it is."""
    parts = re.match(r"(?P<noun>[\w -]+?)\s+(?:with|having)\s+(?P<fields>.+)$", found["what"])
    noun = read_noun(parts["noun"]) if parts else None
    if not parts or noun is None or noun[1].strip() or state.find(noun[0]):
        return False
    if not is_plural(noun[0]) and not noun[0][0].isupper():
        return False
    about = f" on {found['thing']} with {parts['fields']} {found['rest']}"
    return open_resource(noun[0], about, clause, state)


def _of_people(words: str, text: str, state: State) -> Entity | None:
    """Return the project's users, whom a text calls `customers` where it has no model of this name."""
    if not state.world.user or not re.fullmatch(_PEOPLE, words.lower()):
        return None
    if not re.match(r"(?i)(?:add|put|give|keep|store|need|want|introduce|create|include)\b", text):
        return None  # `write to all customers …`
    state.aside.append(f"{words!r} was read as {state.world.user}")
    return state.find(state.world.user)


_VALUES = re.compile(
    r"\s*[:(–-]\s*(?:either )?(?P<values>[a-z][\w-]*(?:\s*,\s*(?:and |or )?[a-z][\w-]*|\s*/\s*[a-z][\w-]*|\s+(?:and|or)\s+[a-z][\w-]*)+)\)?"
    r"(?:\s*[,;–(]*\s*(?:(?:and )?(?:it )?(?:starts?|begins?) (?:as|with|at)|(?:and )?(?:by )?default(?:s to| is|ing to)?:?|initially)\s+(?P<default>[a-z][\w-]*)(?: by default)?\)?)?\s*"
)


def _bare_values(rest: str) -> tuple[tuple[str, ...], str | None] | None:
    """Return the values in `: pending, paid, shipped; starts as pending`, and which is the default."""
    found = _VALUES.fullmatch(rest)
    if not found:
        return None
    values = tuple(
        v.strip()
        for v in re.split(r"\s*,\s*(?:and |or )?|\s*/\s*|\s+(?:and|or)\s+", found["values"])
    )
    if any(is_said_of_fields(value) for value in values) or len(set(values)) < len(values):
        return None
    if found["default"] and found["default"] not in values:
        return None
    return values, found["default"]


def _choose(draft: Draft, values: tuple[tuple[str, ...], str | None]) -> None:
    draft.take(Attribute("enum", 0, 0, {"values": values[0]}))
    if values[1]:
        draft.take(Attribute("default", 0, 0, {"value": values[1]}))


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
        or pattern(rf"^{SUBJECT}(?:{things_of(state)})\b").match(what)  # `a note sits in …`
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
    if not pattern(FIELD_NOUN).search(clause.text) and not rest.whole:
        return False
    state.speak_of(entity)
    entity.asked = True
    entity.source = entity.source or clause.raw
    entity.loose = True
    return True


def things_have(text: str, clause: Clause, state: State) -> bool:
    """`a task should get a priority: …`, `can notes have a boolean pinned?`, `give every task …`."""
    things = things_of(state)
    for form in (
        rf"^(?:(?:can|could|should|may|might|would|do|does|let|have|make)\s+)?{SUBJECT}(?P<thing>{things})(?:\s+(?:model|table|resource|rows?|entity))?\s+(?P<rest>{HAS}\b.*)$",
        rf"^(?:give|extend|equip|provide|enrich|expand|enhance|augment|supply|complete)\s+{SUBJECT}(?P<thing>{things})(?:\s+(?:model|table|resource))?(?:\s+(?:with|by))?\b(?P<rest>.*)$",
        rf"^{SUBJECT}(?P<thing>{things})(?:\s+(?:model|table|resource))?\s*[:–-]\s*(?:(?:(?:i|we) (?:also )?(?:need|want|would like)|add|needs?|gets?|new|plus|also|missing)\b)?(?P<rest>.*)$",
        rf"^.*\b{FIELD_NOUN}\s+(?:(?:are|is)\s+)?(?:missing\s+|lacking\s+)?(?:to|on|in|for|of|from|at)\s+{SUBJECT}(?P<thing>{things})(?:\s+(?:model|table|resource))?\b(?P<rest>.*)$",
        rf"^(?:in|on|for|to)\s+{SUBJECT}(?P<thing>{things})(?:\s+(?:model|table|resource))?,?\s+(?:(?:i|we)\s+(?:also\s+)?(?:need|want|miss|would like)|<ADD>)(?P<rest>.*)$",
        rf"^(?P<thing>{things})\s*\((?P<rest>.*)\)\s*$",
        rf"^(?P<thing>{things})\s*\+\s*(?P<rest>.*)$",
        rf"^(?:(?:<NUM>|some|several|the|an?)\s+)?(?:(?:new|more|extra|additional|further|optional)\s+)*{FIELD_NOUN}\s+(?:on|for|to|in|of)\s+{SUBJECT}(?P<thing>{things})\s*[:,–](?P<rest>.*)$",
        rf"^(?:<ADD>)\s+(?:to|on|onto)\s+{SUBJECT}(?P<thing>{things})\s*[:,](?P<rest>.*)$",
        rf"^{SUBJECT}(?P<thing>{things}),?\s+(?:(?:<NUM>|some|a few|several)\s+)?(?:more|new|additional|further)\s+{FIELD_NOUN}\s*:?(?P<rest>.*)$",
        rf"^(?:<ADD>)\s+(?:in|to|on|into|for)\s+{SUBJECT}(?P<thing>{things}),?\s+{SUBJECT}(?:new\s+)?{FIELD_NOUN}\s+(?P<rest>.*)$",
        rf"^(?:mark|flag)\s+{SUBJECT}(?P<thing>{things})\s+(?:as|to be)\s+(?P<rest>.*)$",
        rf"^(?:(?:<ADD>)\s+)?(?P<thing>{things})\.(?P<rest>[a-z_]\w*\b.*)$",
    ):
        found = pattern(form).match(text)
        entity = state.find(found["thing"]) if found else None
        if found and entity:
            rest = pattern(
                rf"^{HAS}\s+(?:where|what|when|how|who|whether|which|why)\b[^:;(]*:"
            ).sub("has ", found["rest"])
            if entity.name == state.world.user and re.search(r"(?i)\bbe able to\b", rest[:30]):
                return False  # what users do, and not what a row of theirs has
            many = pattern(r"^\W*(?:\w+\s+){1,3}(?:<MANYWORD>)\b").match(rest)
            fields = read_list(rest if many else body_of(rest), state.forms(), entity.drafts)
            if _is_field_of_current(entity, fields, state):
                return False
            return give_fields(entity, fields, clause, state)
    return False


def _is_field_of_current(entity: Entity, fields: FieldList, state: State) -> bool:
    """Tell whether `order: fk to Order` names a field of the resource that is being described."""
    current = state.current
    if current is None or current is entity or current.thing:
        return False
    fresh = fields.drafts[len(entity.drafts) :]
    return bool(fresh) and all(
        draft.name.startswith("<") and state.target(str(draft.said["thing"])) == entity.name
        for draft in fresh
    )


def field_on_it(text: str, clause: Clause, state: State) -> bool:
    """`a field source_url on it, type URL`: of the one model that the text names."""
    found = pattern(
        rf"^(?:(?:<ADD>)\s+)?{SUBJECT}(?:new |extra |additional |another )*(?P<what>.*?)\s*\b{FIELD_NOUN}\b(?:\s+(?:called|named))?\s*(?P<name>[`\"]?[a-z]\w*[`\"]?)?\s+(?:on|to|for|in) (?:it|that|them|this)\b(?P<rest>.*)$"
    ).match(text)
    if not found:
        return False
    return field_for_what(found["what"], f"{found['name'] or ''}{found['rest']}", clause, state)


def field_named(text: str, clause: Clause, state: State) -> bool:
    """`A nullable JSON field, named extra, will do`: of the one model that the text names."""
    found = pattern(
        rf"^{SUBJECT}(?:new |extra |additional |another )*(?P<what>(?:[a-z]+\s+){{0,4}}?){FIELD_NOUN},?\s+(?:named|called)\s+[`\"]?(?P<name>[a-z]\w*)[`\"]?(?P<rest>.*?)(?:,?\s+(?:will do|would do|is enough|suffices|is fine))?$"
    ).match(text)
    if not found:
        return False
    return field_for_what(f"`{found['name']}` {found['what']}", found["rest"], clause, state)


def field_for_what(what: str, rest: str, clause: Clause, state: State) -> bool:
    """`add a boolean field called archived`: of which resource is known, or asked."""
    entity = state.current or only_thing(state)
    fields = read_list(f"{what} {rest}", state.forms(), entity.drafts if entity else ())
    if entity is not None and fields.fresh:
        return give_fields(entity, fields, clause, state)
    state.doubts.append(which_resource(fields.drafts, clause.raw))
    return True


def is_title(entity: Entity, clause: Clause) -> bool:
    """Tell whether `Sizes for tasks: add a field size …` only was a heading, and opened no resource."""
    return (
        not entity.thing
        and not entity.is_sure
        and all(draft.name.startswith("<") for draft in entity.drafts)
        and len(entity.drafts) == 1
        and not pattern(r"^(?:<ADD>|<VERB>)\b").match(entity.source)
        and bool(
            pattern(
                rf"^(?:<ADD>)\s+{SUBJECT}(?:new |extra )*(?:field|column|attribute|property|flag)\b"
            ).match(clause.text)
        )
    )


def forget_title(entity: Entity, state: State) -> None:
    """Go on with the model that a heading speaks of."""
    state.acts.remove(entity)
    state.entities.remove(entity)
    state.aside.append(entity.source)
    state.current = state.find(str(entity.drafts[0].said["thing"]))
