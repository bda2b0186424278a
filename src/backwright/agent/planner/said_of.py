"""Counting what a text says of fields against what a plan holds: nothing of it may be lost in silence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from backwright.agent.planner.attributes import Attribute, describes, spot
from backwright.agent.planner.lexicon import lexicon
from backwright.agent.planner.types import Plan
from backwright.spec.names import singularize

# What one field has once, and a text says of each field by itself.
_COUNTED = ("optional", "unique", "cascade", "restrict")
_DESCRIBING = ("new", "add resource", "add field", "add relation")
_DEFAULT = re.compile(
    r"(?i)(?<!no )(?<!without a )(?<!without )\bdefaults?\b(?! (?:behaviou?r|settings?|limit|page|sort|order|language|user|to (?:null|none)))"
)
# A line of one name, whatever is said beside it, and the point below it.
_HEAD = re.compile(
    r"(?m)^[#*` ]*(?P<name>[A-Z][a-z]+(?:[A-Z][a-z]+)*)[*`]*(?: ?\([^\n]*\))?:?[*`]*[ \t]*\n\s*[-*+•] (?P<below>[`\"]?[a-z]\w*[^\n]*)"
)
_RELATED = re.compile(
    r"(?i)\b(?:(?:one|many)[- ]to[- ](?:one|many)|m2m|n:m|1:n|relation(?:ship)? (?:between|from|to))\b"
)
_PARAMETER = re.compile(
    r"(?i)\W*(?:(?:endpoint|route|path|scope|where)\W*:\W*(?:GET|POST|PUT|PATCH|DELETE) /\S+|(?:default|max\w*|limit|page ?size|rate)(?: \w+){0,2}\W*:\W*\d[\w /]*)\W*"
)
# Of no field: `more resources are not needed`, `the folder is empty`.
_NO_MORE = re.compile(
    r"(?i)\b(?:more|other|further|additional) \w+ (?:is|are) not (?:needed|required|wanted)"
    r"|\b(?:workspace|folder|directory|repo\w*|database|project|tables?) (?:is|are) (?:still )?empty"
)


def unheld(text: str, plan: Plan, things: Iterable[str]) -> tuple[str, ...]:
    """Return what a text says of fields more often than the fields of a plan have it.

    Args:
        text: What the user wrote, before anything of it was spelt out.
        plan: What is to be done.
        things: Every form of the names of models that can be referred to.
    """
    words = [word for step in plan.steps for word in step.words]
    headed = _headed(text, words) if any(step.verb in _DESCRIBING for step in plan.steps) else ()
    if headed or any(step.verb not in _DESCRIBING for step in plan.steps):
        return headed + _unplaced(
            plan
        )  # what else is said of capabilities is held against their own words
    text = _NO_MORE.sub(" ", text)
    if "one-to-many" in words:
        words.append(":optional")  # what keeps the reference may have none
    made = [word for word in words if word[:1].isupper()]
    held = Counter(
        part.partition("=")[0] for word in words if ":" in word for part in word.split(":")[1:]
    )
    said = [one for one in spot(text, (*things, *made)) if one.kind in _COUNTED]
    lost = [
        one for kind in _COUNTED for one in _beyond([o for o in said if o.kind == kind], held[kind])
    ]
    found = tuple(text[one.start : one.end].strip() for one in lost)
    default = _DEFAULT.search(text)
    if default and not held["default"] and not held["optional"]:
        found += (_around(text, default.start()),)
    related = _RELATED.search(text)
    if related and not any(
        part in ("ref", "many") or "-to-" in part for w in words for part in w.split(":")
    ):
        found += (_around(text, related.start()),)
    return found


def _unplaced(plan: Plan) -> tuple[str, ...]:
    """Return lines that say where and how much, `Endpoint: POST /token`, `Max: 50`, and were left aside all the same."""
    if not any(step.verb in ("add rate-limit", "add pagination") for step in plan.steps):
        return ()
    return tuple(one for one in plan.aside if _PARAMETER.fullmatch(one.strip()))


def _headed(text: str, words: Iterable[str]) -> tuple[str, ...]:
    """Return what stands above fields like the name of a resource, `**Coupon** (shared)`, and is none of the plan."""
    known = set(words)
    labels = "|".join(one for one in lexicon("layout")["labels"].values() if isinstance(one, str))
    return tuple(
        found["name"]
        for found in _HEAD.finditer(text)
        if describes(found["below"], ("type", "length", "enum", "money", "decimal"))
        and not {found["name"], singularize(found["name"]) or ""} & known
        and not re.fullmatch(rf"(?i)(?:{labels})", found["name"])
    )


def _beyond(said: list[Attribute], held: int) -> list[Attribute]:
    """Return what is said although no field has it, or fewer have it by more than a repetition."""
    if not held:
        return said
    return said[held:] if len(said) > held + 1 else []


def _around(text: str, at: int) -> str:
    """Return the words around a place."""
    start = max(text.rfind(mark, 0, at) for mark in ".;,(\n") + 1
    ends = [end for mark in ".;,)\n" if (end := text.find(mark, at)) >= 0]
    return text[start : min(ends, default=len(text))].strip()
