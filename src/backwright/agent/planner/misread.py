"""What was read as a field, or as who gets one, though its words name something else."""

from __future__ import annotations

import re

from backwright.agent.planner.attributes import describes
from backwright.agent.planner.drafts import Draft, known_kind, snake
from backwright.agent.planner.state import Entity, State
from backwright.spec.names import names_of

# `and it needs the grading as well`: a part of the task, which nobody can do from its name.
WISHES_MORE = re.compile(
    r"(?i)^(?:and |but |oh,? )?(?:it|we|they|i|this|that) (?:also |too |then )*(?:needs?|wants?|requires?|gets?|would like) (?!to\b|it\b|this\b|that\b)(?=.*\b(?:as well|too|also)\b|(?:an?|the|some) (?:\w+ ){1,3}(?:feature|module|functionality|thing|stuff|system|workflow|support)\b)"
)
_RESOURCE = re.compile(r"(?m)^\W*[A-Z][A-Za-z]+\W*[:(–].*$")
_POINT = re.compile(r"\W*(?P<name>[A-Z][a-z]+(?:[A-Z][a-z]+)*)\s*[:–]\s+(?!\w+\s*[:(])[^:(]{4,60}")
# `pinning`, `archiving`, `locking`
_DOING = re.compile(r"(?P<stem>[a-z]{3,}?)ing")


def names_resource(draft: Draft, entity: Entity) -> bool:
    """Tell whether `each label is private to its user`, or `resource Label`, was read as a field of what it names."""
    if draft.said or draft.literal:
        return False
    name = snake(entity.name)
    if re.fullmatch(rf"(?:new_)?(?:resource|model|entity|table)_{name}", draft.name):
        return True
    every = re.match(r"(?i)\W*(?:each|every|all|any)\b", draft.words)
    return draft.name == name and every is not None


def is_announced(draft: Draft, entity: Entity) -> bool:
    """Tell whether `give Task an energy level` only announces what is described then: `field energy, one of …`."""
    words = set(draft.name.split("_"))
    several = "_".join(re.findall(r"[a-z]+", draft.words.lower()))
    if any(one.said and one is not draft and several == f"{one.name}s" for one in entity.drafts):
        return True  # `add due dates to tasks (due_date, date)`
    if draft.said or draft.literal:
        return False
    return any(
        one.said and (set(one.name.split("_")) < words or _is_done(draft, one))
        for one in entity.drafts
    )


def _is_done(draft: Draft, other: Draft) -> bool:
    """Tell whether what rows need is what a field says of them: `Notes need pinning`, and `pinned` is a boolean."""
    doing = _DOING.fullmatch(draft.name)
    if not doing or "_" in draft.words:
        return False
    done = rf"(?:is_|was_)?{doing['stem']}(?:{doing['stem'][-1]})?e?d(?:_(?:at|on|since|until))?"
    return re.fullmatch(done, other.name) is not None


def is_made(draft: Draft, state: State) -> bool:
    """Tell whether `a task may get checkpoints`, `tagging for products` names a resource that the text makes."""
    stem = re.sub(r"([a-z])\1ing$|ing$", r"\1", draft.name)
    if (
        stem != draft.name
        and not draft.said
        and any(
            snake(e.name) in (stem, f"{stem}e") for e in state.entities if not e.thing and e.drafts
        )
    ):
        return True
    found = state.find(draft.name.replace("_", " "))
    return found is not None and found.thing is None and snake(found.name) != draft.name


def only_asks(entity: Entity, state: State) -> bool:
    """Tell whether users are only those who want something (`Users asked for it`), and no field was put on them."""
    if entity.thing is None or entity.thing.name != state.world.user:
        return False
    forms = "|".join(re.escape(one) for one in entity.thing.forms)
    placed = rf"\b(?:to|on|for|of|in|give|gives|extend|extends|model|table)\s+(?:the |our |all |an? |each |every )*(?:{forms})\b"
    has = rf"\b(?:{forms})(?:'s?)? (?:model|table|resource|gets?|has|have|needs? an?\b|should (?:get|have)|must have)|\b(?:{forms})\s*[:.(]\s*[a-z`]"
    named = rf"(?<![.!?] )(?<!^)\b{re.escape(entity.thing.name)}\b"
    said = re.sub(r"(?i)\bfor (?:\w+ )?users?\b|\blet users?\b", " ", state.said)
    return not (re.search(rf"(?i){placed}|{has}", said) or re.search(named, said))


def is_part(said: str, state: State) -> bool:
    """Tell whether words are a part of the task that nobody can do from them: `and it needs the grading as well`."""
    return WISHES_MORE.match(said) is not None or _points_to_resource(said, state)


def _points_to_resource(said: str, state: State) -> bool:
    """Tell whether a point names a resource beside others, but not its fields: `Event: the club's events`."""
    found = _POINT.fullmatch(said)
    if not found or known_kind(found["name"].lower()) or state.world.thing(found["name"]):
        return False
    rest = state.said.replace(said, "", 1)
    beside = any(describes(one[0], ("type", "length")) for one in _RESOURCE.finditer(rest))
    names = names_of(found["name"])
    return beside and bool(re.search(rf"(?i)\b(?:{names.human}|{names.plural_human})\b", rest))
