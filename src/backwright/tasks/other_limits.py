"""Limits that a project has by other libraries."""

from __future__ import annotations

import re
from dataclasses import dataclass

from backwright.transfer.grow.sources import Sources
from backwright.values import Choice, Place, Question

_LIBRARIES = re.compile(
    r"(?m)^[ \t]*(?:from|import) (slowapi|fastapi_limiter|fastapi_throttle|ratelimit|asgi_ratelimit|"
    r"fastapi_ratelimiter|pyrate_limiter|limits)\b"
)


@dataclass(frozen=True, slots=True)
class OtherLimits:
    """A library of limits that a project uses, and where it is imported first."""

    library: str
    place: Place


def other_limits(sources: Sources, own: str | None = None) -> OtherLimits | None:
    """Return the library by which a project limits requests; None where there is none.

    Args:
        sources: the project's modules.
        own: the module of limits that was added before.
    """
    for path in sources.trees:
        text = sources.draft.text(path)
        found = _LIBRARIES.search(text) if path != own else None
        if found is not None:
            line = text[: found.start()].count("\n") + 1
            return OtherLimits(found[1], Place(path, line))
    return None


def existing_question(other: OtherLimits, *, can_use: bool) -> Question:
    """Return what is asked where a project limits requests already."""
    choices = []
    if can_use:
        choices.append(
            Choice(
                "use",
                f"Say the limit with {other.library}, as the project says others.",
                "One system; its headers and its storage stay what they are.",
            )
        )
    choices += [
        Choice("keep", "Leave it as it is.", "Nothing is added."),
        Choice(
            "second",
            "Add a middleware of its own beside it.",
            "Two systems count apart, each with its own storage and headers.",
        ),
    ]
    return Question(
        key="existing",
        text=f"The project limits requests with {other.library} ({other.place}). What shall be done?",
        why="two systems of limits in one application are hard to reason about",
        choices=tuple(choices),
        recommended=choices[0].value,
    )
