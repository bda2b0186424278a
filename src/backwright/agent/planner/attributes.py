"""Spotting what a text says of fields: types, bounds, defaults, choices, references."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache

from backwright.agent.planner.lexicon import lexicon, pattern
from backwright.agent.planner.wording import number

Value = str | int | float | tuple[str, ...]
_WORD = r"[A-Za-z][\w-]*"
_CUE = r"""(?:\b(?:is|are|be|being|can be|may be|must be|should be|as|takes?|with|has|have|the|its|either|enum|an?)\s+)*
    (?:\b(?:exactly\s+)?(?:one|any)\s+(?:out\s+)?of(?:\s+(?:the|these|those))?
     |\benum(?:eration)?(?:\s+of|\s+with)?|\bchoices?(?:\s+of|\s+between|\s+from)?|\beither
     |\b(?:(?:allowed|possible|valid|fixed|four|three|two|permitted)\s+)*(?:values?|options?|states|statuses)\b(?:\s+are|\s+of)?
     |\b(?:allowed|possible|valid|permitted|accepted)(?:\s+are)?(?=\s*:)|(?<=\w\s)in(?=\s*\()
     |\b(?:picked|selected|chosen|taken)\s+from|\b(?:limited|restricted)\s+to(?=\s+[a-z])|\bwhich\s+(?:is|can\s+be))
    \s*(?:the\s+)?(?:values?|states?|options?|words|following|these)?\s*[:(=]*\s*"""
_ENUM = re.compile(_CUE, re.IGNORECASE | re.VERBOSE)
_IS_SO = re.compile(r"(?i)\bwhich\s+(?:is|can\s+be)\s*$")
_SLASHES = re.compile(rf"(?<![\w./:])({_WORD}(?:(?:\s*\|\s*|/\s?|\s/\s){_WORD})+)(?![\w/])")
_OR_LIST = re.compile(
    rf"(?:(?<=[:(=–])\s*|^\s*|\b(?:can|may|must|should|will)\s+be\s+(?:either\s+)?|\b(?:is|are)\s+(?:either\s+)?)"
    rf"({_WORD}(?:\s*,\s*{_WORD})*\s*,?\s+or\s+{_WORD})\b"
)
_PAREN_LIST = re.compile(
    rf"\(\s*({_WORD}(?:\s*[,/|]\s*(?:(?:and|or)\s+)?{_WORD}|\s+(?:or|and)\s+{_WORD})+)\s*(?:\)|(?=[;–]))"
)
_PHRASES = re.compile(
    rf"\(\s*({_WORD}(?: {_WORD}){{0,2}}(?:\s*,\s*(?:or\s+)?{_WORD}(?: {_WORD}){{0,2}}){{1,12}})\s*\)"
)
_NO_VALUE = re.compile(
    r"(?i)^(?:yes|no|true|false|on|off|and|or|more|less|higher|zero|than|json|jsonb|null|none|a|an|the)$"
)
_DEFAULT_NONE = re.compile(
    r"(?i)(?:with )?(?:the )?defaults?(?: is| to|:|=)?\s*[\"'`]?(?P<none>none)[\"'`]?"
)
_JOIN = re.compile(r"\s*(?:,\s*(?:and\s+|or\s+)?|[/|]|\s(?:and|or)\s)\s*", re.IGNORECASE)
_AFTER_VALUE = re.compile(
    r"\s*(?:$|[,.;)/|–(]|(?:and|or|by|with|as|at|unless|initially|default|starting|to|where|which|that)\b)"
)
_MORE = re.compile(r"\s*(?:\d|\(|:|(?:string|str|text|int|integer|bool|boolean|date|datetime|float|decimal|money|uuid|url|json|email|from|between|up to|max|at most|is|are|has|which(?! (?:starts?|begins?|defaults?)))\b)", re.IGNORECASE)  # fmt: skip
_DEFAULT = re.compile(
    r"(?i)default|optional|required|unique|indexed|index|nullable|mandatory|open at first|begin(?:s|ning)?$|start(?:s|ing)?$|initial|otherwise$|unless$|cascade|restrict"
)


@dataclass(frozen=True, slots=True)
class Attribute:
    """One thing that is said of a field, and where."""

    kind: str
    start: int
    end: int
    values: dict[str, Value] = field(default_factory=dict)
    weak: bool = False


def spot(text: str, things: Iterable[str]) -> tuple[Attribute, ...]:
    """Return what a text says of fields, in the order of the text; no two share a word.

    Args:
        text: A part of a task.
        things: Every form of the names of models that can be referred to.
    """
    return _spotted(text, tuple(things))


@lru_cache(maxsize=4096)  # each reading looks at the same words, many times over
def _spotted(text: str, things: tuple[str, ...]) -> tuple[Attribute, ...]:
    found: list[Attribute] = []
    for one in _candidates(text, things):
        if all(one.end <= other.start or one.start >= other.end for other in found):
            found.append(one)
    return _with_none(sorted(found, key=lambda one: one.start), text)


def _with_none(found: Sequence[Attribute], text: str) -> tuple[Attribute, ...]:
    """Return attributes in which `default none` is a value where a field may be `before, after and none`."""
    values: Value = ()
    told: list[Attribute] = []
    for one in found:
        if one.kind in ("enum", "type", "money", "decimal", "ref", "many"):
            values = one.values.get("values", ())
        defaults = one.kind == "optional" and _DEFAULT_NONE.fullmatch(text[one.start : one.end])
        if defaults and isinstance(values, tuple) and defaults["none"] in values:
            one = Attribute("default", one.start, one.end, {"value": defaults["none"]})
        told.append(one)
    return tuple(told)


def _candidates(text: str, things: tuple[str, ...]) -> Iterator[Attribute]:
    yield from _choices(text)
    yield from _references(text, things)
    for entry in lexicon("attributes")["attribute"]:
        for match in pattern(entry["pattern"]).finditer(text):
            unless = entry.get("unless")
            if match.end() > match.start() and not (
                unless and pattern(unless).search(text[: match.start()])
            ):
                yield _attribute(entry, match)


def _attribute(entry: dict[str, str], match: re.Match[str]) -> Attribute:
    values: dict[str, Value] = {}
    for name, text in match.groupdict().items():
        if text is not None:
            read = number(text) if name != "value" else _default_value(text)
            values[name] = text if read is None else read
    if "type" in entry:
        values["type"] = entry["type"]
    return Attribute(entry["kind"], match.start(), match.end(), values, bool(entry.get("weak")))


def _default_value(text: str) -> Value:
    bare = text.strip("\"'`")
    return {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(bare.lower(), bare)


def _choices(text: str) -> Iterator[Attribute]:
    """Yield lists of values: `one of open, closed`, `web / phone / store`, `draft or final`."""
    for match in _ENUM.finditer(text):
        enclosed = text[: match.start()].rstrip().endswith("(")
        if _IS_SO.search(match[0]) and _DEFAULT.match(text, match.end()):
            continue  # `a code which is unique, status (…)`
        values, end = _read_values(text, match.end(), enclosed=enclosed)
        if len(values) > 1:
            yield Attribute("enum", match.start(), end, {"values": values})
    for listed in (_SLASHES, _OR_LIST, _PAREN_LIST):
        for match in listed.finditer(text):
            values = tuple(v for v in _JOIN.split(match[1]) if v)
            values = values[_ENUM.fullmatch(values[0]) is not None :]  # `enum, open or closed`
            if len(values) > 1 and _are_values(values):
                start, end = match.span()
                yield Attribute("enum", start, end, {"values": values})
    yield from _phrases(text)


def _phrases(text: str) -> Iterator[Attribute]:
    """Yield values of several words: `(damaged, wrong item, other)`."""
    for match in _PHRASES.finditer(text):
        values = tuple(re.sub(r"^or\s+", "", one.strip()) for one in match[1].split(","))
        words = [word for one in values for word in one.split()]
        if " " in match[1] and not any(
            is_said_of_fields(one)
            or one.lower() in _telling()
            or pattern(r"^(?:<MANYWORD>|<ONEWORD>|<NUM>)$").match(one)
            for one in (*values, *words)
        ):
            named = tuple(re.sub(r"[ -]", "_", one) for one in values)
            yield Attribute("enum", *match.span(), {"values": named})


@cache
def _telling() -> frozenset[str]:
    """Return words that values do not have, but remarks: `(only data, we deploy nothing)`."""
    prose = frozenset(lexicon("names")["filler"]["prose"]) - {"other", "others", "same", "later"}
    return prose | {
        "only",
        "just",
        "is",
        "are",
        "the",
        "a",
        "an",
        "no",
        "with",
        "without",
        "for",
        "all",
    }


def _are_values(words: Sequence[str]) -> bool:
    """Tell whether words are values; one of several may be called as a type: `email, sms or push`."""
    if any(_NO_VALUE.match(word) or _DEFAULT.match(word) for word in words):
        return False
    types = sum(is_type(word) for word in words)
    return types == 0 or (types == 1 and len(words) > 2)


def _is_no_value(word: str) -> bool:
    return bool(_NO_VALUE.match(word) or _DEFAULT.match(word) or is_type(word))


def is_value(match: re.Match[str], text: str) -> bool:
    """Tell whether words of a text are what a field may be: `bug` in `one of bug, feature`."""
    return any(
        one.kind == "enum" and one.start <= match.start() and match.end() <= one.end
        for one in spot(text, ())
    )


def describes(text: str, kinds: Iterable[str]) -> bool:
    """Tell whether a text surely says something of these kinds of a field."""
    wanted = frozenset(kinds)
    return any(one.kind in wanted and not one.weak for one in spot(text, ()))


def is_said_of_fields(word: str) -> bool:
    """Tell whether a word alone says something of a field, and is no value: `optional`, `integer`."""
    return _is_no_value(word) or any(not one.weak for one in spot(word, ()))


def is_type(word: str) -> bool:
    """Tell whether a word is the name of a type by itself."""
    return any(
        entry["kind"] in ("type", "money") and (m := pattern(entry["pattern"]).match(word)) and m.end() == len(word)
        for entry in lexicon("attributes")["attribute"]
    )  # fmt: skip


def is_plain_type(name: str) -> bool:
    """Tell whether a field seems to be called `string` or `integer`: then a type was taken for its name."""
    return any(
        one.kind == "type" and not one.weak and one.end - one.start == len(name)
        and one.values["type"] in ("str", "int", "bool", "float", "decimal")
        for one in spot(name, ())
    )  # fmt: skip


def _read_values(text: str, at: int, *, enclosed: bool = False) -> tuple[tuple[str, ...], int]:
    """Read values from a place on, as far as they go; return them and where they end.

    Within parentheses of their own, a word that is a type elsewhere is a value: `(enum: web, email)`.
    """
    values: list[str] = []
    last = quoted = False
    end = at
    while match := re.compile(rf"[\"'`]?({_WORD})[\"'`]?").match(text, at):
        ends = last or re.match(r"[\"'`]?\s*[;)]", text[match.end() :])
        ends_in_none = bool(ends) and len(values) > 1 and match[1].lower() == "none"
        named = enclosed and is_type(match[1]) and not _NO_VALUE.match(match[1])
        is_value = named or ends_in_none or not _is_no_value(match[1])
        if values and (_DEFAULT.match(match[1]) or not is_value):
            break
        follows = _AFTER_VALUE.match(text, match.end()) and (
            not _MORE.match(text, match.end()) or _explains(text, match.end(), [*values, match[1]])
        )
        coded = text[match.start()] == "`" and text[at - 1 : at] != "`" and values
        if values and (not follows or match[1] in values or (coded and not quoted)):
            break
        quoted = text[match.start()] == "`"
        values.append(match[1])
        end = match.end()
        joined = _JOIN.match(text, end)
        if not joined or last:
            break
        last = bool(re.search(r"\b(?:and|or)\b", joined[0], re.IGNORECASE))
        at = joined.end()
    return tuple(values), end


def _explains(text: str, at: int, values: list[str]) -> bool:
    """Tell whether what stands in parentheses is about the values: `(open at first)`."""
    inside = re.compile(r"\s*\(([^)]*)\)").match(text, at)
    return bool(
        inside
        and re.search(rf"(?i)\b(?:default|first|{'|'.join(map(re.escape, values))})\b", inside[1])
    )


_REFERS = (
    r"(?:which |that |it |and )?(?:(?:is|are|be|should|must|will|can|always|each|also)\s+)*"
    r"(?:belong(?:s|ing)?|point(?:s|ing)?|refer(?:s|ring|ences?|encing)?|a reference|reference|link(?:s|ed|ing)?|a link|"
    r"relat(?:es?|ed|ing|ion)|attach(?:ed|es)|tied|assigned|connect(?:s|ed)|goes|hangs?|sits?|lives?|(?:is |are )?part|"
    r"(?<=is )for(?= (?:exactly |always |only )?(?:an?|one|the|some) )|about|made|placed|written|left|filed|bound|an? foreign key|foreign key|an? fk|fk|a pointer|pointer|refs?|recorded|booked|"
    r"(?:has|have|with)(?= (?:an? |one |exactly one |a single )))\b"
    r"(?:\s*(?:back\s+)?(?:to|on|at|of|in|for|under|into|with|inside|within|by|against|off))?"
    r"\s*:?\s*(?:exactly |always |precisely )?(?:the same |the |an? |one |exactly one |a single |only one |each |its |their |some |our |that )*(?:existing )?"
)
_MANY = r"(?:(?:has|have|with|can have|may have|contain|hold|group|include|bundle|come with|be in|belong to|carry|refer to|reference|list)s?\b\s*(?:also |to |in )*)?(?P<many><MANYWORD>)\s+(?:of )?(?:the |our |existing )*"


# How references are said, with what they are; tried in this order, before and behind `belongs to THING`.
_BEFORE = (
    ("many", _MANY + r"THING\b"),
    ("many, surely", r"\b(?:many[- ]to[- ]many|m2m|n:m)\s*(?:relation(?:ship)?\s*)?(?:with|to)?\s*(?:the )?THING\b"),
    ("ref", r"(?<=[a-z]:)\s*(?=(?-i:[A-Z]))THING(?=\s*(?:[,;)(]|$))"),
    ("ref", r"(?<=[(:])\s*(?:an? |the )?THING\s+(?:reference|ref|fk|foreign key)\b"),
    ("many, surely", r"\bTHING\s*[:,–-]?\s*\(?\s*(?:as )?(?:an? )?(?:many[- ]to[- ]many|m2m|n:m)\b(?: relation(?:ship)?)?(?: (?:to|with) \w+)?(?:\s*\))?"),
    ("ref", r"(?<=\w )(?:is|being) (?:always )?(?:an?|the|one) (?:existing )?THING\b(?!'s|\s*[:(–]| (?:\w+ )?(?:is|are|has|with|that)\b)"),
)  # fmt: skip
_BEHIND = (
    ("ref", r"\bTHING\s+(?:to|on|in|of|for|at) which (?:it|he|she|they|each|each one)\s+(?:(?:is|are) )?(?:belongs?|belonging|refers?|points?|hangs?|goes|sits?|linked|attached|assigned|tied)\b"),
    ("ref", r"\bTHING\s+(?:that |which |where )?(?:it|he|she|they|each|each one)\s+(?:belongs?|refers?|points?|is (?:linked|attached|assigned|tied|for|about|part of)|hangs?|goes|sits?)\b(?:\s+(?:to|on|in|for|at))?"),
)  # fmt: skip


def _references(text: str, things: tuple[str, ...]) -> Iterator[Attribute]:
    """Yield references to models: `belongs to a patient`, `points to an order and to a product`."""
    if not things:
        return
    names = "|".join(re.escape(one) for one in sorted(things, key=len, reverse=True))
    yield from _links(text, names, _BEFORE)
    single = pattern(
        rf"\b{_REFERS}(?P<thing>{names})\b(?!'s| (?!(?:it|they|and|or|but|which|that|who)\b)\w+ (?:is|are)\b)(?:'s)?(?: (?:table|model|row|id))?"
    )
    again = pattern(
        rf"\s*(?:,|and|,\s*and)\s+(?:to |on )?(?:an? |the |one |exactly one )+(?P<thing>{names})\b(?! from| between|\s*[(:])"
    )
    for match in single.finditer(text):
        joined = re.match(
            r"(?i)and\s+", match[0]
        )  # what joins it to the field before is no part of it
        start = match.start() + (joined.end() if joined else 0)
        yield Attribute("ref", start, match.end(), {"thing": match["thing"]})
        at = match.end()
        while more := again.match(text, at):
            yield Attribute("ref", more.start(), more.end(), {"thing": more["thing"]})
            at = more.end()
    yield from _links(text, names, _BEHIND)


def _links(text: str, names: str, forms: Sequence[tuple[str, str]]) -> Iterator[Attribute]:
    for kind, form in forms:
        values: dict[str, Value] = {"sure": 1} if kind == "many, surely" else {}
        for match in pattern(form.replace("THING", f"(?P<thing>{names})")).finditer(text):
            named = {"thing": match["thing"], **values}
            yield Attribute(kind.partition(",")[0], match.start(), match.end(), named)
