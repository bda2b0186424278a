"""What prose says of fields, brought to the field that it is said of, before any reading begins."""

from __future__ import annotations

import re

from backwright.agent.planner.attributes import Attribute, spot
from backwright.agent.planner.lexicon import pattern
from backwright.spec.names import split_words

_TYPES = "date|datetime|timestamp|string|text|integer|int|number|float|decimal|boolean|bool|flag|url|uuid"
_NAME = r"[`\"']?(?-i:[a-z])\w*[`\"']?"
# `two dates, starts_on and ends_on`, `two new datetime fields: a, b and c`
_SEVERAL = re.compile(
    rf"(?i)\b(?:two|three|four|five|[2-5]) (?:new |more |extra |additional )*(?P<type>{_TYPES})(?:s| (?:fields|columns|attributes|values))"
    rf"(?:,|:| called| named)? (?P<names>{_NAME}(?:, {_NAME})*,? and {_NAME})(?=\s*(?:[.;,\n]|$|which\b))"
)
# `Optional are phone, a string, and birthday, a date.`
_FRONTED = re.compile(
    r"(?i)(?:^|(?<=[.!?\n;] ))(?P<said>optional|nullable|not (?:required|mandatory)|unique|required|mandatory|obligatory) (?:fields )?are:? (?P<rest>[^.;\n]+)"
)
# `an optional string of 12 characters called code`
_THE_FIELD = r"(?:(?:the |a )?(?:field|column)(?: name)?)"
_NAMES = rf"(?:(?:please )?(?:call|name) (?:it|this|{_THE_FIELD})|{_THE_FIELD}(?: is| should be| shall be)? (?:called|named)|{_THE_FIELD}(?: name)?(?: is)?:?)"
_BEHIND = re.compile(
    rf"(?i)(?:,?\s+(?:(?:in|as|under|into) {_THE_FIELD} )?(?:called|named|(?:the )?(?:field|column)(?: name)?:?)\s+(?P<name>{_NAME})(?!\w)(?=\s*(?:[.;)\n]|,(?! will do| is enough)|$|(?:and|to|on|in|which|that|so|because|since|for|as)\b))"
    rf"|\s*\({_NAMES}:? (?P<said>{_NAME})\)|\s*[,;–]\s+(?:please )?(?:call|name) (?:it|{_THE_FIELD}) (?P<told>{_NAME})(?!\w)(?=\s*(?:[.;,)\n]|$|and\b)))"
)
# `name str 1..120, contact email unique`
_ALIKE = re.compile(
    r"(?i)(?P<alike>\b[a-z_]\w* (?:str|string|int|integer|bool|boolean|text|float|decimal)\b[^;\n]*?, (?:and )?)"
    r"(?!(?:an?|the|its|of|to|as|is|one|with|and|or|valid|optional|unique)\b)(?P<name>[a-z]+) (?P<type>email|url|uuid)"
    r"(?= (?:optional|unique|nullable|indexed)\b| *[,.;)]|$)"
)
_BEGINS = re.compile(
    r"(?i)[.;:!?\n,(]|\b(?:and|plus|with|has|have|gets?|needs?|add|put|give \w+)\b"
)
_LEADS = re.compile(
    r"(?i)\s*(?:an? |the )?(?:optional|nullable|unique|required|mandatory|indexed),?\s*"
)
# `One entry is about … . The resource is called TimeEntry.`
_CALLED = re.compile(
    r"(?:(?<=[.;!\n] )|(?<=\n))(?:[Tt]he|[Tt]his) (?:resource|model|entity|table) (?:is|should be|shall be|will be) (?:called|named) [`\"']?(?P<name>[A-Z][a-z]\w+)[`\"']?\s*(?:[.;!]|$)"
)
_LONGEST = 160
_SMALL = pattern(r"^(?:an?|the|one|new|but|also|which|is|of|as|field|column|value|with|and)$")
# What names a field surely: `in a field called audio`, `(call the field email)`
_EXPLICIT = re.compile(r"(?i)\b(?:field|column)\b|\b(?:call|name) it\b")
# Behind which a field is described: `and an audio URL …`
_DESCRIBES = re.compile(
    r"(?i)(?:[.;:,(]|\b(?:and|plus|with|has|have|gets?|needs?|add|put))\s+(?=(?:an?|one|the|its)\s)"
)
_NOUNS = 2  # words


def brought_together(text: str) -> str:
    """Return a text in which what is said of a field stands beside its name."""
    text = _SEVERAL.sub(_each_typed, text)
    text = _FRONTED.sub(_each_said, text)
    text = _named_alike(text)
    text = _names_first(text)
    return _named_before(text)


def _each_typed(found: re.Match[str]) -> str:
    names = [one for one in re.split(r",\s*(?:and\s+)?|\s+and\s+", found["names"]) if one]
    typed = [f"{one} ({found['type']})" for one in names]
    return f"{', '.join(typed[:-1])} and {typed[-1]}"


