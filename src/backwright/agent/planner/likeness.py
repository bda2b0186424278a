"""What kind a clause is like, judged by clauses that were understood before.

A multinomial naive Bayes over words and pairs of words (Manning, Raghavan, Schütze: Introduction to Information
Retrieval, chapter 13). It is an opinion beside the frames: which is tried first, and what becomes of what none reads.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache, lru_cache

from backwright.agent.planner.lexicon import examples

_TOKEN = re.compile(r"https?://\S+|/[\w/{}-]+|[a-z]+(?:'[a-z]+)?|\d+|[:,(?]")
_UNSEEN = 0.3  # how often what was never seen is counted
_PRIOR = 0.3  # the clauses are a choice, and how many there are of a kind tells little
_LIKELY = 0.6  # from here on nine of ten are right, held against texts that were not counted


@dataclass(frozen=True, slots=True)
class Likeness:
    """The kind that a clause is most like, how far the next one lies behind it, and the share of its words that are known."""

    kind: str
    margin: float
    seen: float = 1.0

    @property
    def is_likely(self) -> bool:
        """Tell whether it is more than a guess."""
        return self.margin >= _LIKELY


@dataclass(frozen=True, slots=True)
class _Counts:
    words: dict[str, Counter[str]]
    clauses: Counter[str]
    vocabulary: frozenset[str]


@lru_cache(maxsize=4096)
def likeness(text: str) -> Likeness:
    """Return what a clause is like: a frame's name, or `describe`, `aside`, `outside`."""
    counts = _counts()
    seen = _features(text) & counts.vocabulary
    scored = sorted(((_score(kind, seen, counts), kind) for kind in counts.words), reverse=True)
    (best, kind), (second, _) = scored[:2]
    words = frozenset(one for one in _features(text) if " " not in one)
    known = len(words & seen) / max(1, len(words))
    return Likeness(kind, (best - second) / math.sqrt(max(1, len(seen))), known)


def _score(kind: str, seen: frozenset[str], counts: _Counts) -> float:
    words = counts.words[kind]
    total = words.total() + _UNSEEN * len(counts.vocabulary)
    told = sum(math.log((words[one] + _UNSEEN) / total) for one in seen)
    return _PRIOR * math.log(counts.clauses[kind]) + told


@cache
def _counts() -> _Counts:
    words: dict[str, Counter[str]] = {}
    clauses: Counter[str] = Counter()
    for kind, text in examples("clauses"):
        clauses[kind] += 1
        words.setdefault(kind, Counter()).update(_features(text))
    return _Counts(words, clauses, frozenset(one for kind in words.values() for one in kind))


def _features(text: str) -> frozenset[str]:
    tokens = [_form(one) for one in _TOKEN.findall(text.lower())]
    pairs = zip(["^", *tokens], [*tokens, "$"], strict=True)
    return frozenset(tokens) | {f"{a} {b}" for a, b in pairs}


def _form(token: str) -> str:
    """Return a token as it is counted: addresses, paths and numbers are all the same."""
    if token.startswith("http"):
        return "<url>"
    if token.startswith("/"):
        return "<path>"
    return "<number>" if token.isdigit() else token
