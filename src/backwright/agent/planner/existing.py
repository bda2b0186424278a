"""What becomes of the rows that are there already: said of the new field or relation, before any reading begins.

`Old tasks simply have none` says that the field may be missing; of a field that may, or has a default, and of a
relation it only tells.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from backwright.agent.planner.attributes import Attribute, spot
from backwright.agent.planner.phrases import FENCE

_ALL = r"(?:(?:the|all|any|our|your|those|these|for) )*"
_NOUN = r"(?!(?:have|has|had|do|does|get|are|is|can|may|stay|we|that|which)\b)[a-z][\w-]*"
_THERE = r"(?:(?:already|currently) )?(?:we (?:already |currently |now )?have|exists?|(?:are|is) (?:already )?(?:there|in the (?:database|table|db|system)))(?: already| now| today| so far)*"
_ROWS = (
    rf"{_ALL}(?:(?:already )?(?:existing|old|older|current|present|legacy|previous)(?: {_NOUN}){{0,2}}?"
    rf"|(?:{_NOUN}|ones|everything)(?: that| which)? {_THERE})"
)
_MODAL = r"(?:(?:will|can|may|should|shall|would|must|could|might|simply|just|then|all|also|still|obviously|initially) )*"
_NOT = r"(?:do|does|did|wo|will|would)(?: not|n't)"
_EMPTY = (
    rf"(?:{_MODAL}(?:get|have|has|had|keep|stay|are|be|remain|start with|start out) (?:it )?(?:null|nothing|no value|empty|none|neither|unset|blank|in none|that way)"
    rf"|{_MODAL}(?:get|have|has|keep|are|end up with)(?: the| their)? `?{_NOUN}`? ?(?:=|as|set to|is) ?`?(?:null|none|empty)`?"
    rf"|{_MODAL}(?:stay|remain|be|are|exist|live) without(?: (?:it|one|any|them|(?:(?:an?|the|any) )?{_NOUN}))?"
    rf"|(?:simply |just )?{_NOT} (?:simply |just )?(?:have|need) (?:one|any|it|either|them|(?:an?|any) {_NOUN})"
    rf"|{_MODAL}(?:have|has|had) no {_NOUN}(?: {_NOUN})?)"
)
_DEFAULT = rf"{_MODAL}(?:get|take|have|receive|start with|fall back to|keep) (?:the|that|this|its|their) (?:same )?defaults?(?: values?)?(?: as well| too| also)?"
_TAIL = r"(?: (?:yet|there|at first|of course|for now|at the moment|either|too)|,? (?:and )?(?:that|which|this) is (?:fine|ok(?:ay)?|all right)|,? (?:and|but) (?:they )?(?:must|should|have to|need to|will|can|may) (?:all )?(?:stay|remain|be|keep) (?:valid|intact|untouched|readable|usable|alive|as they are|working)(?: as they are)?)*"
# What rows may do without: `a task does not have to be in a project`, `products without a brand are fine`
_NEED_NOT = (
    rf"(?:an?|each|every|not every|some) {_NOUN} (?:(?:does not|doesn't|need not|needn't) (?:have to |need to |necessarily )?(?:be in|have|belong to|sit in|be part of)|(?:can|may|might) (?:exist|be|stay|live) without)"
    rf" (?:an?|any|one) {_NOUN}"
    rf"|(?:(?:an?|the|all|any|some) )?{_NOUN} (?:without|with no|that have no|which have no|that lack|lacking) (?:(?:an?|any|one) )?{_NOUN} (?:(?:is|are)(?: perfectly| totally| completely| also| still)? (?:fine|ok(?:ay)?|all right|allowed|valid|possible|legal|acceptable)|(?:must|should|may|can|will) (?:stay|remain|be) (?:valid|possible|allowed|fine|legal))"
)
_WHERE = r"(?: (?:on|of|in|at) (?:(?:the|each|every) )?`?\w+`?(?: (?:table|model|side))?)?"
_KEY = rf"(?:it|that|this|(?:the|its|this|that) (?:new )?(?:column|field|link|fk|foreign key|relation|reference)(?: column)?{_WHERE})"
_NULLABLE = r"(?:nullable|optional|empty|null|left empty|allowed to be (?:null|empty))"
_SO = (
    rf"(?:(?:,? (?:and )?(?:so|hence|therefore|thus)(?: please)?|[;:,]| [–—-]) (?:{_KEY} (?:(?:has|needs) to|must|should|can|may|is|will|stays|remains) (?:be |stay |remain )?{_NULLABLE}|(?:leave|keep|make|let) {_KEY} (?:be |stay )?{_NULLABLE})"
    rf"|,? ?\((?:so |hence |i\.e\.,? |=> ?)?(?:{_KEY} (?:is |stays |must be )?)?{_NULLABLE}(?: (?:fk|foreign key|column|reference|field|link))?\))?"
)
_SAID = re.compile(
    rf"(?i)(?P<lead>\A|(?<=[.;!?:] )|(?<=\n)|[,;(–—-] ?(?:(?:and|so|but|because|since|as|while) (?:that )?)?|(?<= )(?:and|because|since) )"
    rf"(?:{_ROWS} (?:{_EMPTY}{_TAIL}{_SO}|(?P<default>{_DEFAULT}))|(?P<may>{_NEED_NOT}){_SO})(?=\s*(?:[.;,:)!\n]|\Z))(?!,? (?:and )?(?:so|hence|therefore|thus)\b (?!existing|old|the))\.?"
)
_RELATES = re.compile(
    r"(?i)\brelat(?:ion|e)|\b(?:one|many)-to-(?:many|one)\b|\b(?:has|have|holds?|contains?) (?:many|several|multiple)\b|\b(?:connect|link|tie|join)\b"
)
_MAY_LACK = re.compile(
    r"(?i)\b(?:optional|nullable|null|default\w*|(?:may|can) be (?:empty|missing|left out|null|blank)|not (?:required|mandatory)|empty|blank|=)"
)
# `all nullable because old orders do not have them`: the reason of what is said already
_SAID_TO_LACK = re.compile(r"(?i)\b(?:optional|nullable)[,;(–—-]? ?$")
_REASON = re.compile(r"(?i)[,;(–—-]? ?(?:because|since|as)\b")
_WITHOUT = re.compile(
    r"(?i)\b(?:an?|any|one|no|without|lack|lacking) (?!an?\b|any\b|one\b)([\w-]+)"
)
_BACK = 4  # sentences
_NEAR = 400  # letters in which a default is said before
_PARTS = (" and ", "; ", "), ")
_NO_VALUES = {"type": "enum"}  # which ones is for a question
_TYPES = ("type", "money", "decimal", "enum", "length", "ref")


def rows_placed(text: str, names: Collection[str] = ()) -> tuple[str, tuple[str, ...]]:
    """Return a text in which a field may be missing where its rows have none, and what of it was only told.

    Args:
        text: What the user wrote; what stands in fences stays as it is.
        names: What the project's models are called, to which a field may refer.
    """
    aside: list[str] = []
    parts = FENCE.split(text)
    for at in range(0, len(parts), 2):
        for found in reversed(list(_SAID.finditer(parts[at]))):
            parts[at] = _placed(parts[at], found, names, aside)
    return "".join(parts), tuple(reversed(aside))


def _placed(text: str, found: re.Match[str], names: Collection[str], aside: list[str]) -> str:
    before, after = text[: found.start()], text[found.end() :]
    begin = _begin_of(before, found, names)
    said = before[begin:]
    if _SAID_TO_LACK.search(said) and _REASON.match(found["lead"]):
        aside.append(found[0].strip(" ,;(–—-."))
        return f"{before.rstrip(' ')}{after}"
    if found["default"] and not re.search(r"(?i)\bdefault|=", before[-_NEAR:]):
        return text
    types = _types(said, names)
    if not types and not found["may"]:
        above = _types(before, names)
        if above and not _lacking(before, above):
            aside.append(
                found[0].strip(" ,;(–—-.")
            )  # `Acceptance: existing rows have brand = null`
            return f"{before}{after}"
    if found["may"] and not _RELATES.search(said):
        types = _named(said, types, found["may"])
    if not types and not found["default"] and not _RELATES.search(said):
        return text
    ends = "." if found[0].endswith(".") and not said.rstrip().endswith(".") else ""
    lacking = [] if found["default"] or _RELATES.search(said) else _lacking(said, types)
    for at in reversed(lacking):
        said = f"{said[:at]}, optional{said[at:]}"
    if not lacking:
        aside.append(found[0].strip(" ,;(–—-."))
    opened = "(" if found["lead"].startswith("(") and not lacking else ""
    closed = ")" if found["lead"].startswith("(") and lacking else ""
    left = f"{before[:begin]}{said}".rstrip(" ")
    return f"{left}{opened}{ends}{after.removeprefix(closed)}"


def _types(text: str, names: Collection[str]) -> list[Attribute]:
    """Return the types that a text gives to fields."""
    return [one for one in spot(text, names) if one.kind in _TYPES and one.values != _NO_VALUES]


def _lacking(said: str, types: Sequence[Attribute]) -> list[int]:
    """Return where the types end of fields of which is not said that they may be missing, nor what they are by default."""
    return [one.end for one, part in _parts(said, types) if not _MAY_LACK.search(part)]


def _parts(said: str, types: Sequence[Attribute]) -> Iterator[tuple[Attribute, str]]:
    """Yield types with the part of a sentence in which each stands."""
    begins = [max(said.rfind(mark, 0, one.start) for mark in _PARTS) for one in types]
    ends = [
        begin if begin >= one.end else later.start
        for one, later, begin in zip(types, types[1:], begins[1:], strict=False)
    ]
    ends += [len(said)] * bool(types)
    for one, begin, end in zip(types, begins, ends, strict=True):
        yield one, said[max(begin, 0) : end]


def _named(said: str, types: Sequence[Attribute], lack: str) -> list[Attribute]:
    """Return the type of the field without which rows may be: `a carton without a product is fine`."""
    noun = _WITHOUT.findall(lack)[-1].lower().rstrip("s")
    return [one for one, part in _parts(said, types) if noun in part.lower()]


def _begin_of(text: str, found: re.Match[str], names: Collection[str]) -> int:
    """Return where the sentence begins of which something is said; what rows may do without, the last that names it."""
    begin = last = _begin(text)
    for _ in range(_BACK if found["may"] else 0):
        said = text[begin:]
        types = [one for one in spot(said, names) if one.kind in _TYPES]
        if _RELATES.search(said) or _named(said, types, found["may"]):
            return begin
        begin = _begin(text[:begin])
    return last


def _begin(text: str) -> int:
    """Return where the point of a list, or the sentence, begins that stands before."""
    found = [one.end() for one in re.finditer(r"(?<=[.;!?])\s+|\n\s*", text.rstrip())]
    return found[-1] if found else 0
