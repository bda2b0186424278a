"""Holding clauses of capabilities against the plan: each capability, number and exception must have come to it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from backwright.agent.planner.attributes import spot
from backwright.agent.planner.lexicon import first
from backwright.agent.planner.types import Step

# What a clause of one of these may name beside; by the frame that reads it.
_VERBS = {
    "rate": "add rate-limit",
    "cors": "add cors",
    "version": "add version",
    "pagination": "add pagination",
    "index": "add index",
    "auth": "add auth",
}
# What a clause of a capability may order beside it.
_BESIDE = {
    "add relation": re.compile(
        r"(?i)\b(?:and|also|plus|with) (?:an? |the )?(?:new )?(?:(?:one|many)-to-(?:many|one) )?relation(?:ship)?\b"
    )
}
# What is said of a field within a clause that relates two resources.
_KEPT = ("cascade", "restrict", "unique", "index")
_MODIFIERS = ("optional", "unique", "index", "cascade", "restrict")
_COUNTED = ("rate", "pagination")  # whose numbers all mean something
_NAMES = re.compile(r"https?://\S+|(?<!\w)/[\w{}/-]+|\b(?:[a-z_]+\d\w*|429|\d+\.\d+\.\d+)\b")
_NUMBER = re.compile(r"(?<![\w.])\d+(?![\w.])")


def uncovered(
    clauses: Iterable[tuple[str, str]], steps: Sequence[Step], passed: Iterable[str]
) -> tuple[str, ...]:
    """Return the clauses of capabilities of which a part came to nothing.

    Args:
        clauses: The frame that read a clause, and the clause.
        steps: The plan.
        passed: What of the text is shown as left aside.
    """
    aside = tuple(passed)
    return tuple(
        text
        for frame, text in dict.fromkeys(clauses)
        if (frame in _VERBS or frame == "relation")
        and not any(text in remark for remark in aside)
        and not _is_covered(frame, text, steps)
    )


def _is_covered(frame: str, text: str, steps: Sequence[Step]) -> bool:
    verbs = {step.verb for step in steps}
    if first(text, "cues", "exceptions", "cues"):
        return False
    if frame == "relation":
        plan = " ".join(word for step in steps for word in step.words)
        return all(one.kind in plan for one in spot(text, ()) if one.kind in _KEPT)
    if any(verb not in verbs and cue.search(text) for verb, cue in _BESIDE.items()):
        return False
    text = _NAMES.sub(" ", text)
    if any(
        one != frame and verb not in verbs and first(text, "cues", one, "cues")
        for one, verb in _VERBS.items()
    ):
        return False
    said = {number for step in steps for number in _numbers(step)}
    wanted = _NUMBER.findall(text) if frame in _COUNTED else []
    return all(number in said for number in wanted)


def _numbers(step: Step) -> list[str]:
    words = [*step.args, *(value for _, value in step.options)]
    return re.findall(r"\d+", " ".join(words))


def unkept(clauses: Iterable[str], steps: Sequence[Step], things: Iterable[str]) -> tuple[str, ...]:
    """Return what clauses say of a field (that it is optional, unique, indexed) and no field of theirs has.

    Args:
        clauses: What resources and fields were read from.
        steps: The plan.
        things: Every form of the names of models that can be referred to.
    """
    forms = tuple(things)
    words = [word for step in steps for word in step.words if ":" in word]
    return tuple(
        text[one.start : one.end]
        for text in dict.fromkeys(clauses)
        for one in spot(text, forms)
        if one.kind in _MODIFIERS
        and not any(one.kind in word.split(":") for word in _named_in(text, words))
    )


def _named_in(text: str, words: list[str]) -> list[str]:
    """Return the field words whose names a text has; all of them where it has none."""
    low = text.lower().replace("-", " ").replace("_", " ")
    named = [word for word in words if word.partition(":")[0].replace("_", " ") in low]
    return named or words
