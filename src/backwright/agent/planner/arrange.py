"""What was understood in its order: titles, new projects, relations that are fields, relations last."""

from __future__ import annotations

import re

from backwright.agent.planner.drafts import Draft, snake
from backwright.agent.planner.frames.relations import relate, settle_kind
from backwright.agent.planner.questions import (
    ask_kind,
)
from backwright.agent.planner.spelling import distance
from backwright.agent.planner.state import Entity, Relation, State
from backwright.agent.planner.types import Part, Step

_SHORT = 4  # shorter names that differ in a letter are two names
_A_SLIP = 1
_PLACED = re.compile(r"(?:on|for|of|to|under|per|about|in) ")

# `a task has at most one category`: of how many rows, and no number.
_AT_MOST_ONE = re.compile(
    r"(?i)\b(?:at most|no more than|not more than|exactly|only|just) one [a-z]+"
)


def merge_titles(state: State) -> None:
    """Make one of what is announced and what is described: `add due reminders. Reminder: when …`."""
    made = [e for e in state.entities if not e.thing and e in state.acts]
    described = [e for e in made if any(not d.name.startswith("<") for d in e.drafts)]
    for title in [e for e in made if e not in described]:
        same = [e for e in described if _is_same(title.name, e.name)]
        if len(same) != 1:
            continue
        same[0].drafts += title.drafts
        same[0].owner = same[0].owner or title.owner
        state.acts.remove(title)
        state.entities.remove(title)
        state.aside.append(title.source)


def _is_same(title: str, name: str) -> bool:
    """Tell whether a title names what is described: `due reminders`, `labelling`, `habbit` for Habit."""
    near = _A_SLIP if len(name) > _SHORT else 0
    return (
        title.endswith(name)
        or name.endswith(title)
        or distance(title.lower(), name.lower()) <= near
    )


def begin_if_empty(state: State) -> None:
    """Where there is nothing yet, a resource means a new project."""
    made = [a for a in state.acts if isinstance(a, Entity)]
    if state.world.is_empty and state.project is None and made:
        state.project = Step("new")
        state.acts.insert(0, state.project)
        state.parts.append(Part("new", "the project: there is no application here yet"))


def settle_many(state: State) -> None:
    """Make a relation of what a resource has many of, unless it is many-to-many: then the other side keeps it."""
    for entity in [a for a in state.acts if isinstance(a, Entity)]:
        for draft in [d for d in entity.drafts if d.said.get("type") == "many"]:
            if not draft.literal and not _is_many_to_many(draft, entity, state):
                entity.drafts.remove(draft)


def _is_many_to_many(draft: Draft, entity: Entity, state: State) -> bool:
    """Tell whether `has many products` is many-to-many; else keep the relation, if nothing says it already."""
    if draft.said.get("sure"):
        return True
    target = state.target(str(draft.said["thing"]))
    holder = state.find(draft.name)
    if target == entity.name and holder is not None and holder is not entity:
        # `a task can have many categories`, said where Category is described
        turned = Relation(holder.name, target, None, draft.words)
        relate(settle_kind(turned, state) or ask_kind(state, turned), state)
        return False
    state.many.append((entity.name, target, "many"))
    said = Relation(entity.name, target, None, draft.words)
    other = state.find(target)
    if other is not None and any(_refers(d, entity.name, state) for d in other.drafts):
        return False
    known = settle_kind(said, state) or ask_kind(state, said)
    if known.kind == "many-to-many":
        draft.said["sure"] = 1
        return True
    relate(known, state)
    return False


def counts_rows(draft: Draft, state: State) -> bool:
    """Tell whether `a task is in at most one sprint` was read as a number by the name of a resource."""
    bounded = "low" in draft.said or "high" in draft.said
    if not bounded or "type" in draft.said:
        return False
    return state.find(draft.name) is not None or bool(_AT_MOST_ONE.search(draft.words))


def drop_counts(state: State) -> None:
    """Drop what was read as a number, where a relation is known that it counts: `each product has at most one supplier`."""
    related = [{one.left, one.right} for one in state.acts if isinstance(one, Relation)]
    for entity in state.entities:
        entity.drafts = [
            d
            for d in entity.drafts
            if not (counts_rows(d, state) and {entity.name, state.target(d.name)} in related)
        ]


