"""What every project has anyway, said by a line of its own, such as its usual setup."""

from __future__ import annotations

import re
from collections.abc import Iterable

from backwright.agent.planner.lexicon import lexicon, pattern
from backwright.agent.planner.types import World

_SETUP = re.compile(r"(?i)\b(?:set-?up|stack|standard|usual|conventions?|house style)\b")
_SIGN_IN = re.compile(r"(?i)\b(?:jwt|log-?ins?|sign-?ups?|registration|bearer|auth\w*)\b")
_STACK = re.compile(
    r"(?i)(?<=[\w`\"'])[ ]\(((?=[^()]*\b(?:fastapi|sqlmodel|sqlalchemy|postgres\w*|jwt|alembic|pydantic)\b)[^():`]+)\)"
)
_ORDERED = re.compile(r"(?i)\b(?:audit|add|tests?)\b")  # may be wanted of its own


def is_usual(text: str, described: Iterable[str]) -> bool:
    """Tell whether words say nothing but what every project has: `Postgres, JWT, tests`.

    Args:
        text: Words.
        described: The resources that the text describes by lists.
    """
    for name in described:
        text = re.sub(rf"(?i)\b{re.escape(name)}s?\b", " ", text)
    return bool(pattern(lexicon("layout")["remarks"]["usual"]).fullmatch(text))


def without_stack(text: str, world: World) -> str:
    """Return a text without the usual stack in parentheses behind a new project: `a project (FastAPI, JWT login)`."""

    def judged(found: re.Match[str]) -> str:
        return "" if is_usual(_SIGN_IN.sub(" ", found[1]), ()) else found[0]

    return _STACK.sub(judged, text) if world.is_empty else text


def sets_up(text: str, world: World) -> bool:
    """Tell whether a line says that a project is set up as all are; signing in is so where it is new, or has it."""
    if not _SETUP.search(text) or _ORDERED.search(text):
        return False
    has_users = world.is_empty or world.guarded
    return is_usual(_SIGN_IN.sub(" ", text) if has_users else text, ())
