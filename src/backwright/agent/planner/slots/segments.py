"""Cutting a statement into segments: each has at most one name, and what is said of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from backwright.agent.planner.slots.names import flattened, take_name, with_weak_names
from backwright.agent.planner.slots.segment import HEADER, TYPING, Known, Segment
from backwright.agent.planner.slots.speech import joins, words
from backwright.agent.planner.slots.tokens import Token, is_noun

_CUTTING = frozenset({"and", "plus", "but", "und"})
_REASONS = frozenset({"because", "since", "so", "although", "though"})
GROUPS = frozenset({"both", "all", "each", "everything", "neither", "none"})


def segments_of(
    text: str, tokens: Sequence[Token], known: Known, before: Segment | None = None
) -> list[Segment]:
    """Return the segments of a statement, in order.

    Args:
        text: The statement.
        tokens: Its tokens.
        known: Tells whether words name a resource.
        before: A field that waits for what is said of it.
    """
    found: list[Segment] = []
    for item, cut in _items(_unfolded(text, tokens, known)):
        segment = _segment(text, item, found[-1] if found else before, known)
        segment.cut = cut
        found.append(segment)
    return found


def _unfolded(text: str, tokens: Sequence[Token], known: Known) -> list[Token]:
    """Return tokens in which the fields of a resource stand behind it, and not in parentheses."""
    found: list[Token] = []
    for at, one in enumerate(tokens):
        if (
            one.kind == "group"
            and len(one.inner) == 2
            and one.inner[0].low in words("classes")
            and is_noun(one.inner[1])
        ):
            found += one.inner
        elif one.kind == "group" and at and _is_header(text, tokens, at, known):
            found += [Token("mark", HEADER, one.start, one.start), *_unfolded(text, one.inner, known),
                      Token("mark", ";", one.end, one.end)]  # fmt: skip
        else:
            found.append(one)
    return found


def _is_header(text: str, tokens: Sequence[Token], at: int, known: Known) -> bool:
    """Tell whether what stands in parentheses are the fields of the noun before them."""
    noun = tokens[at - 1]
    if noun.kind not in ("word", "verb", "code") or (noun.is_word and joins(noun.text)):
        return False
    inner = segments_of(text, tokens[at].inner, known)
    named = [one for one in inner if one.name]
    typed = [one for one in named if one.said]
    proper = noun.text[0].isupper() and (at > 1 or not noun.is_name)
    if known(noun.text) or (proper and not noun.is_name):
        return bool(typed) or len(named) > 1
    return len(typed) > 1 and not noun.is_name


def _items(tokens: Sequence[Token]) -> Iterator[tuple[list[Token], str]]:
    """Yield the tokens between separators, with the separator before them."""
    item: list[Token] = []
    cut, at = "", 0
    while at < len(tokens):
        one = tokens[at]
        width = _separates(tokens, at)
        if width:
            if item:
                yield item, cut
                item, cut = [], ""
            cut = ";" if ";" in (cut, one.text) else one.text
            at += width
            continue
        item.append(one)
        at += 1
    if item:
        yield item, cut


def _separates(tokens: Sequence[Token], at: int) -> int:
    """Return how many tokens from a place on are a separator."""
    one = tokens[at]
    if one.is_mark(",", ";", ".", "+", "!", "?", "*", "•", "&"):
        return 1
    if not one.is_word:
        return 0
    if one.low in _CUTTING:
        return 1
    said = [t.low for t in tokens[at : at + 3]]
    if said == ["as", "well", "as"]:
        return 3
    return 2 if said[:2] in (["along", "with"], ["together", "with"], ["followed", "by"]) else 0


def _segment(text: str, item: list[Token], before: Segment | None, known: Known) -> Segment:
    item, reason = _without_reason(text, item)
    for at, one in enumerate(item):
        if one.kind == "group":
            inner, why = _without_reason(text, list(one.inner))
            item[at], reason = replace(one, inner=tuple(inner)), reason or why
    item = with_weak_names(item, before)
    segment = Segment(text=text[item[0].start : item[-1].end] if item else "", reason=reason)
    segment.said = [t.said for t in flattened(item) if t.said is not None]
    segment.is_plural = any(_stands_in_plural(t) for t in item)
    segment.grouped = next((t.low for t in item if t.is_word and t.low in GROUPS), "")
    take_name(item, segment, known)
    return segment


def _without_reason(text: str, item: list[Token]) -> tuple[list[Token], str]:
    """Return an item without why it is so: `indexed since we sort by it`."""
    for at, one in enumerate(item):
        follows = item[at + 1] if at + 1 < len(item) else None
        typed = any(t.said is not None and t.said.kind in TYPING for t in flattened(item[at:]))
        if (
            at
            and one.is_word
            and one.low in _REASONS
            and follows is not None
            and follows.kind != "mark"
            and not typed
        ):
            return item[:at], text[item[at].start : item[-1].end]
    return item, ""


def _stands_in_plural(token: Token) -> bool:
    return token.kind == "said" and bool(
        re.search(r"(?i)(?:strings|integers|ints|numbers|floats|decimals|dates|datetimes|time ?stamps|booleans|flags|urls|texts)$", token.text)
    )  # fmt: skip
