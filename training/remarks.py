"""Learn what is a remark: `python training/remarks.py` writes the weights that the planner reads.

Logistic regression by stochastic gradient descent with steps of its own for each feature (Duchi, Hazan, Singer:
Adaptive Subgradient Methods, 2011). The order is mixed by a fixed seed, so that the same sentences give the same weights.
`--check` learns from three quarters, and prints how many remarks of the rest are found at which precision.
"""

from __future__ import annotations

import math
import random
import sys
from collections import defaultdict
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from backwright.agent.planner.leaning import BIAS, features, score

SENTENCES = Path(__file__).with_suffix(".txt")
# What the models of the projects are called that the sentences speak of.
NAMES = frozenset(
    [
        "task",
        "tasks",
        "note",
        "notes",
        "order",
        "orders",
        "product",
        "products",
        "folder",
        "folders",
        "category",
        "categories",
    ]
)
_ROUNDS, _STEP, _DECAY = 15, 0.3, 1e-5

Row = tuple[bool, list[str]]


def rows() -> list[Row]:
    """Return each sentence: whether it is a remark, and its features."""
    parts = (line.partition("\t") for line in SENTENCES.read_text(encoding="utf-8").splitlines())
    return [(kind == "remark", sorted(features(text, NAMES))) for kind, _, text in parts if text]


def learn(known: Sequence[Row]) -> dict[str, float]:
    """Return the weights that tell remarks from the rest."""
    mixed, dice = list(known), random.Random(0)  # noqa: S311 - to mix, not to hide
    learnt: dict[str, float] = defaultdict(float)
    squares: dict[str, float] = defaultdict(lambda: 1e-6)
    for _ in range(_ROUNDS):
        dice.shuffle(mixed)
        for is_remark, seen in mixed:
            odds = max(-30.0, min(30.0, score(seen, learnt)))
            error = 1 / (1 + math.exp(-odds)) - is_remark
            share = 1 / math.sqrt(max(1, len(seen)))
            for one in (BIAS, *seen):
                slope = error if one == BIAS else error * share + _DECAY * learnt[one]
                squares[one] += slope * slope
                learnt[one] -= _STEP * slope / math.sqrt(squares[one])
    return dict(learnt)


def write(learnt: dict[str, float]) -> str:
    """Return the file of weights."""
    lines = [f"{one}\t{weight:.1f}" for one, weight in sorted(learnt.items()) if abs(weight) >= 0.1]
    return "\n".join(["# Written by training/remarks.py: feature, weight.", *lines, ""])


def _check(known: list[Row]) -> None:
    random.Random(1).shuffle(known)  # noqa: S311 - to mix, not to hide
    held = known[::4]
    learnt = learn([one for at, one in enumerate(known) if at % 4])
    judged = sorted(((score(seen, learnt), is_remark) for is_remark, seen in held), reverse=True)
    remarks = sum(is_remark for _, is_remark in judged)
    for bar in (1.0, 0.0, -0.3):
        found = [is_remark for odds, is_remark in judged if odds >= bar]
        print(
            f"bar {bar:4}: precision {sum(found) / len(found):.2f}, recall {sum(found) / remarks:.2f}"
        )


if __name__ == "__main__":
    if "--check" in sys.argv:
        _check(rows())
    else:
        target = files("backwright.agent.planner.lexicon") / "remarks.weights"
        Path(str(target)).write_text(write(learn(rows())), encoding="utf-8")
