"""Which endpoint a clause speaks of: by its path, by what it makes, or by the resource that it belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable

from backwright.agent.planner.frames.lists import path_of
from backwright.agent.planner.lexicon import pattern
from backwright.agent.planner.state import State
from backwright.agent.planner.types import LOGIN, Part
from backwright.spec.names import names_of

_ASKS_IN_GENERAL = re.compile(
    r"(?i)(?:request|call|hit|time|quer(?:y|ie)|req|attempt|trie|try|log-?in|sign-?in|api call|minute|second|hour)s?"
)
_SAME = re.compile(r"(?i)\b(?:the )?same (?:endpoint|route|list|path|one|address)\b")
_SIGN_IN = re.compile(r"(?i)\b(?:log-?ins?|log(?:ging)? in|sign-?ins?|signing in)\b")
_LEFT = re.compile(
    r"(?i)\b(?:do not|don't|never) (?:touch|change|alter|modify|edit|break)\b[^.;\n]*"
)
# How a text says that rows are made: `limit creating coupons to 10 per hour`.
_MAKES = r"\b(?:creating|posting|adding|submitting|writing|placing|making|sending in|opening) (?:(?:new|an?) )*"
_MADE = re.compile(
    rf"(?i){_MAKES}(?P<what>[a-z-]+?)s?(?=\s*(?:$|[,.:;(]|(?:to|at|is|should|must|with|more|too|so|very) ))"
)
_ALL = re.compile(
    r"(?i)\b(?:all|every|each|any|everything|whole|entire|(?:the|this|our|my|per) (?:api|backend|app|service|project))\b"
)


def route_in(text: str, state: State) -> str | None:
    """Return the one route that is to be limited; `POST login` stands for whatever signs people in."""
    verb = re.search(r"\b(GET|POST|PUT|PATCH|DELETE)\b", text)
    if path := path_of(text, state):
        return f"{verb[1] if verb else 'POST'} {path}"
    if _SAME.search(text) and (path := _paged(state)):
        return f"GET {path}"
    added = any(getattr(one, "verb", "") == "add auth" for one in state.acts)
    if _SIGN_IN.search(
        text if added else _LEFT.sub(" ", state.said)
    ):  # `add a login` limits nothing of it
        if _MADE.search(text):
            return None  # `logins and creating tasks`: which one is open
        return " ".join(state.world.sign_in or ("POST", LOGIN))
    return _making(text, state)


def _paged(state: State) -> str | None:
    """Return the path of the list that the text brings in pages."""
    paged = [one for one in state.acts if getattr(one, "verb", "") == "add pagination"]
    return next((a for one in paged for a in one.args if a.startswith("/")), None)  # type: ignore[union-attr]


def _making(text: str, state: State) -> str | None:
    """Return the endpoint that makes what is counted: `3 registrations per hour`."""
    made_by = counted(text)
    if made_by is None:
        return None
    stem = re.sub(r"(?:r?ations?|-?ups?|e)$", "", made_by)  # registrations: /register
    made = [(m, p) for m, p in state.world.endpoints if m == "POST" and stem in p.lower()]
    if not made:
        return None
    method, path = min(made, key=lambda one: len(one[1]))
    return f"{method} {path}"


def counted(text: str) -> str | None:
    """Return what a limit counts, if that is what one endpoint makes: `3 registrations per hour`."""
    found = re.search(r"(?i)\b\d+ (?:new )?([a-z-]+?)s? (?:per|an?|each|every|in)\b", text)
    if found and not _ASKS_IN_GENERAL.fullmatch(found[1]):
        return found[1].lower()
    made = _MADE.search(text)
    return made["what"].lower() if made else None


def endpoints_of(text: str, state: State) -> bool:
    """Tell whether a clause speaks of the endpoints of one resource, and not of the whole application."""
    forms = [*state.forms(), *(form for one in state.entities for form in one.called)]
    return not _ALL.search(text) and _mentions_endpoints(forms, text)


def route_of_new(text: str, state: State) -> str | None:
    """Return the endpoint of a resource that the text makes: what is asked too often of it is to make one more."""
    for one in state.entities:
        if one.thing is None and one.asked and _mentions_endpoints(one.called, text):
            route = f"POST {_prefix(state)}/{names_of(one.name).plural_kebab}"
            state.parts.append(
                Part(f"the limited route: {route}", "a default: the one that makes rows")
            )
            return route
    return None


def _mentions_endpoints(forms: Iterable[str], text: str) -> bool:
    called = "|".join(re.escape(one) for one in sorted(forms, key=len, reverse=True))
    said = rf"(?<!\w)(?:{called})(?:'s)? (?:endpoint|route)s?\b|{_MAKES}(?:{called})\b"
    return bool(called and pattern(said).search(text))


def _prefix(state: State) -> str:
    """Return what the paths of the project's resources begin with: `/api` of `/api/products`."""
    listed = [
        p
        for p in state.world.paths
        if any(p.endswith(f"/{f}") for t in state.world.things for f in t.forms)
    ]
    return min((p.rpartition("/")[0] for p in listed), key=len, default="")
