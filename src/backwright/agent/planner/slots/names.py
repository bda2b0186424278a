"""Finding the name in a segment: written as one, in parentheses, or the nouns beside what is said of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from backwright.agent.planner.drafts import known_kind, snake
from backwright.agent.planner.slots.segment import HEADER, TYPING, Known, Segment
from backwright.agent.planner.slots.speech import is_verb, joins, qualifies, words
from backwright.agent.planner.slots.tokens import Token, is_noun

_PREPOSITIONS = words("prepositions")
_PRONOUNS = frozenset(["it", "them", "this", "that", "these", "those", "one"])
_SKIPPED = words("between")
GROUPS = frozenset({"both", "all", "each", "everything", "neither", "none"})
_LONGEST = 3


def flattened(item: Sequence[Token]) -> Iterator[Token]:
    """Yield tokens with those in parentheses among them."""
    for one in item:
        if one.kind == "group":
            yield from flattened(one.inner)
        else:
            yield one


def with_weak_names(item: list[Token], before: Segment | None) -> list[Token]:
    """Return an item in which a word that could be a type is a name where it stands for one: `email (unique)`."""
    for at, one in enumerate(item):
        if one.said is None:
            continue
        mail = re.fullmatch(r"(?i)e-?mail address", one.text)
        if one.said.kind not in ("type", "money") or (
            not mail and not re.fullmatch(r"[A-Za-z][\w-]*[^\Ws]", one.text)
        ):
            return item
        begin = max((i + 1 for i in range(at) if item[i].is_mark(HEADER)), default=0)
        lead = item[begin:at]
        if any(_is_content(item, i) for i in range(begin, at)) or any(
            t.is_mark(":", "=", "–") for t in lead
        ):
            return item
        rest = list(flattened(item[at + 1 :]))
        typed = any(t.said is not None and t.said.kind in TYPING for t in rest)
        plain = (
            not lead
            and not typed
            and at + 1 >= len(item) - 1
            and before is not None
            and bool(before.said)
            and bool(known_kind(snake(one.text)))
        )
        marked = at + 1 < len(item) and item[at + 1].is_mark(":", "=", "–")
        open_before = (
            before is not None and before.name and not any(a.kind in TYPING for a in before.said)
        )
        if marked or plain or (typed and one.said.weak) or (typed and not lead and bool(_types(rest))) or (
            one.said.weak and not open_before and all(t.low in ("a", "an", "the", "its", "with", "has", "optional") for t in lead)
        ):  # fmt: skip
            return [*item[:at], replace(one, kind="word", said=None), *item[at + 1 :]]
        return item
    return item


def _types(rest: Sequence[Token]) -> list[Token]:
    """Return what says a type among tokens."""
    return [t for t in rest if t.said is not None and t.said.kind in ("type", "money")]


def _is_content(item: Sequence[Token], at: int) -> bool:
    one = item[at]
    return one.kind == "code" or (one.is_word and not joins(one.text) and not qualifies(one.text))


def take_name(item: list[Token], segment: Segment, known: Known) -> None:
    """Find the name in an item, and what stands before and behind it."""
    if not _name_coded(item, segment, known) and not _name_inside(item, segment, known):
        _name_by_nouns(item, segment, known)


def _name_coded(item: list[Token], segment: Segment, known: Known) -> bool:
    """Take the name that is written as one: in a code span, or with an underscore."""
    coded = [i for i, t in enumerate(item) if t.is_name and not known(t.text.replace("_", " "))]
    coded = coded or [
        i
        for i, t in enumerate(item)
        if i
        and item[i - 1].low in ("field", "column", "attribute")
        and t.kind == "word"
        and is_noun(t)
        and t.text[0].islower()
    ]
    coded = coded or [
        i
        for i, t in enumerate(item)
        if t.is_name and (i == 0 or item[i - 1].low in ("field", "column"))
    ]
    if not coded:
        return False
    typed = next(
        (i for i, t in enumerate(item) if t.said is not None and t.said.kind in TYPING), len(item)
    )
    at = next((i for i in reversed(coded) if i < typed), coded[0])
    _take_name(item, at, at + 1, segment, known, coded=True)
    return True


def _name_inside(item: list[Token], segment: Segment, known: Known) -> bool:
    """Take the name that stands in parentheses behind what describes it: `a begin (field starts_at, datetime)`."""
    for at, one in enumerate(item):
        if one.kind != "group" or not one.inner or not at:
            continue
        inner = [
            t
            for t in one.inner
            if not (t.is_word and t.low in ("field", "column", "called", "named", "name", "as"))
        ]
        labelled = len(inner) < len(one.inner)
        if not inner or inner[0].kind not in ("word", "verb", "code") or joins(inner[0].text):
            continue
        first = inner[0]
        follows = inner[1] if len(inner) > 1 else None
        plain = follows is not None and follows.is_mark(",", ":") and len(inner) > 2 and inner[2].kind in ("said", "word") and (
            inner[2].said is not None or joins(inner[2].text)
        )  # fmt: skip
        if (
            first.is_name
            or (labelled and not is_verb(first.text))
            or (plain and not qualifies(first.text))
        ):
            segment.lead, segment.name, segment.is_coded = tuple(item[:at]), first.text, True
            segment.rest = tuple(
                t for t in (*inner[1:], *item[at + 1 :]) if t.kind in ("word", "verb", "number")
            )
            segment.hosts = _hosts(item[:at] + item[at + 1 :], known)
            return True
    return False


def _name_by_nouns(item: list[Token], segment: Segment, known: Known) -> None:
    """Take the nouns right before what is said of them; where none stand there, those behind it."""
    said = [
        i
        for i, t in enumerate(item)
        if t.said is not None or (t.kind == "group" and any(x.said for x in flattened(t.inner)))
    ]
    if not said:
        _name_bare(item, segment, known)
        return
    if span := _told_of(item, known):
        _take_name(item, *span, segment, known)
        segment.rest = ()
        return
    for anchor in said[:2]:
        span = _run_before(item, anchor, known)
        if span is not None:
            _take_name(item, *span, segment, known)
            return
    span = _run_after(item, said[0])
    if span is not None:
        _take_name(item, *span, segment, known)
        return
    segment.lead = tuple(item[: said[0]])
    segment.rest = tuple(t for t in item[said[0] :] if t.kind in ("word", "verb", "code", "number"))
    segment.hosts = _hosts(item, known)


def _told_of(item: Sequence[Token], known: Known) -> tuple[int, int] | None:
    """Return where the resource stands of which something is told: `the meter it was read from`."""
    for at, one in enumerate(item[:-2]):
        told = item[at + 1].low in ("it", "they", "he", "she") and item[at + 2].kind != "mark"
        if told and is_noun(one) and known(one.text) and all(t.said is None for t in item[:at]):
            return at, at + 1
    return None


def _run_before(item: Sequence[Token], anchor: int, known: Known) -> tuple[int, int] | None:
    """Return where the nouns stand that a place in an item says something of."""
    at = anchor - 1
    while at >= 0:
        one = item[at]
        if one.said is not None or one.kind in ("number", "group") or one.is_mark(HEADER):
            return None
        if (
            one.is_word
            and (one.low in _PRONOUNS or one.low in GROUPS)
            and at
            and item[at - 1].low in _PREPOSITIONS
        ):
            at -= 2
        elif (
            one.kind == "mark"
            or (one.is_word and (one.low in _SKIPPED or qualifies(one.text)))
            or ((item[at].kind == "verb") and is_verb(one.text, "being"))
        ):
            at -= 1
        elif is_noun(item[at]):
            start = _start_of_run(item, at)
            host = _text([t for t in item[start : at + 1] if t.low not in words("classes")])
            if (
                start
                and known(host)
                and item[_before_dets(item, start)].low in _PREPOSITIONS
                and _before_dets(item, start) > 0
            ):
                at = _before_dets(item, start) - 1
                continue
            return start, at + 1
        elif one.is_word and joins(one.text) and one.low.endswith("ly"):
            at -= 1
        else:
            return None
    return None


def _start_of_run(item: Sequence[Token], at: int) -> int:
    start = at
    while start and at - start + 1 < _LONGEST and is_noun(item[start - 1]):
        start -= 1
    return start


def _before_dets(item: Sequence[Token], at: int) -> int:
    """Return the place before the articles that stand before a place."""
    at -= 1
    while at > 0 and item[at].low in (
        "the",
        "a",
        "an",
        "our",
        "each",
        "every",
        "all",
        "any",
        "my",
        "its",
        "existing",
    ):
        at -= 1
    return max(at, 0)


def _run_after(item: Sequence[Token], at: int) -> tuple[int, int] | None:
    """Return where the nouns stand behind what is said of them: `an optional note`, `bool archived`."""
    while at < len(item) and (
        item[at].said is not None
        or (
            item[at].is_word
            and (
                item[at].low in ("field", "column", "flag", "attribute", "called", "named", "value")
                or qualifies(item[at].text)
            )
        )
        or item[at].is_mark(":", "–")
    ):
        at += 1
    end = at
    while end < len(item) and end - at < _LONGEST and is_noun(item[end]):
        end += 1
    if (
        end == at
        and at < len(item)
        and item[at].is_word
        and is_verb(item[at].text)
        and not joins(item[at].text)
        and at + 1 == len(item)
    ):
        end = at + 1  # `bool archived`
    return (at, end) if end > at else None


def _name_bare(item: list[Token], segment: Segment, known: Known) -> None:
    """Take the noun of an item that says nothing of it: `with the tool`, `title`."""
    if span := _told_of(item, known):
        _take_name(item, *span, segment, known)
        segment.rest = ()
        return
    if (
        (span := _run_before(item, len(item), known))
        and span[1] < len(item)
        and not any(t.kind == "verb" and t.low not in ("add", "need", "put") for t in item)
    ):
        _take_name(item, *span, segment, known)
        return
    end = len(item)
    while end and item[end - 1].kind == "group":
        end -= 1
    item = item[:end]
    while end and not is_noun(item[end - 1]):
        end -= 1
    start = end
    while start and end - start < _LONGEST and is_noun(item[start - 1]):
        start -= 1
    if start == end or end < len(item):
        only = [t for t in item if t.kind in ("word", "verb", "code") and not joins(t.text)]
        if (
            len(only) == 1
            and only[0] is item[-1]
            and all(t.low in ("a", "an", "the", "its") for t in item[:-1])
        ):
            _take_name(item, len(item) - 1, len(item), segment, known)  # `archived`
            return
        segment.lead, segment.hosts = tuple(item), _hosts(item, known)
        return
    _take_name(item, start, end, segment, known)


def _take_name(
    item: Sequence[Token],
    start: int,
    end: int,
    segment: Segment,
    known: Known,
    *,
    coded: bool = False,
) -> None:
    segment.lead, segment.is_coded = tuple(item[:start]), coded
    segment.labelled = start > 0 and item[start - 1].low in ("field", "column", "attribute")
    segment.name = _named(item[start:end])
    behind = [t for t in flattened(item[end:]) if t.kind in ("word", "verb", "code", "number")]
    segment.rest = tuple(behind)
    segment.hosts = _hosts([*item[:start], Token("mark", ",", 0, 0), *item[end:]], known)


def _named(tokens: Sequence[Token]) -> str:
    """Return the words of a name, without those that every field has: `status field`."""
    kept = [
        t.text
        for t in tokens
        if t.low not in ("field", "column", "attribute", "property", "flag", "fields", "value")
    ]
    return " ".join(kept or [t.text for t in tokens][-1:])


def _text(tokens: Sequence[Token]) -> str:
    return " ".join(t.text for t in tokens)


def _hosts(item: Sequence[Token], known: Known) -> list[str]:
    """Return the resources that an item is put on: `on tasks`, `with an order`."""
    found = []
    for at, one in enumerate(item):
        if not one.is_word or one.low not in _PREPOSITIONS:
            continue
        begin = at + 1
        while (
            begin < len(item)
            and item[begin].is_word
            and (joins(item[begin].text) or qualifies(item[begin].text))
        ):
            begin += 1
        for end in (begin + 2, begin + 1):
            noun = _text(item[begin:end])
            if noun and known(noun):
                found.append(noun)
                break
    return found
