"""Items of a list of fields in one form: `an optional link (url)` is `link (url, optional)`, `a unique email` is `email (email, unique)`.

What stands before the name of a field, and a name that is a type itself, would else be taken for a part of the
field before, or for a verb.
"""

from __future__ import annotations

import re

from backwright.agent.planner.attributes import describes, spot
from backwright.agent.planner.drafts import known_kind, snake
from backwright.agent.planner.phrases import FENCE
from backwright.agent.planner.types import World

_AT = r"(?P<at>(?:^[ \t]*(?:[-*•]|\d+[.)])[ \t]+)|[,;:(][ \t]+(?:and[ \t]+)?|\b(?:with|and|have|has|having|needs?|gets?|get|add|put|want|stores?|of|missing|give \w+|store)[ \t]+)"
_QUALIFIER = r"(?:optional|unique|required|nullable|indexed|mandatory)"
_SAID = rf"(?P<said>(?:(?:an?|the|one)[ \t]+(?:{_QUALIFIER}(?:,? and|,)?[ \t]+)*|(?:{_QUALIFIER}[ \t]+)*)|optionally[ \t]+(?:an?[ \t]+)?)"
_NAME = r"(?P<name>`?(?!(?:and|or|field|column|new)\b)[a-z]\w*`?(?:[ \t]+(?!(?:and|or|to|on|for|in|of|with|that|which|called|named|is|as|from|between|up)\b)[a-z]\w*)?)"
_INSIDE = r"[ \t]*\((?P<inside>[^()\n]*(?:\([^()\n]*\)[^()\n]*)*)\)"
_END = r"(?=[ \t]*(?:$|[,;)\n]|\.(?!\w)|and\b|on\b(?![ \t]+(?:which|what)))|[ \t]+(?:to|for|in)[ \t]+(?:the[ \t]+)?[A-Za-z`])"
_TYPED = ("type", "money", "decimal", "enum", "length", "range")
_ONE_TYPE = ("type", "money", "decimal", "length", "range")
_FLAGS = re.IGNORECASE | re.MULTILINE
# `an optional link (url)`
_QUALIFIED = re.compile(rf"{_AT}{_SAID}{_NAME}{_INSIDE}", _FLAGS)
# `a unique email`, `an optional link`: a name that is its own type
_NAMED_BY_TYPE = re.compile(
    rf"{_AT}{_SAID}(?P<name>e-?mail(?: address)?|(?:link|website|homepage)(?![ \t]+(?:to|for|in)\b)){_END}",
    _FLAGS,
)
# `an amount in euros`
_IN_MONEY = re.compile(
    r"\b(?:an?[ \t]+)?(?P<name>[a-z]\w*)[ \t]+in[ \t]+(?:euros?|dollars?|eur|usd|gbp|pounds)\b",
    re.I,
)
# `Add amount: decimal(10,2) to the Task model`
_LABELLED = re.compile(
    r"(?P<at>\b(?:add|put|store|want|need|give \w+)[ \t]+(?:an?[ \t]+)?)(?P<name>`?[a-z]\w*`?):[ \t]+(?P<inside>[^.:;\n]*?)(?=[ \t]+(?:to|on|for|in)[ \t]+(?:each[ \t]+|every[ \t]+|the[ \t]+|our[ \t]+|all[ \t]+)*(?P<where>[A-Za-z`]\w*))",
    re.IGNORECASE,
)
# `link: url, nullable, stock …`
_IN_LIST = re.compile(
    rf"(?P<at>[,;:(][ \t]+|\b(?:with|and|has|have)[ \t]+)(?P<name>`?[a-z]\w*`?):[ \t]+(?P<inside>(?:an?[ \t]+)?[a-z]+(?:[ \t]+(?:address|text))?(?:\([^()\n]*\))?(?:,[ \t]+(?:{_QUALIFIER}))+){_END}",
    re.IGNORECASE,
)
# `a status that is low, mid or high (default mid)`
_CHOICE = re.compile(
    rf"{_AT}{_SAID}{_NAME},?[ \t]+(?:that|which)[ \t]+(?:is|are|(?:can|may|must)[ \t]+be)[ \t]+(?:either[ \t]+|one[ \t]+of[ \t]+)?(?P<values>(?!(?:{_QUALIFIER}|null|none|empty|blank|missing|not|an?)\b)[\w-]+(?:,[ \t]+[\w-]+)*,?[ \t]+(?:or|and)[ \t]+[\w-]+)(?:[ \t]*\((?P<inside>[^()\n]*)\)|,?[ \t]+(?:and[ \t]+)?defaults?(?:ing)?[ \t]+to[ \t]+(?P<default>[\w-]+))?{_END}",
    _FLAGS,
)
# `optional free-text remarks`
_FREE_TEXT = re.compile(rf"{_AT}{_SAID}free[- ]text[ \t]+(?P<name>[a-z]\w*){_END}", _FLAGS)
# `- amount`, as a point of a list of fields
_POINT = re.compile(
    r"(?P<at>^(?P<indent>[ \t]*)(?:[-*•]|\d+[.)])[ \t]+)(?P<name>[a-z]\w*)(?=[ \t]*[.,;]?[ \t]*$(?!\n(?P=indent)[ \t]+(?:[-*•]|\d)))",
    re.MULTILINE,
)
_PLAIN_KINDS = ("str", "decimal", "int", "date", "datetime", "email", "url")
# `- link - optional url`; `3. email address, unique`
_DASHED = re.compile(
    r"(?P<at>^[ \t]*(?:[-*•]|\d+[.)])[ \t]+)(?P<name>`?[a-z]\w*`?)[ \t]+[-–—][ \t]+(?P<inside>[^()\n]+?(?:\([^()\n]*\)[^()\n]*?)?)(?P<end>[.,;]?[ \t]*)$",
    re.MULTILINE,
)
_MAIL_POINT = re.compile(
    rf"(?P<at>^[ \t]*(?:[-*•]|\d+[.)])[ \t]+)(?P<name>e-?mail)(?: address)?,[ \t]*(?P<inside>{_QUALIFIER})(?=[.,;]?[ \t]*$)",
    _FLAGS,
)
# `(string, max 20), which is optional`
_WHICH_IS = re.compile(
    rf"\((?P<inside>[^()\n]*)\),?[ \t]+(?:which|that)[ \t]+(?:is|must[ \t]+be|has[ \t]+to[ \t]+be)[ \t]+(?P<said>{_QUALIFIER})\b",
    re.IGNORECASE,
)
# `a product reference`, `product (reference)`
_REFERENCE = re.compile(
    rf"{_AT}(?:an?[ \t]+|the[ \t]+)?(?P<name>[a-z]\w*)(?:[ \t]+reference|[ \t]*\((?:an?[ \t]+)?(?:reference|ref|foreign key|fk)\)){_END}",
    _FLAGS,
)
# `fee; amount; title`: what is known by its name is one of the list, no sentence of its own
_BARE = re.compile(
    r";(?=[ \t]+(?:and[ \t]+)?(?:an?[ \t]+)?(?P<name>[a-z]\w*)[ \t]*(?:[;.)]|$))", re.M
)
_OPTIONALLY = re.compile(r"(?i)\boptionally\b.*")


