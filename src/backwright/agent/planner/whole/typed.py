"""Telling whether a statement says of fields what they are."""

from __future__ import annotations

import re

from backwright.agent.planner.attributes import Attribute, describes, spot
from backwright.agent.planner.lexicon import first, lexicon, pattern
from backwright.agent.planner.state import State
from backwright.agent.planner.whole.layout import Statement
from backwright.agent.planner.whole.told import Reading

STRONG = ("type", "length", "enum", "money", "decimal", "range")
_LITERAL = re.compile(
    r"(?<![\w:/])[a-z]\w*:(?:str|int|text|bool|date|datetime|enum|ref|decimal|float|uuid|url|email|json|many)\b"
)
# `starts_on is a date`, `held_on, date`, `code: text`
_FIELD_IS = re.compile(
    r"(?i)(?:the |an? |its )?[`\"']?(?:[a-z]\w*[`\"']?\s*(?:\s(?:is|as)\b|[:(])|[a-z]+_\w+)"
)
DOTTED = re.compile(r"(?<![\w./])(?P<model>[A-Z]\w+)\.(?P<field>[a-z]\w*)\b(?!\()")
MODIFIERS = (
    "positive",
    "nonnegative",
    "optional",
    "unique",
    "default",
    "index",
    "cascade",
    "restrict",
    "required",
)


def is_line_of_field(text: str, statement: Statement, reading: Reading) -> bool:
    """Tell whether a line below a resource begins with the name of a field: `telescope: …`."""
    begun = bool(reading.title) or (
        reading.state.current is not None and not reading.state.current.thing
    )
    if (
        begun
        and statement.follows
        and reading.state.current
        and reading.state.current.drafts
        and re.match(r"(?:an?|the|its|optionally,?)\s+[a-z]", text)
    ):
        return True
    below = statement.opens and (statement.bullet or statement.indent > 0)
    return (
        begun
        and below
        and bool(re.match(r"[`\"']?[a-z]\w*[`\"']?\s*(?:[:(–,]|\s(?:is|as|are)\b|\s\s)", text))
    )


def is_typed(text: str, state: State) -> bool:
    """Tell whether a text says of fields what they are."""
    if _LITERAL.search(text):
        return True
    found = spot(text, state.forms())
    kinds = [one for one in found if one.kind in STRONG and not one.weak]
    if kinds:
        return not counts_requests(text)
    weak = [one for one in found if one.kind in (*STRONG, *MODIFIERS, "ref")]
    if _FIELD_IS.match(text) and weak:
        return True
    if DOTTED.search(text) and any(one.kind != "index" for one in weak):
        return True
    if len({one.kind for one in weak}) > 1:
        return True
    if any(one.kind == "ref" for one in weak) and re.search(
        r"(?i)\b(?:foreign key|reference|fk)\b", text
    ):
        return True
    spoken = state.current is not None and any(d.name for d in state.current.drafts)
    return bool(weak) and spoken and not left_of(text, weak, state)


def left_of(text: str, spotted: list[Attribute], state: State) -> bool:
    """Tell whether words are left beside what is said of a field, and beside names of fields."""
    for one in reversed(spotted):
        text = f"{text[: one.start]} {text[one.end :]}"
    current = state.current
    known = {d.name.replace("_", " ") for d in current.drafts} if current else set()
    for name in known:
        text = re.sub(rf"(?i)\b{re.escape(name)}\b", " ", text.replace("_", " "))
    filler = frozenset(lexicon("names")["filler"]["words"])
    return any(word.lower() not in filler for word in re.findall(r"[A-Za-z]+", text))


def counts_requests(text: str) -> bool:
    """Tell whether numbers are of a capability: requests in a minute, rows on a page."""
    return any(
        first(text, "cues", one, "cues") for one in ("rate", "pagination")
    ) and not describes(text, ("type", "length", "enum", "money", "decimal"))


def has_content(text: str) -> bool:
    """Tell whether words are left that could mean something."""
    rest = pattern(
        r"\b(?:<ADD>|<USER>|<DET>|<MAY>|<BE>|<RESOURCE>|and|with|of|course|as|usual|please|to|so|that|they|it|for|in|by|or|jwt|log-?ins?|standard|rows?|records?|data|access|needless|say|the|only|just|everything|all|both)\b|\W"
    ).sub("", text)
    return bool(rest)


def says_of_fields(text: str, state: State) -> bool:
    """Tell whether a statement says something that a field could be like: then it is no story."""
    kinds = ("ref", "many", "optional", "unique", "index", "default", "cascade", "restrict")
    return any(one.kind in kinds and not one.weak for one in spot(text, state.forms())) or bool(
        re.search(r"(?i)\b(?:fields?|columns?|attribute)\b|[a-z]_[a-z]", text)
    )
