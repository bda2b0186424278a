"""What the paths of endpoints say: which of the five things is done, with which row."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

_WORDS: Mapping[str, tuple[str, ...]] = {
    "list": ("list", "all", "index", "search"),
    "get": ("get", "read", "view", "show", "detail", "details", "fetch", "retrieve"),
    "create": ("create", "add", "new", "register", "insert", "make", "post"),
    "update": ("update", "edit", "change", "modify", "patch", "put"),
    "delete": ("delete", "remove", "destroy"),
}
_SAID = {word: verb for verb, words in _WORDS.items() for word in words}
_DEFAULT = {"list": "", "get": "get", "create": "create", "update": "update", "delete": "delete"}


def verb_of(method: str, path: str) -> str | None:
    """Return which of the five things an endpoint does: `list`, `get`, `create`, `update`, `delete`.

    The word for it may stand in the path, before the row's key or behind it; what is done with a
    row by POST is told by that word alone.
    """
    parts = [part for part in path.strip("/").split("/") if part]
    said = {_SAID[word] for part in parts for word in _split(part) if word in _SAID}
    while parts and _split(parts[-1]) and all(word in _SAID for word in _split(parts[-1])):
        parts.pop()
    by_key = bool(parts) and parts[-1].startswith("{")
    method = method.upper()
    if method == "GET":
        return "get" if by_key else "list"
    if method == "POST":
        changes = next((verb for verb in ("update", "delete") if verb in said), None)
        return changes if by_key else "create"
    if method in ("PUT", "PATCH"):
        return "update" if by_key else None
    return "delete" if method == "DELETE" and by_key else None


def in_words_of(path: str, verb: str, others: Iterable[str], nouns: Collection[str]) -> str:
    """Return a path that says another verb: `/book/update/{id}` to get one is `/book/get/{id}`.

    Args:
        path: the path of another endpoint.
        verb: what the new one does.
        others: the paths of all endpoints, one of which may say a word for it.
        nouns: words of the resource's name: no verbs.
    """
    taken = (word for other in others for part in other.split("/") for word in _split(part))
    own = next((w for w in taken if w in _WORDS[verb] and w not in nouns), _DEFAULT[verb])
    parts = [_told(part, own, nouns) for part in path.split("/")]
    kept = [p for i, p in enumerate(parts) if p or not path.split("/")[i]]
    return "/".join(kept)


def says_verb(path: str, nouns: Collection[str]) -> bool:
    """Tell whether a path says what is done."""
    return any(w in _SAID and w not in nouns for part in path.split("/") for w in _split(part))


def _told(part: str, word: str, nouns: Collection[str]) -> str:
    verbs = [w for w in _split(part) if w in _SAID and w not in nouns]
    if not verbs:
        return part
    told = re.sub(rf"(?<![^-_]){verbs[0]}(?![^-_])", word, part)
    return told.strip("-_")


def _split(part: str) -> list[str]:
    """Return the words of a plain segment; none of a parameter."""
    return [] if "{" in part else [w for w in re.split(r"[-_]", part.lower()) if w]
