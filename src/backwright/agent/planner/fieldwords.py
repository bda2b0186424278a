"""The field words of a resource, from what was understood of its fields."""

from __future__ import annotations

import re

from backwright.agent.planner.drafts import Draft, known_kind, snake
from backwright.agent.planner.lexicon import lexicon, pattern
from backwright.agent.planner.questions import ask_existing, ask_type, ask_unclear
from backwright.agent.planner.state import Entity, State
from backwright.agent.planner.types import Part
from backwright.agent.planner.world import noun_of
from backwright.errors import UsageError
from backwright.spec.fields import read_field
from backwright.spec.names import names_of, pluralize

_ROWS = re.compile(
    r"(?i)\b(?:existing|already|live|in production|production (?:data|table|database)|old) (?:\w+ ){0,2}(?:rows?|records?|entries|table|data|has|have|in production|products?|orders?|tasks?|notes?)\b|\b(?:has|have|there are|with|holds?|are) (?:about |around |some |over |roughly |more than )*\d[\d,.]*\d\b"
)


def field_words(entity: Entity, state: State) -> tuple[str, ...]:
    """Return the field words of a resource, each tried by the engine's own reader."""
    words: dict[str, str] = {}
    _belongs_to_user(entity, state)
    for draft in [d for d in entity.drafts if not _names_made(d, entity, state)]:
        word = _word(draft, entity, state)
        if word is None or words.get(draft.name) == word:
            continue
        if draft.name in words and _says_all(word, words[draft.name]):
            words[draft.name] = max(word, words[draft.name], key=len)
            continue
        if draft.name in words:
            ask_unclear(state, [f"{word} beside {words[draft.name]}"], "twice")
            continue
        try:
            read_field(word)
        except UsageError as error:
            if draft.literal:
                raise
            ask_unclear(state, [f"{draft.words} ({error.message})"], "clash")
            continue
        words[draft.name] = word
    return tuple(words.values())


def _says_all(one: str, other: str) -> bool:
    """Tell whether one of two field words says all that the other does: `task:ref:Task:cascade`, `task:ref:Task`."""
    left, right = set(one.split(":")), set(other.split(":"))
    return left <= right or right <= left


def _names_made(draft: Draft, entity: Entity, state: State) -> bool:
    """Tell whether `I need courses and lectures` only names what is described then."""
    found = state.find(draft.name.replace("_", " "))
    is_bare = not draft.said and not draft.literal and snake(pluralize(draft.name)) == draft.name
    return (
        is_bare
        and found is not None
        and not found.thing
        and found is not entity
        and bool(found.drafts)
    )


def _belongs_to_user(entity: Entity, state: State) -> None:
    """`linked to the user`, without a name for it, says whose rows are."""
    user = state.world.user
    for draft in list(entity.drafts):
        refers = draft.name.startswith("<") and draft.said.get("type") == "ref"
        if user and not entity.thing and refers and state.target(str(draft.said["thing"])) == user:
            entity.drafts.remove(draft)
            entity.owner, entity.owner_source = (
                entity.owner or "user",
                entity.owner_source or draft.words,
            )


def _word(draft: Draft, entity: Entity, state: State) -> str | None:
    target = None
    if "thing" in draft.said and not draft.literal:
        target = state.target(str(draft.said["thing"]))
        if draft.name.startswith("<"):
            known = state.world.thing(target.lower())
            names = names_of(noun_of(target) if known else target)
            draft.name = names.plural_snake if draft.said["type"] == "many" else names.snake
    elif thing := _model_named(draft, state):
        target = thing
        draft.said |= {"type": "ref", "thing": target}
        state.parts.append(
            Part(
                f"{draft.name} refers to {target}",
                f"the project or your words: {target} is a resource",
            )
        )
    if draft.literal is None and draft.kind is None and _is_prose(draft.name):
        draft.said["type"] = "text"
        draft.assumed = f"assumed from the name {draft.name!r}"
    if draft.literal is None and draft.kind is None:
        ask_type(state, entity, draft)
    if entity.thing and _is_required_of_rows(draft, state):
        ask_existing(state, entity, draft)
    word = draft.word(target)
    told = f"your words: {draft.words!r}" if draft.words else "your answer"
    assumed = f"{draft.assumed}; {told}" if draft.assumed else told
    state.parts.append(Part(word, assumed))
    return word


def _is_required_of_rows(draft: Draft, state: State) -> bool:
    """Tell whether a new field must be given, has no default, and the text itself speaks of rows that are there."""
    said = draft.said
    return (
        "required" in said
        and "default" not in said
        and bool(_ROWS.search(f"{state.said} {state.beside}"))
    )


def _is_prose(name: str) -> bool:
    """Tell whether a name that no model has gives away a text: `note`."""
    return bool(pattern(lexicon("names")["known_unless_model"]["text"]).match(name))


def _model_named(draft: Draft, state: State) -> str | None:
    """Return the model that an untyped field is called after."""
    if draft.literal or draft.kind is not None or known_kind(draft.name):
        return None
    found = state.find(draft.name.replace("_", " "))
    if found and snake(found.name) == draft.name:
        return found.name
    last = state.find(draft.name.rpartition("_")[2])  # `parent_task`
    return last.name if last and draft.name.endswith(f"_{snake(last.name)}") else None
