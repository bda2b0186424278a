"""Whose rows are, said by a clause of its own."""

from __future__ import annotations

import re

from backwright.agent.planner.attributes import describes
from backwright.agent.planner.clauses import Clause
from backwright.agent.planner.frames.opening import things_of
from backwright.agent.planner.lexicon import first, pattern
from backwright.agent.planner.ownership import (
    PROBABLY,
    SURELY,
    likely_owner,
    owner_of_clause,
    take_owner,
)
from backwright.agent.planner.state import Entity, State

_DESCRIBES = re.compile(r"(?i)\b(?:has|have|with|needs?|gets?) (?:an?|the|its|two|three)\b|\(|:")
# `standard JWT login, …`: what a new project has anyway.
_STANDARD = re.compile(
    r"(?i)^(?:(?:the |a |an |our )?(?:standard|usual|normal|default|common|plain) (?:set-?up|stuff|things)?\s*(?:with )?)?(?:(?:jwt|log-?in|accounts?|auth\w*|tokens?)(?: |$|(?=,)))*(?:please|required|needed|on|is required|of course)?\s*[,;–:]\s*(?:and |so )?"
)


def read_owner(clause: Clause, state: State) -> bool:
    """Read a clause that says whose rows are, and nothing else; tell whether it does."""
    if clause.asks or (_is_of_project(clause.text, state) and not _ahead(clause.text, state)):
        return False
    if not state.acts:
        return _keep_for_later(clause, state)
    if first(clause.text, "cues", "owner", "clash"):
        state.unclear.append(clause.raw)
        return True
    owner, said = _owner_said(clause.text, state)
    return owner is not None and _note(owner, said, clause, state)


def _owner_said(text: str, state: State) -> tuple[str | None, str]:
    """Return whose rows are by a clause that says nothing else, by its words or by what it surely is like, and the words."""
    owner, said = _owner_alone(text, state)
    return owner or likely_owner(text, SURELY, state.spoken()), said or text


def _ahead(text: str, state: State) -> list[str]:
    """Return the resources of which a clause speaks and that the text makes later."""
    called = {name: Entity(name).forms for name in state.ahead}
    return [
        n
        for n, forms in called.items()
        if any(re.search(rf"(?i)\b{re.escape(f)}\b", text) for f in forms)
    ]


def _keep_for_later(clause: Clause, state: State) -> bool:
    """Keep whose the rows of a resource are that the text makes later; tell whether a clause says that and nothing else."""
    names = _ahead(clause.text, state)
    if not names or _DESCRIBES.search(clause.text) or describes(clause.text, ("length", "range")):
        return False
    owner, said = _owner_said(clause.text, state)
    if owner is None:
        return False
    state.owners_ahead |= dict.fromkeys(names, (owner, said))
    return True


def read_likely_owner(clause: Clause, state: State) -> bool:
    """Read a clause that no frame knows as one that says whose rows are, if it is like one; tell whether it is."""
    if not state.acts or clause.asks:
        return False
    owner = likely_owner(clause.text, PROBABLY, state.spoken())
    return owner is not None and _note(owner, clause.text, clause, state)


def _note(owner: str, said: str, clause: Clause, state: State) -> bool:
    """Give the new resources that a clause is about their owner; tell whether there is anything that can have one."""
    entities = _owned_by_clause(clause.text, state)
    for one in entities:
        one.owner, one.owner_source = one.owner or owner, one.owner_source or said
    return (
        bool(entities)
        or any(getattr(a, "verb", "") == "add auth" for a in state.acts)
        or state.project is not None
    )


def _is_of_project(text: str, state: State) -> bool:
    """Tell whether a clause says whose the rows of a model are that is there already: `tasks can be shared with teams`."""
    if any(getattr(one, "verb", "") == "add auth" for one in state.acts):
        return False
    made = {form for one in state.entities if not one.thing for form in one.called}
    there = [f for t in state.world.things if t.name != state.world.user for f in t.forms]
    forms = "|".join(re.escape(one) for one in there if one not in made)
    return bool(forms and pattern(rf"^(?:<DET>\s+)*(?:{forms})\s+(?:<MAY>|<BE>)\b").match(text))


def _owner_alone(text: str, state: State) -> tuple[str | None, str]:
    """Return whose rows are by a clause that says nothing else, and the words that say so."""
    if state.project is not None:
        text = _STANDARD.sub("", text)
    rest, owner, said = take_owner(text, state.people())
    plain = pattern(
        rf"\b(?:{things_of(state)}|<MANYWORD>|<DET>|make|let|have|has|should|must|and|to|be|is|are|so|that|they|them|it|these|those|via|which|then|of|by|in|rows?|the|ones?|or|resources?|both|only|just|any|never|<MAY>|<USER>|on|with|for|but|as|usual|well|too)\b|\W"
    ).sub("", rest)
    if owner and not plain:
        return owner, said
    people = state.people()
    if any(re.search(rf"(?i)\b{re.escape(one)}\b", text) for one in people):
        return None, ""  # `members` are rows of this project, and own nothing
    made = {name for e in state.entities if not e.thing for name in e.called}
    if any(getattr(one, "verb", "") == "add auth" for one in state.acts):
        made |= {form for thing in state.world.things for form in thing.forms}
    known = owner_of_clause(text, made)
    return (owner or known) if known else None, text  # what it says outweighs what it is made of


def _owned_by_clause(text: str, state: State) -> list[Entity]:
    """Return the new resources that a clause about owners is about."""
    made = [e for e in state.entities if not e.thing]
    if re.search(
        r"(?i)\b(?:both|all|everything|everybody|everyone|every one|neither|none of (?:them|these|those))\b",
        text,
    ):
        return made
    named = [
        e
        for e in made
        if any(re.search(rf"(?i)(?<![\w-]){re.escape(n)}(?![\w-])", text) for n in e.called)
    ]
    if named:
        return named
    current = state.current if state.current and not state.current.thing else None
    return [current] if current else made[-1:]
