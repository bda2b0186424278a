"""Fields that are defined in a sentence, written as in a list: `a field color that is a string, optional` is `color (string, optional)`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from backwright.agent.planner.attributes import Attribute, spot
from backwright.agent.planner.phrases import FENCE
from backwright.agent.planner.types import World

_TYPES = ("type", "money", "decimal", "enum", "ref", "many", "length")
_NOUN = r"(?:field|column|attribute|property)"
_NAME = r"[`\"']?(?P<name>(?!(?:that|which|of|as|with|for|to|on|in|is|and|or|called|named|type)\b)[a-z]\w*)[`\"']?"
# `a field color that is`, `with a column called color,`; `color, which is`
_NAMED = re.compile(
    rf"(?P<lead>\b(?:(?:an?|the|one|new|another|additional|extra|optional|nullable|required|unique|indexed|single|simple)\s+)*{_NOUN}\s+(?:(?:called|named)\s+)?){_NAME}"
    r"(?:\s*,\s*(?:(?:which|that)\s+is\s+)?|\s+(?:of\s+type|(?:that|which)\s+(?:is|holds|has)|being|as)\s+|\s*:\s*)(?:an?\s+(?!half\b))?"
    rf"|(?:(?<=with )|(?<=has )|(?<=have )|(?<=and )|(?<=[,;:] )|(?<=needs )|(?<=gets )|(?<=[Aa]dd )|(?<=[-*•] )|(?<=\d[.)] ))(?P<article>(?:an?|its|the)\s+)?{_NAME.replace('name>', 'bare>')}"
    r"(?:\s+of\s+type\s+|,?\s+(?:which|that)\s+is\s+(?:of\s+type\s+)?)(?:an?\s+)?"
)
# `a boolean field pinned`, `a timestamp called seen_at`, `a boolean archived flag`
_CALLED = re.compile(
    rf"\s+(?:{_NAME.replace('name>', 'flag>')}\s+(?:flag|{_NOUN})\b|(?:(?:{_NOUN}|flag|value|number)\s+(?:(?:called|named)\s+)?|(?:called|named)\s+){_NAME}(?!\w))(?!\s*[:(]|\s+(?:of type|that is|which is)\b)"
)
_ARTICLE = re.compile(
    r"(?P<article>\b(?:an?|one|the|its|new)\s+)(?P<loose>(?:\b(?:optional|nullable|required|unique|indexed|new|simple|plain)\s+)*)$",
    re.IGNORECASE,
)
_NEXT = re.compile(
    r"(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s+)(?:(?:which|that|it)\s+)?(?:(?:is|also|of)\s+)*(?=\S)"
)
# `(enum: low, high, default: low)`: no label of its own
_DEFAULT = re.compile(r"(?<=[,;] )(?:with )?default(?: value)?(?:: | ?= ?)(?=[^\n:]*\))")
_TAIL = re.compile(rf"\s+(?:{_NOUN}|flag)$", re.IGNORECASE)
_LAST = re.compile(r"\s*(?:$|[.,;:!?)])|\s+(?:on|to|for|in)\b")
_AN = re.compile(r"(?<=[Aa])n\b")
# `a field color (string, optional) to Folder`: it is called a field by where it is added
_PLACED = rf"\b(?:an? |the )?(?:new )?{_NOUN} (?:called |named )?(?P<said>[`\"']?\w+[`\"']? \([^()\n]*\)) "
_BEHIND = re.compile(r"\s*,\s*(?=(?:to|on|for|in|and|with)\b)")


def bracketed(text: str, world: World) -> str:
    """Return a text in which what is said of a field that is called one stands in parentheses behind its name."""
    forms = tuple(form for thing in world.things for form in thing.forms)
    parts = FENCE.split(_DEFAULT.sub("default ", text))
    parts[::2] = ["\n".join(_line(line, forms) for line in part.split("\n")) for part in parts[::2]]
    text = "".join(parts)
    if not forms:
        return text
    named = "|".join(re.escape(form) for form in forms)
    placed = rf"{_PLACED}(?=(?:to|on|in) (?:the |our )?(?i:{named})\b)"
    return re.sub(placed, r"\g<said> ", text)


def _line(line: str, forms: Sequence[str]) -> str:
    at = 0
    while found := _first(line, at, forms):
        start, end, written = found
        behind = _BEHIND.match(line, end)
        rest = line[behind.end() if behind else end :]
        comma = (
            "," if rest.startswith(("and", "with")) else ""
        )  # `…, to Folder` goes on without one
        line = f"{line[:start]}{written}{f'{comma} ' if behind else ''}{rest}"
        at = start + len(written)
    return line


def _first(line: str, at: int, forms: Sequence[str]) -> tuple[int, int, str] | None:
    """Return where the next definition stands, and how it is written in parentheses."""
    told = [one for one in spot(line, forms) if one.start >= at]
    for index, one in enumerate(told):
        if one.kind not in _TYPES or _is_enclosed(line, one.start):
            continue
        named = [m for m in _NAMED.finditer(line, at) if m.end() == _begin(line, one)]
        if named:
            said = [one, *_said_behind(line, one.end, told[index + 1 :])]
            return named[-1].start(), said[-1].end, _lead(named[-1]) + _written(line, said)
        if found := _type_first(line, at, told[index:]):
            return found
    return None


def _type_first(line: str, at: int, told: Sequence[Attribute]) -> tuple[int, int, str] | None:
    """Return where a definition stands whose type comes first, and how it is written: `a boolean field pinned, default false`."""
    one, *others = told
    called = _CALLED.match(line, _end(line, one))
    article = _ARTICLE.search(line, at, one.start)
    if not called or not article:
        return None
    if any(called.start() <= other.start < called.end() for other in others):
        return None
    behind = [other for other in others if other.start >= called.end()]
    said = [one, *_said_behind(line, called.end(), behind)]
    if len(said) == 1 and _end(line, one) == one.end:
        return None  # `an integer called rank` is said so
    determiner = article["article"] if article["loose"] else _AN.sub("", article["article"])
    lead = f"{determiner}{article['loose']}field {called['name'] or called['flag']}"
    return article.start(), max(called.end(), said[-1].end), lead + _written(line, said)


def _begin(line: str, one: Attribute) -> int:
    """Return where an attribute begins, without the space that some begin with."""
    return one.start + len(line[one.start : one.end]) - len(line[one.start : one.end].lstrip())


def _end(line: str, one: Attribute) -> int:
    """Return where an attribute ends, without `field` behind its type."""
    noun = _TAIL.search(line, one.start, one.end)
    return noun.start() if noun else one.end


def _said_behind(line: str, end: int, told: Sequence[Attribute]) -> list[Attribute]:
    """Return the attributes that follow a place one after the other, as long as no other field begins."""
    said: list[Attribute] = []
    for one in told:
        gap = _NEXT.match(line, end)
        follows = one.start <= end or (gap is not None and gap.end() >= _begin(line, one))
        if gap is not None and gap[0].strip() == "and" and not _LAST.match(line, one.end):
            break  # `and optionally a summary`
        named = _CALLED.match(line, _end(line, one)) if one.kind in _TYPES else None
        if not follows or named or one.kind in ("ref", "many", "enum", "type", "money"):
            break
        said.append(one)
        end = one.end
    return said


def _is_enclosed(line: str, at: int) -> bool:
    return line.count("(", 0, at) > line.count(")", 0, at)


def _lead(named: re.Match[str]) -> str:
    """Return what stands before a name, and the name."""
    lead = re.sub(r"(?i)\b(?:single|simple)\s+", "", named["lead"] or named["article"] or "")
    return f"{lead}{named['name'] or named['bare']}"


def _written(line: str, said: Sequence[Attribute]) -> str:
    words = [line[one.start : _end(line, one)].strip() for one in said]
    return f" ({', '.join(words).replace('default: ', 'default ')})"
