"""How far a sentence leans to a remark, and away from an order or a description.

A logistic regression over words and pairs of words (Jurafsky, Martin: Speech and Language Processing, chapter 5).
`training/remarks.py` learns the weights from `training/remarks.txt`; one more sentence there, and they are learnt anew.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from functools import cache
from importlib.resources import files

_TOKEN = re.compile(r"https?://\S+|/[\w/{}-]+|[A-Za-z]+(?:'[a-z]+)?|\d+|[:,(?;`|_]")
BIAS = ""  # the feature that every sentence has


def leaning(text: str, names: Collection[str] = ()) -> float:
    """Return how far a sentence leans to a remark, as log odds: above 0 it is rather one.

    Args:
        text: A sentence, or a half of one.
        names: What the project's models are called, in small letters.
    """
    return score(features(text, names), weights())


def score(seen: Collection[str], learnt: dict[str, float]) -> float:
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
def weights() -> dict[str, float]:
    """Return the weight of each feature that was learnt."""
    lines = (files("backwright.agent.planner.lexicon") / "remarks.weights").read_text("utf-8")
    parts = (line.rpartition("\t") for line in lines.splitlines() if not line.startswith("#"))
    return {feature: float(weight) for feature, _, weight in parts}
