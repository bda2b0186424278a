"""What a step brings along by itself, where a clause only says it again."""

from __future__ import annotations

import re

from backwright.agent.planner.state import Relation, State

# `user_id` on `Note` and `Folder`: so signing in keeps whose rows are.
_OWNS = re.compile(
    r"(?i)(?:(?:an?|the|nullable|optional|add|put)\s+)*[`\"']?(?:user|owner|account)_id[`\"']?(?:\s+(?:columns?|fields?|foreign keys?|fks?))*\s+(?:on|in|for|to)\s+(?P<models>[\w`\"', /&]+)"
)
_NO_MODEL = frozenset(
    ["the", "and", "both", "all", "existing", "models", "model", "tables", "table", "rows"]
)
# `endpoints for listing a folder's notes`: a relation has them.
_LISTING = frozenset(
    [
        "endpoint",
        "endpoints",
        "route",
        "routes",
        "for",
        "to",
        "list",
        "lists",
        "listing",
        "read",
        "reads",
        "reading",
        "get",
        "getting",
        "fetch",
        "fetching",
        "show",
        "showing",
        "all",
        "the",
        "a",
        "an",
        "of",
        "in",
        "by",
        "each",
        "every",
        "its",
        "their",
        "add",
        "and",
        "nested",
        "with",
        "within",
        "per",
        "new",
        "s",
        "one",
        "that",
        "which",
        "returns",
        "return",
        "from",
        "belonging",
    ]
)
_ENDPOINT = re.compile(r"(?i)\b(?:endpoints?|routes?)\b")


def is_implied(text: str, state: State) -> bool:
    """Tell whether a clause says nothing but what a step before it does by itself."""
    return _owned(text, state) or any(
        isinstance(one, Relation) and _listed(text, one, state) for one in state.acts
    )


def _owned(text: str, state: State) -> bool:
    """Tell whether a clause only says of models that are there that their rows are kept by user."""
    begun = any(getattr(one, "verb", "") == "add auth" for one in state.acts)
    found = _OWNS.fullmatch(text.strip()) if begun else None
    if found is None:
        return False
    forms = {form.lower() for form in state.forms()}
    words = [one for one in re.findall(r"\w+", found["models"].lower()) if one not in _NO_MODEL]
    return bool(words) and all(one in forms for one in words)


def _listed(text: str, relation: Relation, state: State) -> bool:
    """Tell whether a clause only asks for the endpoints that list the rows of one end by the other."""
    if not _ENDPOINT.search(text):
        return False
    words = {one.lower() for one in re.findall(r"\w+", text)} - _LISTING
    ends = [state.find(name) for name in (relation.left, relation.right)]
    forms = [{form.lower() for form in end.called} for end in ends if end is not None]
    return len(forms) == 2 and all(words & one for one in forms) and words <= set().union(*forms)
