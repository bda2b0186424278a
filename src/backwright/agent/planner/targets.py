"""What a field is added to, called by its name alone: `to the Task model, schemas and routes` is `to Task`."""

from __future__ import annotations

import re
from functools import cache

from backwright.agent.planner.types import World

_TO = r"(?P<to>\b(?:to|on|onto|in|into|for|of|extend|expand|from)\s+)"
_DETERMINERS = r"(?:(?:the|our|my|this|every|each|existing|current|present|old)\s+)*"
_TOOLS = r"(?:(?:sqlmodel|sqlalchemy|orm|pydantic|database|db|postgres|python)\s+)*"
_KINDS = r"(?:data\s+)?(?:model|table|entity|resource|class)(?:\s+class)?"
# What goes along with a model anyway.
_LAYER = (
    r"(?:(?:read|create|update|public|response|request|api|rest|crud|db|database|alembic|pydantic|list|detail)[\s/,]+(?:and\s+)?)*"
    r"(?:schemas?|routes?|routers?|end-?points?|service(?:\s+layer|s)?|apis?|crud|migrations?|tests?|serializers?|dtos?|responses?|payloads?|model)"
)
_JOIN = r"(?:\s*,\s*(?:and\s+|plus\s+)?|\s+(?:and|plus|&|\+|with|incl\.|including|as\s+well\s+as|along\s+with|together\s+with)\s+|\s*[/&+]\s*)"
_ALONG = rf"(?:{_JOIN}(?:(?:also|in|on|to|the|its|their|all|both|corresponding|related|matching|existing|whole|of)\s+)*{_LAYER}\b)+"
_ENDS = (
    r"(?=\s*(?:$|[.,:;!?(–—]|-\s)|\s+(?:please|pls|as|which|that|so|because|since|called|named|of\s+type|with|to|from|and|we|i|too|an?|one|two|three|some|the|new|`|is|are|it|by|[a-z]+_[a-z_]+)\b"
    r"|\s+[`\"'])"
)


def named_alone(text: str, world: World) -> str:
    """Return a text in which a model that gets something stands without what it is, and what goes along with it.

    `to the SQLModel class Note and its schemas` is `to Note`; `for the tasks table` is `for tasks`.
    """
    forms = tuple(dict.fromkeys(form for thing in world.things for form in thing.forms))
    if not forms:
        return text
    return _pattern(forms).sub(_alone, _subject(forms).sub(r"\g<model>\g<needs>", text))


def _alone(found: re.Match[str]) -> str:
    extends = found["to"].lower().startswith(("extend", "expand"))
    if extends and not found["along"]:
        return found[0]  # `extend the Task model with …` is said so
    return f"{found['to']}{found['model']}" if _says_more(found) else found[0]


def _says_more(found: re.Match[str]) -> bool:
    return any(found[one] for one in ("tools", "before", "behind", "along", "apart"))


@cache
def _pattern(forms: tuple[str, ...]) -> re.Pattern[str]:
    named = "|".join(re.escape(one) for one in forms)
    return re.compile(
        rf"(?i){_TO}{_DETERMINERS}(?P<tools>{_TOOLS})(?P<before>{_KINDS}\s+)?`?(?P<model>{named})`?(?P<behind>\s+{_KINDS})?"
        rf"(?:(?P<along>{_ALONG})|\s+\((?P<apart>(?:and|with|plus|incl\.|including|also)\s+(?:(?:the|its|their|all)\s+)*{_LAYER}(?:{_ALONG})?)\))?{_ENDS}"
    )


@cache
def _subject(forms: tuple[str, ...]) -> re.Pattern[str]:
    """Return how a model and what goes along with it need something: `the Task model and its schemas need a due date`."""
    named = "|".join(re.escape(one) for one in forms)
    return re.compile(
        rf"(?i)\b{_DETERMINERS}(?:{_KINDS}\s+)?`?(?P<model>{named})`?(?:\s+{_KINDS})?{_ALONG}(?P<needs>\s+(?:needs?|gets?|should|shall|must|requires?|lacks?)\b)"
    )
