"""The project's model that a statement names, and whether it gives it something."""

from __future__ import annotations

import re

from backwright.agent.planner.attributes import spot
from backwright.agent.planner.lexicon import pattern
from backwright.agent.planner.state import Entity, State


def model_in(text: str, state: State) -> Entity | None:
    """Return the model of the project that a statement names first, outside of what refers to it."""
    refs = [
        (one.start, one.end)
        for one in spot(text, state.forms())
        if one.kind in ("ref", "many", "enum")
    ]
    found = [
        (match.start(), thing.name)
        for thing in state.world.things
        for form in thing.forms
        for match in re.finditer(rf"(?i)(?<![\w.-]){re.escape(form)}(?![\w-])", text)
        if not any(a <= match.start() < b for a, b in refs)
        and text.count("(", 0, match.start()) <= text.count(")", 0, match.start())
    ]
    return state.find(min(found)[1]) if found else None


def is_of_current(text: str, host: Entity, state: State) -> bool:
    """Tell whether a model is only mentioned in what is said of a new resource: `product: the product it is of`."""
    current = state.current
    if current is None or current.thing:
        return False
    return not gives_to(text, host, state)


def gives_to(text: str, host: Entity, state: State) -> bool:
    """Tell whether a statement gives something to a model: `on products`, `tasks need`, `give Task`."""
    for one in reversed(
        [
            a
            for a in spot(text, state.forms())
            if a.kind in ("ref", "many", "enum", "cascade", "restrict")
        ]
    ):
        text = f"{text[: one.start]} {text[one.end :]}"
    while (flat := re.sub(r"\([^()]*\)", " ", text)) != text:
        text = flat
    forms = "|".join(re.escape(f) for f in (*host.forms, host.name))
    return bool(
        re.search(
            rf"(?i)\b(?:to|on|for|of|in|at|with|each|every|all|give|extend|equip)\s+(?:the |our |each |every |an? )?(?:{forms})(?![\w-])|^\W*(?:the |each |every |an? |all |our |also |and |then )*(?:{forms})\s+(?:also )?(?:need|get|should|must|ha|can|may|will|lack)",
            text,
        )
    )


def without_model(text: str, host: Entity) -> str:
    """Return a statement without the name of the model that it gives fields to."""
    forms = "|".join(re.escape(f) for f in sorted((*host.forms, host.name), key=len, reverse=True))
    text = re.sub(
        rf"(?i)(?:\b(?:to|on|onto|for|of|in|into|by|at|with)\s+)?(?:(?:the|our|an?|each|every|all|any|existing)\s+)*[`\"']?(?<![\w.-])(?:{forms})(?![\w-])[`\"']?(?:'s)?(?:\s+(?:model|table|resource|entity|itself|as well|too))*(?:\s+by\b)?",
        " ",
        text,
        count=1,
    )
    return (
        pattern(
            r"^\W*(?:(?:i|we)\s+)?(?:(?:<MAY>|would like|also)\s+)*(?:<ADD>|give|extend|equip|need|needs|have|has|gets?|put|carry|carries|know|remember|lacks?)\b(?:\s+(?:to|with|by))?"
        )
        .sub("", text)
        .strip(" ,:;–")
    )
