"""Nouns that are announced: headings, wishes, names of resources, fields without a type."""

from __future__ import annotations

import re

from backwright.agent.planner.clauses import Clause
from backwright.agent.planner.drafts import snake
from backwright.agent.planner.foreign import outside
from backwright.agent.planner.frames.opening import open_resource
from backwright.agent.planner.lexicon import first, lexicon, pattern
from backwright.agent.planner.nouns import pascal
from backwright.agent.planner.state import Entity, State, is_plural
from backwright.agent.planner.whole.heads import heads_of, is_noun
from backwright.agent.planner.whole.hosts import model_in
from backwright.agent.planner.whole.pending import announce_pending
from backwright.agent.planner.whole.told import Reading, made_names, model_names


def read_title(clause: Clause, reading: Reading) -> None:
    """Keep the noun that a heading gives, for the fields below it."""
    state = reading.state
    announce_pending(reading)
    host = model_in(clause.text, state)
    heads = heads_of(f"{clause.text}:", made_names(state), opens=True, things=model_names(state))
    if host is not None and not any(h.is_sure for h in heads):
        reading.host, reading.title = host, ""
        state.current = (
            host
            if state.current is None or state.current.thing or not made_names(state)
            else state.current
        )
        state.aside.append(clause.raw)
        return
    noun = heads[-1].noun if heads else reading.manner.noun(clause.text, state)
    if noun and opens_below(noun, clause, reading):
        return
    if noun:
        known = state.find(noun)
        if known is not None:
            state.current = known
        else:
            reading.title, reading.title_source = noun, clause.raw
    state.aside.append(clause.raw)


def opens_below(noun: str, clause: Clause, reading: Reading) -> bool:
    """Begin a resource that a title puts on a model: `reviews on products`, if the text describes it then."""
    state = reading.state
    things = "|".join(re.escape(f) for t in state.world.things for f in t.forms)
    found = re.search(
        rf"(?i)\b{re.escape(noun)}\s+(?:on|about|for|of|under|per)\s+(?:(?:the|our|an?|each|every|all)\s+)?(?:{things or '(?!x)x'})(?![\w-])",
        clause.text,
    )
    name = next(
        (
            n
            for n in state.ahead
            if noun.lower() in Entity(n).called or Entity(n).forms[0].endswith(noun.lower())
        ),
        None,
    )
    if not found or name is None or state.find(name) is not None:
        return False
    open_resource(name, clause.text[found.start() + len(noun) : found.end()], clause, state)
    reading.title = ""
    return True


def last_noun(text: str, state: State) -> str:
    """Return what a title or a wish is about: `Habit tracking`, `we want to save drawings too`."""
    text = re.sub(r"^\s*(?:[A-Z]+-\d+|feat(?:ure)?|chore)\s*[:–-]\s*", "", text)
    text = re.sub(
        r"(?i)\s+(?:tracking|management|handling|support|module|feature|log|resource|model|entity|table|too|as well|please|finally|first|next|last|then|on the .*|for the .*|in the .*|to the .*)\W*$",
        "",
        text,
    )
    found = pattern(
        r"(?:\b(?:<ADD>|save|store|keep|track|log|record|manage|support|attach|about|for|do|whip up|needs?|wants?|register|run|borrow|of|with)\s+|^)(?:(?:an?|the|some|our|my|their|your|new|more|up|crud for|to|one)\s+)*(?P<noun>[A-Za-z][\w-]*(?: [a-z][\w-]*)?)(?=\s*(?:[,.!?;:(–]|$| (?:to|on|for|in|so|with|of|that|which|and|has|have|should|must|is|are)\b))"
    ).findall(text)
    of_project = [noun for noun in found if state.world.thing(str(noun)) is not None]
    for noun in [*(one for one in found if one not in of_project), *of_project]:
        said = str(noun).split()
        verbs = r"^(?:<ADD>|<VERB>)$" if len(said) == 1 else r"^(?:<ADD>)$"
        words = [  # a `work log` is called so
            w for at, w in enumerate(said) if is_noun(w) and (at or not pattern(verbs).match(w))
        ]
        if words:
            return " ".join(words)
    return ""


def names_resource(clause: Clause, host: Entity | None, reading: Reading) -> bool:
    """Read `can we have an attachments table for notes`, `Entity: Task`: what the text calls a resource."""
    state = reading.state
    named = heads_of(f"{clause.text}:", made_names(state), opens=clause.opens)
    sure = [one for one in named if one.is_sure]
    if not sure or (
        clause.asks and re.match(r"(?i)(?:why|which|what|how|does|is|are)\b", clause.text)
    ):
        return False
    known = state.find(sure[-1].noun)
    if known is not None and known.thing:
        if host is not None and announced_field(clause.text, host):
            return False
        state.current, reading.host, reading.title = known, known, ""
        return not any(
            first(clause.text, "cues", one, "cues")
            for one in ("probe", "audit", "index", "inspect", "doctor")
        )
    open_resource(sure[-1].noun, clause.text[sure[-1].body :].rstrip(":"), clause, state, sure=True)
    reading.title = ""
    return True


def announced_field(text: str, host: Entity) -> str:
    """Return the field that a statement asks for on a model, without saying what it is like."""
    forms = "|".join(re.escape(f) for f in sorted((*host.forms, host.name), key=len, reverse=True))
    for form in lexicon("whole")["wishes"]["field"]:
        found = pattern(
            form.replace(
                "HOST",
                rf"(?:(?:the|our|an?|each|every|all|any)\s+)*(?:{forms})(?![\w-])(?:\s+(?:model|table|resource))?",
            )
        ).search(text)
        if (
            found
            and found["name"].strip("`\"'").split()[-1].lower() not in lexicon("nouns")["stop"]
        ):
            return snake(found["name"])
    return ""


def is_called(clause: Clause, reading: Reading) -> bool:
    """Read `the model is called Medicine`, said after its fields."""
    found = pattern(
        r"\b(?:<RESOURCE>|it|this|that)\s+(?:is|are|shall be|should be|will be)\s+(?:called|named)\s+[`\"']?(?P<name>[A-Z]\w+)"
    ).search(clause.text)
    if not found:
        return False
    state = reading.state
    if state.current is not None and not state.current.thing:
        state.current.name = pascal(found["name"])
        state.current.is_sure = True
    else:
        state.speak_of(Entity(pascal(found["name"]), source=clause.raw, is_sure=True))
    reading.title = ""
    return True


def begins(clause: Clause, reading: Reading) -> bool:
    """Tell whether a statement only says that a project is to be begun."""
    state = reading.state
    if state.project is None or not first(clause.text, "whole", "project", "speaks"):
        return False
    if outside(clause, "new", ()):
        return False
    noun = reading.manner.noun(clause.text, state)
    if noun and is_plural(noun):
        reading.title, reading.title_source = noun, clause.raw
    state.aside.append(clause.raw)
    return True
