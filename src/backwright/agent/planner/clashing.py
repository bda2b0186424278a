"""What was read of fields and resources that cannot be meant: a field of it was not seen, or is something else."""

from __future__ import annotations

import re

from backwright.agent.planner.arrange import counts_rows
from backwright.agent.planner.attributes import is_plain_type, is_type
from backwright.agent.planner.drafts import Draft, known_kind, snake
from backwright.agent.planner.frames.relations import settle_kind
from backwright.agent.planner.lexicon import pattern
from backwright.agent.planner.state import Entity, Relation, State

# No field is called so: what stands before its name was not understood.
_NO_NAME = re.compile(
    r"_(?:the|an?|that|which|with|and|or|is|has|are|should|must|it)_|^(?:private|shared|global|personal|most|least|max|min)$"
    r"|^(?:pagination|cors|(?:jwt_|token_|user_)?(?:authentication|auth)|jwt|rate_limit(?:ing|s)?|versioning|works)$"
    r"|^(?:one|many)_to_(?:one|many)$"
)
_FLAGS = ("private", "shared", "global", "personal")  # names too, where they have a type
# What begins a request, or a part of a ticket, is no resource.
_NO_RESOURCES = (
    "Add", "Get", "Put", "Patch", "Delete", "AcceptanceCriterion",
    "Requirement", "Constraint", "Objective", "Jwt", "Cors", "Auth", "Authentication",
)  # fmt: skip


def clashes(state: State) -> list[str]:
    """Return what was said of fields that already are something else: a field of it was not seen."""
    typed = [
        draft.name
        for entity in state.entities
        for draft in entity.drafts
        if not draft.literal
        and (not known_kind(draft.name) or _is_type_alone(draft, entity))
        and (is_plain_type(draft.name) or counts_rows(draft, state))
    ]
    typed += [
        draft.words
        for entity in state.entities
        for draft in entity.drafts
        if (_NO_NAME.search(draft.name) or _is_another(draft, state))
        and not draft.literal
        and not ("type" in draft.said and draft.name in _FLAGS)
    ]
    typed += [
        f"{called} ({draft.name})"
        for entity in state.entities
        for draft in entity.drafts
        if "type" not in draft.said
        and is_type(draft.name)
        and (called := _named_before(draft, state))
    ]
    typed += [
        one.source
        for one in state.entities
        if not one.thing and not one.is_sure and one.name in _NO_RESOURCES
    ]
    typed += [one.source for one in state.entities if _is_told_of(one, state)]
    typed += _both_ways(state)
    typed += _to_themselves(state)
    return typed + [
        f"{clash} (said of {entity.name}.{draft.name}: {draft.words})"
        for entity in state.entities
        for draft in entity.drafts
        for clash in draft.clashes
    ]


def _named_before(draft: Draft, state: State) -> str | None:
    """Return the name of which a type in parentheses was read as a field of its own: `a caption (text, optional)`."""
    found = re.search(rf"\b(?P<name>[a-z]\w+) \({re.escape(draft.name)}[,;)]", state.said)
    named = {one.name for entity in state.entities for one in entity.drafts}
    if found is None or draft.literal or state.find(found["name"]) or found["name"] in named:
        return None
    return (
        None
        if pattern(r"^(?:fields?|columns?|<ADD>|with|has)$").match(found["name"])
        else found["name"]
    )


def _is_type_alone(draft: Draft, entity: Entity) -> bool:
    """Tell whether `a description (text, optional)` was read as a resource with a field called text."""
    return not entity.thing and len(entity.drafts) == 1 and "type" not in draft.said


def _is_told_of(entity: Entity, state: State) -> bool:
    """Tell whether `we need metadata of files attached to notes` was read as a resource, beside one that is called so."""
    bare = [d for d in entity.drafts if d.said.get("type") in ("ref", "many") and not d.literal]
    sure = any(one.is_sure and not one.thing for one in state.entities if one is not entity)
    return (
        sure
        and not entity.thing
        and not entity.is_sure
        and bool(bare)
        and len(bare) == len(entity.drafts)
    )


def _to_themselves(state: State) -> list[str]:
    """Return what makes a resource refer to itself by its own name: it was said of another, which was not seen."""
    return [
        draft.words
        for entity in state.entities
        for draft in entity.drafts
        if draft.said.get("type") == "ref"
        and not draft.literal
        and state.target(str(draft.said["thing"])) == entity.name
        and (draft.name.startswith("<") or draft.name == snake(entity.name))
    ]


def _both_ways(state: State) -> list[str]:
    """Return what makes two resources refer to each other: one of the two was read the wrong way round."""
    refs = {
        (entity.name, state.target(str(d.said["thing"]))): d.words
        for entity in state.entities
        for d in entity.drafts
        if d.said.get("type") == "ref"
    }
    for one in [a for a in state.acts if isinstance(a, Relation)]:
        known = settle_kind(one, state)
        if known and known.kind == "one-to-many":
            refs.setdefault((known.right, known.left), one.source)
    return [words for (a, b), words in refs.items() if a < b and (b, a) in refs]


def _is_another(draft: Draft, state: State) -> bool:
    """Tell whether `there is a Ride, which references a horse` was read as a field: then it is a resource."""
    named = re.search(r"\b(?:an?|the) (?P<name>[A-Z][a-z]\w*)\b", draft.words)
    if not named or draft.said.get("type") != "ref":
        return False
    return (
        snake(named["name"]) == draft.name
        and state.target(str(draft.said["thing"])) != named["name"]
    )
