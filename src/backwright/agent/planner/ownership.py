"""Whose the rows are, as a text says it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from backwright.agent.planner.lexicon import patterns

USER, NONE = "user", "none"


def take_owner(text: str, others: Iterable[str] = ()) -> tuple[str, str | None, str]:
    """Return a text without what it says of owners, who owns (`user`, `none`, None), and those words.

    Args:
        text: A clause.
        others: Names of resources that are no users, though people are called so: `members`.
    """
    named = [one.lower() for one in others]
    for whose in (NONE, USER):
        for one in patterns("cues", "owner", whose):
            match = one.search(text)
            if match and not any(
                re.search(rf"\b{re.escape(n)}\b", match[0].lower()) for n in named
            ):
                rest = f"{text[: match.start()]} {text[match.end() :]}"
                further, _, _ = take_owner(rest, named)
                return further, whose, match[0].strip(" ,")
    return text, None, ""
