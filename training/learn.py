"""Learn what a sentence leans to, and which plan a text means: `python training/learn.py [KIND…]` writes the weights.

Sentences are learnt from the files beside this one. Which commands a text asks for (`commands`) is learnt from the texts
of `tests/agent`, and when a plan is right (`plans`) from plans that the planner made of them when it saw them first.

Logistic regression by stochastic gradient descent with steps of its own for each feature (Duchi, Hazan, Singer:
Adaptive Subgradient Methods, 2011). The order is mixed by a fixed seed, so that the same sentences give the same weights.
`--check` learns from three quarters, and prints how many of the rest are found at which precision.
"""

from __future__ import annotations

import json
import math
import random
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from backwright.agent.planner import World, read_world
from backwright.agent.planner.judging import (
    COMMANDS,
    OPEN,
    PLANS,
    VERBS,
    Weights,
    agreement,
    asked_with,
    signs,
)
from backwright.agent.planner.leaning import BIAS, features, score
from backwright.agent.planner.types import Step

HERE = Path(__file__).parent
TEXTS = HERE.parent / "tests" / "agent"
# What each kind is learnt from: a line of a file is the kind of a sentence, and the sentence.
SENTENCES = {
    "remark": ("remarks.txt", "owners.txt"),
    "private": ("owners.txt", "remarks.txt"),
    "shared": ("owners.txt", "remarks.txt"),
    "foreign": ("foreign.txt",),
}
# Kinds of sentences that may hold what is looked for, and so teach nothing of it.
UNSURE = {"remark": ("neither",), "private": ("task",), "shared": ("task",)}
# What the models of the projects are called that the sentences speak of.
_MODELS = ("task", "note", "order", "product", "folder", "category", "categories")
NAMES = frozenset(form for one in _MODELS for form in (one, f"{one}s"))
_ROUNDS, _STEP, _DECAY = 15, 0.3, 1e-5
_OFTEN = 3  # texts; words in fewer are not learnt from
_PARTS = 3  # what judges plans is learnt with commands that were learnt without their texts
_SHRUNK = {COMMANDS: 0.003, PLANS: 0.001}  # by which weights tend to nothing
_CUT = {COMMANDS: 0.3}

Row = tuple[bool, list[str]]
Text = dict[str, Any]


def rows(kind: str) -> list[Row]:
    """Return each sentence that teaches a kind: whether it is one, and its features."""
    lines = [
        line
        for name in SENTENCES[kind]
        for line in (HERE / name).read_text(encoding="utf-8").splitlines()
    ]
    parts = (line.partition("\t") for line in lines)
    return [
        (told == kind, sorted(features(text, NAMES)))
        for told, _, text in parts
        if text and told not in UNSURE.get(kind, ())
    ]


def learn(known: Sequence[Row], shrink: float = 0.0) -> dict[str, float]:
    """Return the weights that tell a kind from the rest; shrunk, those that tell little are nothing (FOBOS, ibidem)."""
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
                step = _STEP / math.sqrt(squares[one])
                moved = learnt[one] - step * slope
                less = 0.0 if one == BIAS else step * shrink
                learnt[one] = math.copysign(max(0.0, abs(moved) - less), moved)
    return dict(learnt)


@cache
def texts() -> dict[str, list[Text]]:
    """Return the texts of each set that are clear, or leave something open."""
    found = [*(TEXTS / "texts").glob("*.toml"), *(TEXTS / "unseen").glob("*.toml")]
    sets = {f"{one.parent.name}/{one.stem}": one for one in sorted(found)}
    return {
        name: tomllib.loads(one.read_text(encoding="utf-8"))["text"] for name, one in sets.items()
    }


@cache
def _world(project: str) -> World:
    return World(is_empty=True) if project == "empty" else read_world(TEXTS / "projects" / project)


def commands(sets: Sequence[str]) -> Weights:
    """Return the weights of each command, and of what is left open, by the texts of some sets."""
    told = [(text, _signs(text)) for name in sets for text in texts()[name]]
    told = [(text, seen) for text, seen in told if text["expect"] != "refusal"]
    count = Counter(one for _, seen in told for one in seen)
    often = [(text, sorted(one for one in seen if count[one] >= _OFTEN)) for text, seen in told]
    clear = [(text, seen) for text, seen in often if text["expect"] == "plan"]
    shrink = _SHRUNK[COMMANDS]
    found = {
        verb: learn([(verb in text["steps"], seen) for text, seen in clear], shrink)
        for verb in VERBS
    }
    found[OPEN] = learn([(text["expect"] == "question", seen) for text, seen in often], shrink)
    return found


def _signs(text: Text) -> frozenset[str]:
    here = _world(text["project"])
    names = frozenset(form for thing in here.things for form in thing.forms)
    return signs(text["task"], names, is_empty=here.is_empty)


def plan_rows() -> list[Row]:
    """Return each plan: whether it was right, and how far it agrees with what its text asks for by other texts."""
    known: list[Row] = []
    for at in range(_PARTS):
        held = set(list(texts())[at::_PARTS])
        learnt = commands([one for one in texts() if one not in held])
        known += [
            (
                is_right,
                sorted(agreement(steps, asked_with(text["task"], _world(text["project"]), learnt))),
            )
            for is_right, name, text, steps in _plans()
            if name in held
        ]
    return known


def _plans() -> Iterator[tuple[bool, str, Text, list[Step]]]:
    for line in (HERE / "plans.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        told, name, place, made = line.split("\t")
        steps = [
            Step(verb, tuple(args), tuple((key, value) for key, value in options))
            for verb, args, options in json.loads(made)
        ]
        yield told == "right", name, texts()[name][int(place)], steps


def learnt(kind: str) -> Mapping[str, float]:
    """Return the weights of a kind."""
    if kind == COMMANDS:
        return {
            f"{verb}|{one}": weight
            for verb, told in commands(list(texts())).items()
            for one, weight in told.items()
        }
    if kind == PLANS:
        return learn(plan_rows(), _SHRUNK[PLANS])
    return learn(rows(kind))


def write(told: Mapping[str, float], cut: float = 0.1) -> str:
    """Return the file of weights."""
    lines = [
        f"{one}\t{weight:.1f}"
        for one, weight in sorted(told.items())
        if abs(weight) >= cut or one.endswith("|")
    ]
    return "\n".join(["# Written by training/learn.py: feature, weight.", *lines, ""])


def _check(kind: str) -> None:
    known = plan_rows() if kind == PLANS else rows(kind)
    random.Random(1).shuffle(known)  # noqa: S311 - to mix, not to hide
    held = known[::4]
    told = learn([one for at, one in enumerate(known) if at % 4], _SHRUNK.get(kind, 0.0))
    judged = sorted(((score(seen, told), is_one) for is_one, seen in held), reverse=True)
    ones = sum(is_one for _, is_one in judged)
    for bar in (3.0, 2.0, 1.0, 0.0, -0.3):
        found = [is_one for odds, is_one in judged if odds >= bar]
        precision = sum(found) / max(1, len(found))
        print(f"{kind}, bar {bar:4}: precision {precision:.2f}, recall {sum(found) / ones:.2f}")


def main(asked: Sequence[str]) -> None:
    """Learn the kinds that are asked for, else all; with `--check` only tell how well."""
    kinds = [one for one in asked if not one.startswith("-")] or [*SENTENCES, COMMANDS, PLANS]
    for kind in kinds:
        if "--check" in asked:
            _check(kind)
            continue
        target = files("backwright.agent.planner.lexicon") / f"{kind}.weights"
        Path(str(target)).write_text(write(learnt(kind), _CUT.get(kind, 0.1)), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