def _each_said(found: re.Match[str]) -> str:
    """Say of each type what the sentence begins with; of names alone, of all of them."""
    said, rest = found["said"], found["rest"]
    if said.lower() in ("required", "mandatory", "obligatory"):
        return rest
    types = [one for one in spot(rest, ()) if one.kind in ("type", "money", "decimal", "enum")]
    if not types:
        return found[0]
    for one in reversed(types):
        start = one.start - len(re.search(r"(?i)(?:\b(?:an?|the) )?$", rest[: one.start])[0])  # type: ignore[index]
        rest = f"{rest[:start]}{said} {rest[one.start :]}"
    return rest


def _named_alike(text: str) -> str:
    """Read `contact email unique` as a name and its type, where its neighbours are said so: `name str 1..120`."""
    before = ""
    while before != text:
        before, text = text, _ALIKE.sub(r"\g<alike>\g<name> (\g<type>)", text)
    return text


def _names_first(text: str) -> str:
    """Put names before what is said of them: `a link to the order but optional, field order`."""
    for found in reversed(list(_BEHIND.finditer(text))):
        start = _begin_of(text, found.start())
        said = text[start : found.start()]
        told = " ".join(re.sub(r"[()]", " ", said).split())
        if not told and _EXPLICIT.search(found[0]):
            start, told = _described_before(text, found.start())
            said = text[start : found.start()]
        if told:
            lead = " " if said[:1].isspace() else ""
            name = (found["name"] or found["said"] or found["told"]).strip("`\"'")
            text = f"{text[:start]}{lead}`{name}` ({told}){text[found.end() :]}"
    return text


def _described_before(text: str, end: int) -> tuple[int, str]:
    """Return where a field is described by a noun before it gets its name, and what is said of it but the noun.

    `a contact email that must be unique (call the field email)` says of `email` what its type is, and that it is unique.
    """
    begins = [one.end() for one in _DESCRIBES.finditer(text, 0, end)]
    said = text[begins[-1] : end] if begins else ""
    types = [one for one in _spotted(said) if one.kind in ("type", "money", "decimal")]
    bare = said
    for one in reversed(_spotted(said)):
        bare = f"{bare[: one.start]} {bare[one.end :]}"
    nouns = [one for one in re.findall(r"\w+", bare) if not _SMALL.match(one)]
    if re.search(r"\n|[.;!?]\s", said.rstrip()):
        return end, ""  # of another sentence, or point
    if len(types) != 1 or len(nouns) > _NOUNS or said.count("(") != said.count(")"):
        return end, ""
    return begins[-1], " ".join(said[one.start : one.end] for one in _spotted(said))


def _begin_of(text: str, end: int) -> int:
    """Return where the stretch begins that only says something of a field, and ends at a place."""
    sentence = max(text.rfind(mark, 0, end) for mark in (". ", ";", ":", "!", "?", "\n")) + 1
    begins = [sentence, *(one.end() for one in _BEGINS.finditer(text, sentence, end))]
    best = end
    for at in reversed(begins):
        said = text[at:end]
        if len(said) > _LONGEST:
            break
        if not said.strip() or said.count("(") != said.count(")"):
            continue
        if best < end:
            if not _LEADS.fullmatch(text[at:best]):
                break
            best = at
        elif not _is_said(said):
            break
        elif _types_of(said):
            best = at
    return best


def _types_of(said: str) -> int:
    kinds = ("type", "money", "decimal", "enum", "ref", "length")
    return len({one.kind for one in _spotted(said) if one.kind in kinds})


def _spotted(said: str) -> tuple[Attribute, ...]:
    found = re.search(
        r"(?i)\b(?:reference|link|pointer|foreign key|fk|ref) to (?:an? |the |one )?(?P<thing>\w+)",
        said,
    )
    return spot(said, (found["thing"],) if found else ())


def _is_said(said: str) -> bool:
    """Tell whether each word of a stretch says something of a field."""
    for one in reversed(_spotted(said)):
        said = f"{said[: one.start]} {said[one.end :]}"
    return all(_SMALL.match(word) for word in re.findall(r"\w+", said))


def _named_before(text: str) -> str:
    """Call a resource from the beginning by the name that it is given afterwards: `One entry … Name it TimeEntry`."""
    found = _CALLED.search(text)
    if found is None:
        return text
    last = split_words(found["name"])[-1].lower()
    before = text[: found.start()]
    described = rf"(?i)\b(?:an?|one|each|every|the) {last}(?= (?:has|is|belongs|needs|gets|consists|refers|points|stores|holds)\b)"
    if not re.search(described, before):
        return text
    name = found["name"]
    return re.sub(described, f"A {name}", before) + text[found.end() :].lstrip()