def itemised(text: str, world: World) -> str:
    """Return a text in which what is said before the name of a field stands in parentheses behind it."""

    def _labelled(found: re.Match[str]) -> str:
        known = world.thing(found["where"].strip("`"))
        return _in_parentheses(found) if known else found[0]

    def _reference(found: re.Match[str]) -> str:
        known = world.thing(found["name"])
        return f"{found['at']}{found['name']} (ref {known.name})" if known else found[0]

    parts = FENCE.split(text)
    for change, found in (
        (_labelled, _LABELLED),
        (_in_parentheses, _IN_LIST),
        (_which_is, _WHICH_IS),
        (_in_parentheses, _DASHED),
        (_mail, _MAIL_POINT),
        (_reference, _REFERENCE),
        (_choice, _CHOICE),
        (_money, _IN_MONEY),
        (_free_text, _FREE_TEXT),
        (_by_type, _NAMED_BY_TYPE),
        (_qualified, _QUALIFIED),
        (_bare, _BARE),
        (_point, _POINT),
    ):
        parts[::2] = [found.sub(change, part) for part in parts[::2]]
    return "".join(parts)


def _qualified(found: re.Match[str]) -> str:
    inside = found["inside"]
    if not _before(found) or not describes(inside, _TYPED):
        return found[0]
    return f"{found['at']}{found['name']} ({inside}{_before(found)})"


def _in_parentheses(found: re.Match[str]) -> str:
    said = spot(found["inside"], ())
    if not said or said[0].start > len("an "):
        return found[0]
    inside = re.sub(rf"^({_QUALIFIER}),? (.+)$", r"\2, \1", found["inside"], flags=re.IGNORECASE)
    return f"{found['at']}{found['name']} ({inside})"


def _which_is(found: re.Match[str]) -> str:
    typed = describes(found["inside"], _TYPED)
    return f"({found['inside']}, {found['said']})" if typed else found[0]


def _mail(found: re.Match[str]) -> str:
    return f"{found['at']}email (email, {found['inside']})"


def _by_type(found: re.Match[str]) -> str:
    name, said = snake(found["name"]), _before(found)
    kind = known_kind(name)
    named = "email" if kind == "email" else name
    return f"{found['at']}{named} ({kind}{said})" if said else found[0]


def _choice(found: re.Match[str]) -> str:
    if describes(found["values"], _ONE_TYPE) or found["values"].count(" ") < 2:
        return found[0]
    default = f"; default {found['default']}" if found["default"] else ""
    inside = f"; {found['inside']}" if found["inside"] else default
    return f"{found['at']}{found['name']} (one of {found['values']}{inside}{_before(found)})"


def _money(found: re.Match[str]) -> str:
    known = known_kind(found["name"]) == "decimal" and found["name"] != "money"
    return f"{found['name']} (money)" if known else found[0]


def _free_text(found: re.Match[str]) -> str:
    return f"{found['at']}{found['name']} (text{_before(found)})"


def _bare(found: re.Match[str]) -> str:
    return "," if known_kind(found["name"]) else found[0]


def _point(found: re.Match[str]) -> str:
    kind = known_kind(found["name"])
    return f"{found[0]} ({kind})" if kind in _PLAIN_KINDS else found[0]


def _before(found: re.Match[str]) -> str:
    """Return what is said before a name, as it is said behind it: `, optional, unique`."""
    said = _OPTIONALLY.sub("optional", found["said"])
    words = re.findall(rf"(?i)\b{_QUALIFIER}\b", said)
    return "".join(f", {word.lower()}" for word in words)
