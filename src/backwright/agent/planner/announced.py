"""What a sentence only announces, where the next one says which field it is: `Tasks need a deadline. Add due (date) …`."""

from __future__ import annotations

import re

from backwright.agent.planner.attributes import Attribute, describes, spot
from backwright.agent.planner.drafts import known_kind
from backwright.agent.planner.lexicon import pattern
from backwright.agent.planner.types import World

_NEEDS = re.compile(
    r"(?i)(?P<at>\A|(?<=[.!?\n] )|(?<=\n))(?P<why>[^.:;!?\n()]{3,80},? (?:so|because|hence) )?(?:(?:the|our|each|every|all|an?|any) )*(?P<model>\w+)"
    r" (?:needs?|(?:should|must|shall|has to|have to|needs? to) (?:have|get|carry|bear)|wants?|lacks?|(?:is|are) (?:missing|lacking)|(?:do|does)(?: not|n't) have|(?:has|have) no) "
    r"(?:(?P<the>the)|an?|any)? ?(?P<noun>(?!new\b|field|column)[a-z]+(?: [a-z]+)?)(?: yet| so far| too)?(?:[.:;!]\s+|\s*\n\s*)"
    r"(?=(?P<rest>[^\n]+))"
)
_ADDS = r"^(?:(?:so|please|therefore|hence|for (?:that|this)|could you|can you),? )*(?:add|put|create|introduce|give|new field)\b"
# Something else than a field of this model is made.
_ELSE = re.compile(
    r"(?i)\b(?:add|put|create) (?:one|it|that|them|those|this)\b|\b(?:resource|relation\w*|endpoint|index on|also|too|as well|another)\b"
)
_TYPED = ("type", "money", "decimal", "enum", "length")
_KINDS = {"length": "str", "money": "decimal"}
_FACTS = (*_TYPED, "range", "default", "unique", "cascade", "restrict")
_END = re.compile(r"(?<=[a-z0-9)`])[.!?](?:\s|$)")
_STEM = 4  # letters by which a noun is found again in a name
_WRITTEN = re.compile(r"(?i)(?:number|code|id|key|name|label|reference|text)$")


def unannounced(text: str, world: World) -> tuple[str, tuple[str, ...]]:
    """Return a text without sentences that only announce the field which is described next, and those sentences."""
    aside: list[str] = []

    def told(found: re.Match[str]) -> str:
        if not _announces(found, world):
            return found[0]
        aside.append(found[0].strip(" .:;!\n"))
        return ""

    return _NEEDS.sub(told, text), tuple(aside)


def _announces(found: re.Match[str], world: World) -> bool:
    thing = world.thing(found["model"])
    if thing is None or describes(found["why"] or "", _FACTS):
        return False
    added = _END.split(found["rest"])[0]
    if not pattern(_ADDS).match(added) or _ELSE.search(added):
        return False
    named = [one for one in world.things if any(_names(form, added) for form in one.forms)]
    if named != [thing]:
        return False
    types = [one for one in spot(added, ()) if one.kind in _TYPED]
    noun = found["noun"].lower()
    return bool(types) and (found["the"] is not None or _is_one_of(noun, types, added))


def _names(form: str, text: str) -> bool:
    return re.search(rf"(?i)\b{re.escape(form)}\b", text) is not None


def _is_one_of(noun: str, types: list[Attribute], added: str) -> bool:
    """Tell whether a noun may be one of the fields that are added: it is called so, or is of such a type."""
    if any(word[:_STEM] in added.lower() for word in noun.split() if len(word) >= _STEM):
        return True
    kind = known_kind(noun.replace(" ", "_"))
    kinds = {str(one.values.get("type", _KINDS.get(one.kind, one.kind))) for one in types}
    return kind in kinds or (bool(_WRITTEN.search(noun)) and "str" in kinds)
