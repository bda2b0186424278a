"""Turns of phrase, spelt out before any reading begins."""

from __future__ import annotations

import re

from backwright.agent.planner.lexicon import lexicon, pattern
from backwright.agent.planner.prosaic import brought_together

_FENCE = re.compile(r"(```.*?(?:```|\Z))", re.DOTALL)


def spelt_plainly(text: str, *, is_empty: bool) -> str:
    """Return a text in which turns of phrase are said as the readings know them.

    Args:
        text: What the user wrote; what stands in fences stays as it is.
        is_empty: Whether there is no project yet.
    """
    parts = _FENCE.split(text)
    for one in (*lexicon("prose")["phrase"], *lexicon("phrases")["phrase"]):
        if one.get("where", "") in ("", "empty" if is_empty else "project"):
            found = pattern(one["pattern"])
            parts[::2] = [found.sub(one["means"], part) for part in parts[::2]]
    parts[::2] = [brought_together(part) for part in parts[::2]]
    return "".join(parts)
