"""Mending misspelt words, by their distance to the words that matter here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set

_WORD = re.compile(r"(?<![\w`/.@-])[A-Za-z][a-z]+(?![\w`/@]|-[a-z])")
_NAMED = re.compile(r"\s*[:(]")  # what stands here is being named
# No field is called so: misspelt before a colon, these are mended all the same.
_STRUCTURE = frozenset(
    ["endpoint", "endpoints", "resource", "resources", "model", "models", "field", "fields"]
)
_SHORTEST = 4
_LONG = 8


def mend(
    text: str, vocabulary: Set[str], sound: Set[str], slips: dict[str, str]
) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return the text with misspelt words mended, and the pairs of what was mended.

    Args:
        text: The text, whose quoted words and code stay as they are.
        vocabulary: The words to mend to.
        sound: Ordinary words that are right as they are.
        slips: Misspellings that no distance finds, with what is meant.
    """
    mended: list[tuple[str, str]] = []

    def one(match: re.Match[str]) -> str:
        word = match[0]
        low = word.lower()
        named = word[0].isupper() and _NAMED.match(text, match.end())  # `Crate (label: string)`
        if low in slips and not (named and slips[low] not in _STRUCTURE):
            right: str | None = slips[low]
        elif (
            low in vocabulary
            or low in sound
            or (_NAMED.match(text, match.end()) and nearest_word(low, _STRUCTURE, sound) is None)
        ):
            return word
        else:
            right = nearest_word(low, vocabulary, sound)
        if right is None:
            return word
        mended.append((word, right))
        return right.capitalize() if word[0].isupper() else right

    return _WORD.sub(one, text), tuple(mended)


def nearest_word(word: str, vocabulary: Iterable[str], sound: Set[str] = frozenset()) -> str | None:
    """Return the one word that is near enough to be meant, None where none or several are."""
    if len(word) < _SHORTEST or any(
        word.removesuffix(s) in sound for s in ("s", "ed", "ing", "er")
    ):
        return None
    near = 2 if len(word) >= _LONG else 1
    found = [
        (distance(word, one), one)
        for one in vocabulary
        if one[0] == word[0] and abs(len(one) - len(word)) <= near and len(one) >= _SHORTEST
    ]
    best = sorted(pair for pair in found if pair[0] <= near)
    if not best or (len(best) > 1 and best[0][0] == best[1][0]):
        return None
    return best[0][1]


def distance(left: str, right: str) -> int:
    """Return how many letters are to be put, taken, changed or swapped with their neighbour."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        last, before, row = before, row, [i]
        for j, b in enumerate(right, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
