"""Learn what a sentence leans to: `python training/learn.py [KIND…]` writes the weights that the planner reads.

Logistic regression by stochastic gradient descent with steps of its own for each feature (Duchi, Hazan, Singer:
Adaptive Subgradient Methods, 2011). The order is mixed by a fixed seed, so that the same sentences give the same weights.
`--check` learns from three quarters, and prints how many of the rest are found at which precision.
"""

from __future__ import annotations

import math
import random
import sys
from collections import defaultdict
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from backwright.agent.planner.leaning import BIAS, SPARED, features, score
from backwright.agent.planner.sparing import sparing

HERE = Path(__file__).parent
# What each kind is learnt from: a line of a file is the kind of a sentence, and the sentence.
SENTENCES = {
    "remark": ("remarks.txt", "owners.txt"),
    "private": ("owners.txt", "remarks.txt"),
    "shared": ("owners.txt", "remarks.txt"),
    "foreign": ("foreign.txt",),
    SPARED: ("spared.txt",),
}
# Kinds of sentences that may hold what is looked for, and so teach nothing of it.
UNSURE = {"remark": ("neither",), "private": ("task",), "shared": ("task",)}
# What the models of the projects are called that the sentences speak of.
_MODELS = ("task", "note", "order", "product", "folder", "category", "categories")
NAMES = frozenset(form for one in _MODELS for form in (one, f"{one}s"))
_ASKED = 6
_ROUNDS, _STEP, _DECAY = 15, 0.3, 1e-5

Row = tuple[bool, list[str]]


def rows(kind: str) -> list[Row]:
    """Return each sentence that teaches a kind: whether it is one, and its features."""
    lines = [
        line
        for name in SENTENCES[kind]
        for line in (HERE / name).read_text(encoding="utf-8").splitlines()
    ]
    if kind == SPARED:
        return [_of_stretch(line) for line in lines for _ in range(_often(line))]
    parts = (line.partition("\t") for line in lines)
    return [
        (told == kind, sorted(features(text, NAMES)))
        for told, _, text in parts
        if text and told not in UNSURE.get(kind, ())
    ]


def _often(line: str) -> int:
    """Return how often a stretch is learnt from: those of texts that come to a question are what the judge is for."""
    return _ASKED if line.endswith("\tasked") else 1


def _of_stretch(line: str) -> Row:
    """Return what teaches whether a stretch can be spared, beside the commands that the rest of its text makes."""
    told, kind, text, made, *_ = line.split("\t")
    return told == SPARED, sorted(sparing(text, kind, NAMES, made))


def learn(known: Sequence[Row]) -> dict[str, float]:
    """Return the weights that tell a kind from the rest."""
    mixed, dice = list(known), random.Random(0)  # noqa: S311 - to mix, not to hide
    learnt: dict[str, float] = defaultdict(float)
    squares: dict[str, float] = defaultdict(lambda: 1e-6)
    for _ in range(_ROUNDS):
        dice.shuffle(mixed)
        for is_one, seen in mixed:
            odds = max(-30.0, min(30.0, score(seen, learnt)))
            error = 1 / (1 + math.exp(-odds)) - is_one
            share = 1 / math.sqrt(max(1, len(seen)))
            for one in (BIAS, *seen):
                slope = error if one == BIAS else error * share + _DECAY * learnt[one]
                squares[one] += slope * slope
                learnt[one] -= _STEP * slope / math.sqrt(squares[one])
    return dict(learnt)


def write(learnt: dict[str, float]) -> str:
    """Return the file of weights."""
    lines = [f"{one}\t{weight:.1f}" for one, weight in sorted(learnt.items()) if abs(weight) >= 0.1]
    return "\n".join(["# Written by training/learn.py: feature, weight.", *lines, ""])


def _check(kind: str) -> None:
    known = rows(kind)
    random.Random(1).shuffle(known)  # noqa: S311 - to mix, not to hide
    held = known[::4]
    learnt = learn([one for at, one in enumerate(known) if at % 4])
    judged = sorted(((score(seen, learnt), is_one) for is_one, seen in held), reverse=True)
    ones = sum(is_one for _, is_one in judged)
    for bar in (3.0, 2.0, 1.0, 0.0, -0.3):
        found = [is_one for odds, is_one in judged if odds >= bar]
        precision = sum(found) / max(1, len(found))
        print(f"{kind}, bar {bar:4}: precision {precision:.2f}, recall {sum(found) / ones:.2f}")


def main(asked: Sequence[str]) -> None:
    """Learn the kinds that are asked for, else all; with `--check` only tell how well."""
    kinds = [one for one in asked if not one.startswith("-")] or list(SENTENCES)
    for kind in kinds:
        if "--check" in asked:
            _check(kind)
            continue
        target = files("backwright.agent.planner.lexicon") / f"{kind}.weights"
        Path(str(target)).write_text(write(learn(rows(kind))), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
