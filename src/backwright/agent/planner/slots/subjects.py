"""What a segment is about: the resource that its lead names, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backwright.agent.planner.nouns import pascal
from backwright.agent.planner.slots.segment import HEADER, Known, Segment
from backwright.agent.planner.slots.speech import is_verb, joins, qualifies, words
from backwright.agent.planner.slots.tokens import Token, is_noun
from backwright.agent.planner.state import is_plural

_PREPOSITIONS = words("prepositions")
NEVER = frozenset(
    [
        "resource",
        "resources",
        "model",
        "models",
        "entity",
        "entities",
        "table",
        "tables",
        "object",
        "objects",
        "field",
        "fields",
        "column",
        "columns",
        "attribute",
        "attributes",
        "endpoint",
        "endpoints",
        "crud",
        "api",
        "apis",
        "fastapi",
        "postgres",
        "postgresql",
        "sqlmodel",
        "jwt",
        "cors",
        "rest",
        "alembic",
        "bearer",
    ]
)
_OPENING = frozenset(
    [
        "with",
        "having",
        "whose",
        "where",
        "consisting",
        "containing",
        "including",
        "comprising",
        "that",
        "which",
        "who",
        "and",
        "each",
    ]
)
_NAMING = frozenset({"called", "named", "titled"})
RELATIVE = frozenset(["who", "which", "that", "each", "with", "having", "whose", "where", "all"])
_LONGEST = 3


@dataclass(frozen=True, slots=True)
class Subject:
    """A noun that a segment is about.

    Attributes:
        noun: Its words.
        is_sure: Whether the text calls it a resource.
        end: Where in the lead it ends.
        parent: The resource that it is put on: `reviews for products`.
        clash: Another noun that it could be about as well.
    """

    noun: str
    is_sure: bool = False
    end: int = 0
    parent: str = ""
    clash: str = ""


@dataclass(frozen=True, slots=True)
class _Noun:
    text: str
    start: int
    end: int
    is_known: bool
    is_classed: bool
    is_object: bool
    is_subject: bool
    is_placed: bool
    is_proper: bool
    is_marked: bool


def announced(tokens: Sequence[Token], known: Known) -> str:
    """Return the noun that a statement without fields announces: `Could someone add a Reminder?`, `Warehouses.`."""
    nouns = [n for n in _nouns(tokens, known) if not (n.is_known and n.is_placed)]
    for wanted in (
        [n for n in nouns if n.is_classed],
        [n for n in nouns if n.is_proper and n.is_object],
        [n for n in nouns if n.is_object],
        [
            n
            for n in nouns
            if n.start <= 2 and not n.is_placed and not any(t.kind == "verb" for t in tokens)
        ],
        [n for n in nouns if n.is_proper],
    ):
        if wanted:
            return wanted[-1 if wanted[-1].is_classed else 0].text
    return ""


def subject_of(segment: Segment, known: Known, *, opens: bool) -> Subject | None:
    """Return what a segment is about by its lead; None where the lead does not say it.

    Args:
        segment: The segment.
        known: Tells whether words name a resource.
        opens: Whether a statement begins with it.
    """
    nouns = list(_nouns(segment.lead, known, opens=opens))
    classed = [
        n for n in nouns if n.is_classed and (not n.is_placed or (n.is_proper and not n.is_known))
    ]
    if classed:
        one = classed[-1]
        return Subject(
            one.text,
            is_sure=True,
            end=one.end,
            parent=_parent_of(one, nouns),
            clash=_unknown_behind(one, segment.lead, known),
        )
    if segment.labelled and (placed := [n for n in nouns if n.is_known]):
        return Subject(placed[-1].text, end=placed[-1].end)
    if segment.is_coded and any(n.is_known and not n.is_placed for n in nouns):
        nouns = [n for n in nouns if n.is_known or n.is_classed]
    made = [n for n in nouns if not n.is_known and not n.is_placed and _can_be_new(n, opens=opens)]
    there = [n for n in nouns if n.is_known and not n.is_placed]
    if made and not there:
        return Subject(
            made[-1].text,
            is_sure=made[-1].is_proper,
            end=made[-1].end,
            parent=_parent_of(made[-1], nouns),
            clash=_unknown_behind(made[-1], segment.lead, known),
        )
    if made and there and made[-1].start > there[-1].start:
        return Subject(made[-1].text, end=made[-1].end, clash=there[-1].text)
    if there:
        acting = [n for n in there if n.is_subject]
        one = (acting or there)[-1]
        return Subject(one.text, end=one.end, parent=_parent_of(one, nouns))
    return None


def _unknown_behind(noun: _Noun, lead: Sequence[Token], known: Known) -> str:
    """Return what a new resource is put on that nobody knows: `notes on customers: …`."""
    behind = [
        t
        for t in lead[noun.end : noun.end + 4]
        if t.low not in _ARTICLES and t.low not in words("classes")
    ]
    if (
        len(behind) < 2
        or behind[0].low not in ("on", "about", "per", "for")
        or not is_noun(behind[1])
    ):
        return ""
    last = len(behind) == 2 or behind[2].kind == "mark" or behind[2].low in _OPENING
    return (
        behind[1].text if last and is_plural(behind[1].text) and not known(behind[1].text) else ""
    )


def _can_be_new(noun: _Noun, *, opens: bool) -> bool:
    if noun.is_proper:
        return noun.is_object or noun.is_subject or opens
    return (
        (noun.is_object and noun.is_subject)
        or (opens and noun.is_subject and noun.start <= 2)
        or (opens and noun.is_marked)
        or (noun.is_object and opens)
    )


def _parent_of(noun: _Noun, nouns: Sequence[_Noun]) -> str:
    """Return the resource right behind a noun: `reviews for products`."""
    behind = [
        n
        for n in nouns
        if n.is_known and n.is_placed and n.start >= noun.end and n.start - noun.end <= 3
    ]
    return behind[0].text if behind and pascal(behind[0].text) != pascal(noun.text) else ""


def _nouns(lead: Sequence[Token], known: Known, *, opens: bool = True) -> list[_Noun]:
    found: list[_Noun] = []
    at = 0
    while at < len(lead):
        if not _can_name(lead, at):
            at += 1
            continue
        end = at
        while end < len(lead) and end - at < _LONGEST and _can_name(lead, end):
            end += 1
        found.append(_noun(lead, at, end, known, opens=opens))
        at = end
    return found


def _can_name(lead: Sequence[Token], at: int) -> bool:
    one, before = lead[at], lead[at - 1] if at else None
    if one.kind == "verb" and not (one.text[0].isupper() and at):
        return False
    if one.low in NEVER:
        after = lead[at + 1] if at + 1 < len(lead) else None
        return (
            one.low == "api"
            and after is not None
            and is_noun(after)
            and after.low not in words("generic")
        )
    if one.low in words("generic") and not (one.text[0].isupper() and at):
        after = lead[at + 1] if at + 1 < len(lead) else None
        beside = [t for t in (before, after) if t is not None and is_noun(t)]
        return any(t.low not in words("generic") for t in beside)
    return is_noun(one) or (
        one.is_word and one.text[0].isupper() and at > 0 and not joins(one.text)
    )


def _noun(lead: Sequence[Token], start: int, end: int, known: Known, *, opens: bool) -> _Noun:
    text = " ".join(t.text for t in lead[start:end])
    if end - start > 1 and not known(text):
        proper = [i for i in range(start, end) if lead[i].text[0].isupper() and i > 0]
        if proper and proper != list(range(start, end)) and not lead[start].text.isupper():
            start, end = proper[-1], proper[-1] + 1
        elif known(lead[end - 1].text) and not proper:
            start = end - 1
        text = " ".join(t.text for t in lead[start:end])
    before = start - 1
    while (
        before >= 0
        and lead[before].is_word
        and (lead[before].low in _ARTICLES or qualifies(lead[before].text))
    ):
        before -= 1
    previous = lead[before] if before >= 0 else None
    after = lead[end] if end < len(lead) else None
    second = lead[end + 1] if end + 1 < len(lead) else None
    classed = bool(
        (after is not None and after.low in words("classes") and after.low != "object")
        or (previous is not None and previous.low in words("classes"))
        or (previous is not None and previous.low in _NAMING)
        or (previous is not None and previous.is_mark(":") and before and lead[before - 1].low in words("classes"))
    )  # fmt: skip
    behind = (
        previous is not None
        and previous.low in ("for", "of")
        and before > 0
        and lead[before - 1].low in words("classes")
    )
    classed = classed or behind
    if after is not None and after.low in words("classes"):
        after = second
    return _Noun(
        text, start, end,
        is_known=known(text),
        is_classed=classed,
        is_object=previous is not None and previous.is_word and (
            is_verb(previous.text, "making") or (previous.low in ("there", "are", "is", "do", "of") and _introduces(lead, before))
        ),
        is_subject=_is_opened(lead, end) or after is None,
        is_marked=after is not None and after.is_mark(":", "=", "–", HEADER),
        is_placed=previous is not None and previous.low in _PREPOSITIONS and start > 0 and not behind,
        is_proper=text[0].isupper() and (start > 0 or not opens or any(c.isupper() for c in text[1:]) or (after is not None and after.kind == "mark")),
    )  # fmt: skip


def _introduces(lead: Sequence[Token], at: int) -> bool:
    """Tell whether `there are` stands there."""
    return any(t.low == "there" for t in lead[max(0, at - 2) : at + 1])


def _is_opened(lead: Sequence[Token], at: int) -> bool:
    """Tell whether what stands behind a noun announces its fields."""
    while at < len(lead) and lead[at].is_word and lead[at].low in _AUXILIARY:
        if is_verb(lead[at].text, "having") and at + 1 < len(lead) and lead[at + 1].kind != "verb":
            return True
        at += 1
    if at >= len(lead):
        return True
    one = lead[at]
    return one.is_mark(":", "=", "–", HEADER) or one.low in _OPENING or (one.is_word and is_verb(one.text, "having")) or (
        at > 0 and lead[at - 1].low in _AUXILIARY and (lead[at].kind == "verb")
    )  # fmt: skip


_ARTICLES = frozenset(
    [
        "a",
        "an",
        "the",
        "our",
        "my",
        "each",
        "every",
        "all",
        "any",
        "some",
        "one",
        "two",
        "its",
        "their",
        "this",
        "that",
        "more",
        "another",
        "no",
        "single",
        "only",
        "also",
        "und",
        "ein",
        "eine",
    ]
)
_AUXILIARY = frozenset(
    [
        "should",
        "must",
        "can",
        "may",
        "will",
        "shall",
        "would",
        "could",
        "might",
        "to",
        "also",
        "now",
        "just",
        "only",
        "always",
        "each",
        "all",
        "has",
        "have",
        "had",
        "been",
        "be",
        "is",
        "are",
        "being",
    ]
)


def announces(segment: Segment, after: Segment | None, known: Known) -> bool:
    """Tell whether a bare noun is what the next segment describes: `courses, who have a title …`."""
    if segment.said or segment.is_coded or after is None or not segment.name or not after.lead:
        return False
    opening = after.lead[0].low
    if opening not in RELATIVE:
        return False
    doing = [t for t in segment.lead if t.kind == "verb"]
    object_of = bool(doing) and is_verb(doing[-1].text, "making") and opening in ("with", "having")
    named = known(segment.name) or is_plural(segment.name) or segment.name[0].isupper() or object_of
    being = any(t.is_word and is_verb(t.text, "being") for t in after.lead) and opening in (
        "which",
        "that",
    )
    return (
        named
        and not being
        and (bool(after.name) or any(a.kind in ("ref", "many") for a in after.said))
    )
