"""How far a sentence leans to a kind: to a remark, to saying whose rows are, to what lies outside.

Logistic regressions over words and pairs of words (Jurafsky, Martin: Speech and Language Processing, chapter 5).
`training/learn.py` learns their weights from the sentences beside it; one more sentence there, and they are learnt anew.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from functools import cache
from importlib.resources import files

_TOKEN = re.compile(r"https?://\S+|/[\w/{}-]+|[A-Za-z]+(?:'[a-z]+)?|\d+|[:,(?;`|_]")
BIAS = ""  # the feature that every sentence has
REMARK, PRIVATE, SHARED, FOREIGN = "remark", "private", "shared", "foreign"


def leaning(text: str, names: Collection[str] = (), kind: str = REMARK) -> float:
    """Return how far a sentence leans to a kind, as log odds: above 0 it is rather one.

    Args:
        text: A sentence, or a half of one.
        names: What the project's models are called, in small letters.
        kind: `REMARK`, `PRIVATE`, `SHARED` or `FOREIGN`.
    """
    return score(features(text, names), weights(kind))


def score(seen: Collection[str], learnt: Mapping[str, float]) -> float:
    """Return the log odds that features give; long sentences count no more than short ones."""
    told = sum(learnt.get(one, 0.0) for one in seen)
    return learnt.get(BIAS, 0.0) + told / math.sqrt(max(1, len(seen)))


def features(text: str, names: Collection[str] = ()) -> frozenset[str]:
    """Return words, pairs of words and the first word; names, numbers, paths and addresses are each all the same."""
    words = [
        _form(one, at, names) for at, one in enumerate(_TOKEN.findall(text.replace("\u2019", "'")))
    ]
    pairs = zip(["^", *words], [*words, "$"], strict=True)
    return frozenset((*words, *(f"{a} {b}" for a, b in pairs), *(f"^{one}" for one in words[:1])))


def _form(token: str, at: int, names: Collection[str]) -> str:
    if token.startswith("http"):
        return "<url>"
    if token.startswith("/"):
        return "<path>"
    if token.isdigit():
        return "<number>"
    if token.lower() in names:
        return "<model>"
    if at and token[0].isupper() and not token.isupper():
        return "<name>"
    return token.lower()


@cache
def weights(kind: str) -> dict[str, float]:
    """Return the weight of each feature that was learnt for a kind."""
    folder = files("backwright.agent.planner.lexicon")
    lines = (folder / f"{kind}.weights").read_text("utf-8").splitlines()
    parts = (line.rpartition("\t") for line in lines if not line.startswith("#"))
    return {feature: float(weight) for feature, _, weight in parts}
