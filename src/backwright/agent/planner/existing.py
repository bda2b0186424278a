"""What becomes of the rows that are there already: said of the new field or relation, before any reading begins.

`Old tasks simply have none` says that the field may be missing; of a field that may, or has a default, and of a
relation it only tells.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

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
_TAIL = r"(?:,? (?:and|but) (?:they )?(?:must|should|shall|have to|need to|will|can)?(?: all)? ?(?:stay|remain|be|keep working|go on working)(?: (?:valid|intact|untouched|unchanged|usable|as (?:they|it) (?:are|is)))?(?:,? \((?:nullable|optional)[^()]*\))?| \((?:nullable|optional)[^()]*\)| (?:yet|there|at first|of course|for now|at the moment|either|too)|,? (?:and )?(?:that|which|this) is (?:fine|ok(?:ay)?|all right))*"
# What rows may do without: `a task does not have to be in a project`
_NEED_NOT = (
    rf"(?:an?|each|every|not every|some) {_NOUN} (?:(?:does not|doesn't|need not|needn't) (?:have to |need to |necessarily )?(?:be in|have|belong to|sit in|be part of)|(?:can|may|might) (?:exist|be|stay|live) without)"
    rf" (?:an?|any|one) {_NOUN}"
)
_SO = r"(?:,? (?:and )?(?:so|hence|therefore|thus) (?:it|that|this|the (?:column|field|link|fk|foreign key|relation|reference)) (?:(?:has|needs) to|must|should|can|may|is|will) (?:be )?(?:nullable|optional|empty|null|left empty)|,? (?:and )?so (?:please )?(?:leave|keep|make) (?:it|them|that|the \w+(?: key)?) (?:nullable|optional|empty))?"
_SAID = re.compile(
    rf"(?i)(?P<lead>\A|(?<=[.;!?:] )|(?<=\n)|[,;(–—-] ?(?:(?:and|so|but|because|since|as|while) (?:that )?)?|(?<= )(?:and|because|since) )"
    rf"(?:{_ROWS} (?:{_EMPTY}{_TAIL}{_SO}|(?P<default>{_DEFAULT}))|{_NEED_NOT})(?=\s*(?:[.;,)!\n]|\Z))(?!,? (?:and )?(?:so|hence|therefore|thus)\b (?!existing|old|the))\.?"
)
_RELATES = re.compile(
    r"(?i)\brelat(?:ion|e)|\b(?:one|many)-to-(?:many|one)\b|\b(?:has|have|holds?|contains?) (?:many|several|multiple)\b|\b(?:connect|link|tie|join)\b"
)
_MAY_LACK = re.compile(
    r"(?i)\b(?:optional|nullable|null|default\w*|(?:may|can) be (?:empty|missing|left out|null|blank)|not (?:required|mandatory)|empty|blank|=)"
)
_NEAR = 400  # letters in which a default is said before
_PARTS = (" and ", "; ", "), ")
_NO_VALUES = {"type": "enum"}  # which ones is for a question
_TYPES = ("type", "money", "decimal", "enum", "length", "ref")


def rows_placed(text: str) -> tuple[str, tuple[str, ...]]:
    """Return a text in which a field may be missing where its rows have none, and what of it was only told."""
    aside: list[str] = []
    parts = FENCE.split(text)
    for at in range(0, len(parts), 2):
        for found in reversed(list(_SAID.finditer(parts[at]))):
            parts[at] = _placed(parts[at], found, aside)
    return "".join(parts), tuple(reversed(aside))


def _placed(text: str, found: re.Match[str], aside: list[str]) -> str:
    before, after = text[: found.start()], text[found.end() :]
    begin = _begin(before)
    said = before[begin:]
    if found["default"] and not re.search(r"(?i)\bdefault|=", before[-_NEAR:]):
        return text
    types = _types(said)
    if not types and (above := _types(before)) and not _lacking(before, above):
        aside.append(found[0].strip(" ,;(–—-."))  # `Acceptance: existing rows have brand = null`
        return f"{before}{after}"
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


def _types(text: str) -> list[Attribute]:
    """Return the types that a text gives to fields."""
    return [one for one in spot(text, ()) if one.kind in _TYPES and one.values != _NO_VALUES]


def _lacking(said: str, types: Sequence[Attribute]) -> list[int]:
    """Return where the types end of fields of which is not said that they may be missing, nor what they are by default."""
    ends = [*(one.start for one in types[1:]), len(said)]
    begins = [max(said.rfind(mark, 0, one.start) for mark in _PARTS) for one in types]
    return [
        one.end
        for one, begin, end in zip(types, begins, ends, strict=True)
        if not _MAY_LACK.search(said[max(begin, 0) : end])
    ]


def _begin(text: str) -> int:
    """Return where the point of a list, or the sentence, begins that stands before."""
    found = [one.end() for one in re.finditer(r"(?<=[.;!?])\s+|\n\s*", text.rstrip())]
    return found[-1] if found else 0
