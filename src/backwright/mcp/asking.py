"""A question of the engine's as a form for the user, and the user's answer out of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def question_text(question: Mapping[str, Any]) -> str:
    """Return a question with its reason, its choices and what each costs, as a person reads it."""
    lines = [question["text"], question["why"]]
    for choice in question["choices"]:
        best = " (recommended)" if choice["value"] == question["recommended"] else ""
        lines.append(f"- {choice['value']}{best}: {choice['text']} {choice['trade_off']}")
    return "\n".join(lines)


def form(question: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of the form: one of the choices, or a text where any may be given."""
    field: dict[str, Any] = {
        "type": "string",
        "title": question["key"],
        "description": question["text"],
        "default": question["recommended"],
    }
    if not question["free"]:
        field["enum"] = [choice["value"] for choice in question["choices"]]
    return {"type": "object", "properties": {question["key"]: field}, "required": [question["key"]]}


def chosen(
    question: Mapping[str, Any], action: str, content: Mapping[str, Any] | None
) -> str | None:
    """Return what the user answered; None where they did not want to, or answered nothing."""
    value = (content or {}).get(question["key"])
    return value if action == "accept" and isinstance(value, str) and value else None
