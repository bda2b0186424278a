"""Holding a plan against its text: each type, number, choice and name that the text gives must be in it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from backwright.agent.planner.attributes import Attribute, spot
from backwright.agent.planner.lexicon import first
from backwright.agent.planner.types import Plan

_SAME = {"text": "str", "email": "str", "url": "str"}
_IDENTIFIER = re.compile(r"(?<![\w./:-])`?([a-z][a-z0-9]*(?:_[a-z0-9]+)+)`?(?![\w./(])")
_NUMBER = re.compile(r"(?<![\w.#-])\d+(?:\.\d+)?(?![\w-])")


def lost_of(statements: Iterable[str], plan: Plan, things: Iterable[str]) -> tuple[str, ...]:
    """Return what statements that describe fields say, and no field of the plan has.

    Args:
        statements: The statements from which fields were to be read.
        plan: What came of them.
        things: Every form of the names of models that can be referred to.
    """
    words = [
        word
        for step in plan.steps
        for word in (*step.words, *step.args, *(v for _, v in step.options))
    ]
    forms = tuple(things)
    parts = {part.lower() for word in words for part in re.split(r"[:,.=\s]+", word)}
    return tuple(lost for said in statements for lost in _lost(said, parts, forms))


def _lost(said: str, parts: set[str], forms: tuple[str, ...]) -> list[str]:
    found = spot(said, forms)
    lost = [said[one.start : one.end] for one in found if not _is_kept(one, parts)]
    lost += [
        name
        for name in _IDENTIFIER.findall(said)
        if name.removesuffix("_id") not in parts and name not in parts
    ]
    capable = any(first(said, "cues", one, "cues") for one in ("rate", "pagination"))
    numbers = [] if capable else _NUMBER.findall(said)
    return lost + [
        one for one in numbers if one not in parts and one.rstrip("0").rstrip(".") not in parts
    ]


def _is_kept(one: Attribute, parts: set[str]) -> bool:
    """Tell whether what was said of a field is in the plan."""
    if one.kind == "type" and not one.weak:
        kind = str(one.values["type"])
        return bool(
            parts & {kind, *(a for a, b in _SAME.items() if b == kind), _SAME.get(kind, kind)}
        ) or (
            kind in ("str", "text", "int", "float", "bool")
            and bool(parts & {"enum", "decimal", "ref", "float"})
        )
    if one.kind in ("money", "decimal"):
        return "decimal" in parts
    if one.kind in ("ref", "many"):
        return (
            "ref" in parts or "many" in parts or "many-to-many" in parts or "one-to-many" in parts
        )
    if one.kind == "enum":
        values = one.values["values"]
        return isinstance(values, tuple) and {v.lower() for v in values} <= parts
    if one.kind == "optional" and "one-to-many" in parts:
        return True  # what keeps the reference may have none
    if one.kind in ("unique", "optional", "index", "cascade", "restrict"):
        return one.kind in parts
    if one.kind == "default":
        return "default" in parts or "optional" in parts
    return True