def into_fields(state: State) -> None:
    """In a new project a relation is a field of the resource that keeps it."""
    for one in [a for a in state.acts if isinstance(a, Relation)]:
        known = settle_kind(one, state)
        left, right = state.find(one.left), state.find(one.right)
        made = [e for e in (left, right) if e is not None and not e.thing]
        if known and known.kind == "many-to-many":
            _drop_placed(known, made, state)
            if one.ordered and not state.project:
                _drop_many(known, made, state)
        if not made or (
            known and known.kind == "many-to-many" and one.ordered and not state.project
        ):
            continue
        at = state.acts.index(one)
        state.acts.remove(one)
        if not known and left and right and _is_said_already(left, right, state):
            continue
        known = known or ask_kind(state, one)
        if known.kind == "many-to-many" and left is not None and left.thing:
            known = Relation(known.right, known.left, known.kind, known.source)
        keeper, target = (
            (known.right, known.left) if known.kind == "one-to-many" else (known.left, known.right)
        )
        entity = state.find(keeper)
        if entity is None or entity.thing:
            state.acts.insert(at, known)
            continue
        kind = "ref" if known.kind == "one-to-many" else "many"
        if not any(
            d.said.get("type") in ("ref", "many") and state.target(str(d.said["thing"])) == target
            for d in entity.drafts
        ):
            entity.drafts.append(
                Draft(f"<{target}>", {"type": kind, "thing": target, "sure": 1}, known.source)
            )


def _refers(draft: Draft, target: str, state: State) -> bool:
    is_ref = draft.said.get("type") == "ref"
    return is_ref and state.target(str(draft.said["thing"])) == target


def _is_said_already(left: Entity, right: Entity, state: State) -> bool:
    """Tell whether one of the two refers to the other, and nothing that was said speaks against it."""
    pairs = ((left, right), (right, left))
    refers = any(_refers(d, b.name, state) for a, b in pairs for d in a.drafts)
    many = {(a, b) for a, b, count in state.many if count == "many"}
    return refers and not {(left.name, right.name), (right.name, left.name)} <= many


def _drop_placed(relation: Relation, made: list[Entity], state: State) -> None:
    """Drop the reference that a title seemed to say, `tags for tasks`, where the text says many-to-many."""
    ends = {relation.left, relation.right}
    for entity in made:
        for target in ends - {entity.name}:
            entity.drafts = [
                d
                for d in entity.drafts
                if not (
                    d.name.startswith("<") and _PLACED.match(d.words) and _refers(d, target, state)
                )
            ]


def _drop_many(relation: Relation, made: list[Entity], state: State) -> None:
    """Drop the field that says the same as a relation which the text orders."""
    ends = {relation.left, relation.right}
    for entity in made:
        entity.drafts = [
            d
            for d in entity.drafts
            if not (
                d.said.get("type") == "many"
                and {entity.name, state.target(str(d.said["thing"]))} == ends
            )
        ]


def one_way(state: State) -> None:
    """Keep one of a relation and a reference that say the same of two models of the project."""
    for relation in [a for a in state.acts if isinstance(a, Relation)]:
        known = settle_kind(relation, state)
        keeper = state.find(known.right) if known and known.kind == "one-to-many" else None
        if known is None or keeper is None or not keeper.thing:
            continue
        same = [
            d
            for d in keeper.drafts
            if _refers(d, known.left, state)
            or (d.name == snake(known.left) and "type" not in d.said)
        ]
        if not same:
            continue
        if all(set(d.said) <= {"type", "thing"} and snake(known.left) == d.name for d in same):
            keeper.drafts = [d for d in keeper.drafts if d not in same]
        else:
            state.acts.remove(relation)
        return


def relations_last(state: State) -> None:
    """Put relations behind the resources that they need, where a text names them first."""
    for relation in [a for a in state.acts if isinstance(a, Relation)]:
        ends = {relation.left, relation.right}
        needed = [
            at
            for at, one in enumerate(state.acts)
            if isinstance(one, Entity) and not one.thing and one.name in ends
        ]
        at = state.acts.index(relation)
        if needed and max(needed) > at:
            state.acts.insert(max(needed) + 1, relation)
            state.acts.pop(at)


def fields_last(state: State) -> None:
    """Put fields that refer to a new resource behind it, where a text names them first."""
    for entity in [a for a in state.acts if isinstance(a, Entity) and a.thing]:
        targets = {state.target(str(d.said["thing"])) for d in entity.drafts if "thing" in d.said}
        needed = [
            at
            for at, one in enumerate(state.acts)
            if isinstance(one, Entity) and not one.thing and one.name in targets
        ]
        at = next(at for at, one in enumerate(state.acts) if one is entity)
        if needed and max(needed) > at:
            state.acts.insert(max(needed) + 1, entity)
            state.acts.pop(at)
