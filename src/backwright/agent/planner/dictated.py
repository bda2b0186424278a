"""The marks that somebody who dictates, or types in haste, does not set: where a field ends, and where a sentence."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cache

from backwright.agent.planner.attributes import Attribute, is_said_of_fields, spot
from backwright.agent.planner.lexicon import lexicon, pattern
from backwright.agent.planner.phrases import FENCE
from backwright.agent.planner.written import FIELD_WORD

_TYPES = ("type", "money", "decimal", "enum", "ref", "many")
_MARKS = re.compile(r"[,;:.()!?–|=`\"\[\]]|->")
_ADDRESS = re.compile(r"https?://\S+|\d+\.{1,3}\d+|\.\.")
_STRETCH = re.compile(r"(?:[^,;:()\n.!?–|`\"=\[\]]|(?<=[\w/.])[.:](?=\S))+")
_FEWEST = 8  # words: what is shorter needs no marks
_MANY = 12  # values
_REFERS = re.compile(
    r"(?i)\b(?:(?:reference|ref|link|pointer|foreign key|fk|refers|belongs|points|many) to (?:an? |the |one )?"
    r"|(?:reference|ref|fk) (?=(?-i:[A-Z])))(?P<thing>[a-z]\w*)"
)
_LINKS = re.compile(
    r"(?i)(?:\b(?:an?|the|one|of type|is|as|which|that|being|just|simply|also|optional|unique|required)\s+)+$"
)
_ARTICLE = re.compile(r"(?i)(?:^|\s)(?:an?|its|the|one)\s*$")
_UNIT = re.compile(r"(?i)\s+in [a-z]+$")  # `a length in meters float`
_JOINED = re.compile(r"(?i)\b(?:and|plus|with|also|then)\b")
_NAME = re.compile(r"(?i)[a-z_]\w*(?: [a-z_]\w*){0,2}")
_SELF_NAMED = re.compile(r"(?i)e-?mail|url|link|website")
_NAMES_TOO = re.compile(r"(?i)number|e-?mail|url|link|date|text|day|count|amount|flag|website")
_VALUES = re.compile(
    r"(?i)\b(?:enum(?:eration)?|choice|one of|either|(?:values|options) (?:are|of))(?: (?:with|of|of the values|between|from|values?|which is|that is|is|are|can be|one of|either))*"
    r" (?P<values>[a-z][\w-]*(?: [a-z][\w-]*)*?)"
    r"(?P<end> (?:and|or) (?P<last>[a-z][\w-]*)(?=\s|$)(?P<next> [a-z]\w*)?| (?=(?:and |with |by |which |the )*(?:default\w*|starts?|starting|begins?)\b)|$)"
)
# Words that no name of a field begins or ends with, or has in it.
_NO_NAME = frozenset(
    [
        "a",
        "an",
        "the",
        "and",
        "or",
        "it",
        "they",
        "he",
        "she",
        "we",
        "i",
        "you",
        "this",
        "that",
        "these",
        "those",
        "which",
        "who",
        "is",
        "are",
        "be",
        "has",
        "have",
        "had",
        "need",
        "needs",
        "get",
        "gets",
        "every",
        "each",
        "all",
        "any",
        "both",
        "so",
        "then",
        "for",
        "with",
        "without",
        "to",
        "from",
        "as",
        "if",
        "when",
        "where",
        "but",
        "not",
        "no",
        "in",
        "of",
        "per",
        "by",
        "field",
        "column",
        "called",
        "named",
    ]
)
# What stands behind `enum` or `choice` and is no value.
_NO_VALUE = _NO_NAME | frozenset(["name", "value", "values", "type", "on", "at", "up", "means"])
# What a line must have said already where a new sentence begins in it: `for the tasks we need …` is one.
_VERBED = re.compile(
    r"(?i)\b(?:needs?|has|have|wants?|would like|add|create|make|build|gets?|is|are|was|were|set up|put|new|called|named|start)\b"
)
_NAMED = re.compile(r"(?i)\b(?:called|named) [a-z][\w-]*$")  # the name of a project ends here
# `what models there are`, `as a user i want`, `so people can`: the sentence goes on.
_GOES_ON = re.compile(r"(?i)\b(?:what|which|how many) (?:\w+ and )?\w+$|^\W*as an? (?:\w+ ?){1,6}$")


def punctuated(text: str, names: Collection[str]) -> str:
    """Return a text with the marks that are lacking in it; where all are set it comes back as it is.

    Args:
        text: What the user wrote; what stands in fences stays as it is.
        names: What the project's models are called.
    """
    parts = FENCE.split(text)
    parts[::2] = ["\n".join(_line(line, names) for line in part.split("\n")) for part in parts[::2]]
    return "".join(parts)


def _line(line: str, names: Collection[str]) -> str:
    if len(line.split()) >= _FEWEST and not _MARKS.search(_ADDRESS.sub("", line)):
        line = _in_sentences(_heard(line), names)
    for one in lexicon("dictated")["heard"]:
        line = pattern(one["pattern"]).sub(one["means"], line) if "surely" in one else line
    return _STRETCH.sub(lambda found: _fields_apart(_values_apart(found[0]), names), line)


def _heard(line: str) -> str:
    """Return a line with what nobody hears: `thats`, `due underscore date`, `resource wine label string`."""
    for one in (*lexicon("dictated")["heard"], *lexicon("dictated")["with"]):
        line = pattern(one["pattern"]).sub(one["means"], line)
    return line


def _in_sentences(line: str, names: Collection[str]) -> str:
    """Cut a line without any mark where a new sentence begins."""
    cuts: dict[int, int] = {}
    for found in _begins().finditer(line):
        cuts[found.start()] = found.start("begin")
    for found in _having().finditer(line):
        before = line[: found.start()]
        known = {one.lower() for one in names} | set(re.findall(r"\w+", before.lower()))
        if found["joined"] or found["noun"].lower() in known or _NAMED.search(before):
            cuts.setdefault(found.start(), found.start("begin"))
    for start in sorted(cuts, reverse=True):
        before = line[:start].rstrip()
        if _VERBED.search(before) and not _held(before):
            line = f"{before}. {line[cuts[start] :]}"
    return line


def _held(before: str) -> bool:
    """Tell whether what was said so far goes on with what follows: `because`, `which models`."""
    holds = str(lexicon("dictated")["holds"]).replace("\n", "")
    return bool(_GOES_ON.search(before) or pattern(rf"\b{holds}$").search(before))


@cache
def _begins() -> re.Pattern[str]:
    """Return what finds the words that a sentence begins with, and those that only join it to the one before."""
    words = lexicon("dictated")
    begins = "|".join(one["pattern"] for one in words["begin"])
    return pattern(rf"(?<=\w)\s+(?:\b{words['joins']}\s+)*\b(?P<begin>{begins})")


@cache
def _having() -> re.Pattern[str]:
    """Return what finds a thing that is said to have something: `so address has street …`, `and a recipe has …`."""
    joins = lexicon("dictated")["joins"]
    return pattern(
        rf"(?<=\w)\s+(?P<joined>(?:\b{joins}\s+)+)?\b(?P<begin>(?:an?\s+|the\s+|each\s+|every\s+)?"
        r"(?P<noun>(?!(?:it|they|which|that|who|this|i|we|you|and|one|there|also|only|user|users|everyone|everybody)\b)[a-z]+)\s+(?:has|have|needs?|should have)\s+(?!to\b|been\b|no\b))"
    )


def _values_apart(stretch: str) -> str:
    """Put commas between the values of a choice: `enum with pending paid and shipped`, `enum open done default open`."""

    def apart(found: re.Match[str]) -> str:
        words = found["values"].split()
        every = [*words, *filter(None, [found["last"]])]
        if not 1 < len(every) < _MANY or any(map(_is_no_value, every)):
            return found[0]
        lead, end = found[0][: found.start("values") - found.start()], found["end"]
        if (follows := found["next"]) and follows.strip().lower() not in _NO_NAME:
            end = f"{end.removesuffix(follows)},{follows}"  # `… cat and bird birthday date`
        return f"{lead}{', '.join(words)}{end}"

    return _VALUES.sub(apart, stretch)


def _is_no_value(word: str) -> bool:
    return word.lower() in _NO_VALUE or is_said_of_fields(word)


def _fields_apart(stretch: str, names: Collection[str]) -> str:
    """Put a comma before each field that begins with no mark: `name string up to 60 active boolean`."""
    if FIELD_WORD.search(stretch):
        return stretch
    things = {*names, *(found["thing"] for found in _REFERS.finditer(stretch))}
    said = [one for one in spot(stretch, sorted(things)) if one.kind != "unit"]
    for at in sorted(_beginnings(stretch, said), reverse=True):
        stretch = f"{stretch[:at].rstrip()}, {stretch[at:].lstrip()}"
    return stretch


def _beginnings(text: str, said: Sequence[Attribute]) -> Iterator[int]:
    """Yield where fields begin, but for the first: behind what was said of a field that has its type."""
    typed = False
    for at, one in enumerate(said):
        if not _is_type(text, one):
            continue
        before = said[at - 1] if at else None
        gap = text[before.end : one.start] if before else ""
        if before is None or not typed or _JOINED.search(gap):
            typed = True
        elif gap.strip():
            typed = True
            if _is_name(_UNIT.sub("", _LINKS.sub("", gap)).strip()):
                yield _with_lead(text, said, at)
        elif _is_named_so(text, said, at):
            yield before.end


def _is_type(text: str, one: Attribute) -> bool:
    said = text[one.start : one.end].lower()
    return one.kind in _TYPES or (one.kind == "length" and said.startswith(("str", "varchar")))


def _is_name(gap: str) -> bool:
    """Tell whether words between two types are the name of a field: at most three, and none that a sentence has."""
    name = re.sub(r"(?i)^(?:an? |its |the |one )", "", gap)
    words = name.lower().split()
    prose = frozenset(lexicon("names")["filler"]["prose"])
    return bool(_NAME.fullmatch(name)) and not any(
        word in _NO_NAME or word in prose for word in words
    )


def _with_lead(text: str, said: Sequence[Attribute], at: int) -> int:
    """Return where the field begins whose type is given: behind what was said before, or at `a` before `a unique code`."""
    first = at - 1
    while first > 0 and not _is_type(text, said[first]):
        gap = text[said[first - 1].end : said[first].start]
        if _ARTICLE.search(gap):
            return said[first - 1].end
        if gap.strip():
            break
        first -= 1
    return said[at - 1].end


def _is_named_so(text: str, said: Sequence[Attribute], at: int) -> bool:
    """Tell whether a word for a type names a field: `… optional number integer`, `… max 60 email unique`."""
    one, word = said[at], text[said[at].start : said[at].end]
    after = said[at + 1] if at + 1 < len(said) else None
    is_followed = (
        after is not None and _is_type(text, after) and not text[one.end : after.start].strip()
    )
    if is_followed and _NAMES_TOO.fullmatch(word):
        return True
    open_type = next(text[it.start : it.end] for it in reversed(said[:at]) if _is_type(text, it))
    if open_type.lower() == word.lower():
        return False  # `email unique email`
    is_ended = said[at - 1].kind not in (*_TYPES, "length") or not _is_type(text, said[at - 1])
    return is_ended and bool(_SELF_NAMED.fullmatch(word))
