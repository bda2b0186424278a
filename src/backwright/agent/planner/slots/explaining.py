"""What of a segment nothing explains: then the text says more than a plan would hold."""

from __future__ import annotations

from itertools import pairwise

from backwright.agent.planner.lexicon import lexicon
from backwright.agent.planner.slots.segment import Segment
from backwright.agent.planner.slots.speech import is_verb, joins, qualifies, words
from backwright.agent.planner.slots.telling import Telling
from backwright.agent.planner.slots.tokens import Token

_HARMLESS = frozenset({"or", "default", "together", "between", "max", "min"})
_TELLING = frozenset(lexicon("names")["filler"]["telling"]) - _HARMLESS


def unexplained(segment: Segment, about: Telling, *, opens: bool) -> list[str]:
    """Return the words of a segment that nothing explains."""
    hosts = {word.lower() for noun in segment.hosts for word in noun.split()}
    lead = [t for t in segment.lead if t.kind in ("word", "verb", "number", "code")]
    every = (*lead, *segment.rest)
    told = {
        b.start
        for a, b in pairwise(every)
        if a.low in ("a", "an") or (a.is_word and qualifies(a.text))
    }

    def is_open(token: Token) -> bool:
        return not (
            _is_plain(token) or token.low in hosts or token.start in told or about.known(token.text)
        )

    placing = [t.low for t in lead if t.low not in ("the", "our", "each", "every", "all")][-1:]
    if segment.name and not segment.is_coded and placing and placing[0] in ("on", "about", "per"):
        return [segment.text]  # `notes on customers: …`, where there are no customers
    has = any(t.is_word and is_verb(t.text, "having") for t in lead)
    left = [t for t in segment.rest if is_open(t) or t.low in _TELLING]
    left += [
        t
        for t in lead
        if (t.low in _TELLING and not (has and t.low == "only")) or t.kind == "number"
    ]
    if not opens and not segment.is_coded and (segment.name or segment.said):
        left += [t for t in lead if is_open(t) and not is_verb(t.text)]
    return [f"{segment.text} ({', '.join(t.text for t in left)})"] if left else []


def _is_plain(token: Token) -> bool:
    """Tell whether a word says nothing by itself."""
    if token.kind == "number":
        return False
    return joins(token.text) or qualifies(token.text) or token.low in words("generic") or any(
        is_verb(token.text, kind) for kind in ("making", "having", "being")
    )  # fmt: skip
