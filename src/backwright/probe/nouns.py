"""What a path and a field speak of: `/projects/{id}/tasks` of tasks, `project_ids` of projects."""

from __future__ import annotations

import re
from functools import lru_cache

from backwright.probe.operations import Operation
from backwright.spec.names import singularize, split_words

_ID = re.compile(r"(?i)^(.+?)[_-]?(ids?|uuids?|guids?|uids?|pks?|slugs?|keys?|refs?|names?|titles?|"
                 r"codes?|numbers?|no)$")  # fmt: skip
_REFERENCE = re.compile(r"^(.+?)(_ids?|_uuids?|_uids?|_pks?|Ids?|Uuids?|ID|IDs)$")
_PREFIXED = re.compile(r"(?i)^ids?_(.+)$")
_BARE = frozenset(
    {"id", "pk", "uuid", "guid", "uid", "slug", "key", "name", "title", "code", "ids"}
)
_VERSION = re.compile(r"(?i)^(api|v\d+(\.\d+)?|rest|public|internal)$")
_VERBS = frozenset(
    {"create", "add", "new", "get", "list", "all", "update", "edit", "delete", "remove", "search",
     "find", "read", "make", "register", "set", "put", "patch", "post", "by", "view", "show",
     "fetch", "save", "store", "detail", "details", "count", "export", "bulk", "batch", "mine", "my",
     "me", "one", "retrieve", "insert", "modify", "destroy", "display"}
)  # fmt: skip
USERS = frozenset(
    {"user", "account", "member", "profile", "owner", "author", "customer", "creator", "assignee",
     "person", "employee", "follower", "recipient", "sender", "client", "participant", "reviewer",
     "usuario", "cliente", "benutzer", "utilisateur", "utente"}
)  # fmt: skip


@lru_cache(4096)
def noun(word: str) -> str:
    """Return a noun in its one form: singular, lower case, words joined by underscores."""
    words = [one.lower() for one in split_words(word)] or [word.lower()]
    words[-1] = singularize(words[-1]) or words[-1]
    return "_".join(words)


@lru_cache(4096)
def noun_of_segment(segment: str) -> str | None:
    """Return what a part of a path speaks of: of `create_task` the task, of `v1` nothing."""
    if segment.startswith("{") or _VERSION.match(segment):
        return None
    words = [one.lower() for one in split_words(segment)]
    while words and words[0] in _VERBS:
        words = words[1:]
    while words and words[-1] in _VERBS:
        words = words[:-1]
    return noun("_".join(words)) if set(words) - _BARE else None


def noun_of_parameter(operation: Operation, name: str) -> str:
    """Return what a parameter of the path identifies."""
    stem = _PREFIXED.match(name) or _ID.match(name)
    if stem and name.lower() not in _BARE and stem[1].lower() not in _VERBS:
        return noun(stem[1])
    before = operation.path.split(f"{{{name}")[0].split("/")
    for segment in reversed(before):
        found = noun_of_segment(segment)
        if found:
            return found
    return noun(name)


def is_bare(name: str) -> bool:
    """Tell whether a parameter is called `id` or the like, and does not say of what."""
    return name.lower() in _BARE


def noun_of_operation(operation: Operation) -> str:
    """Return what an operation is about: the last noun of its path."""
    parts = operation.path.strip("/").split("/")
    for place in range(len(parts) - 1, -1, -1):
        segment = parts[place]
        if segment.startswith("{"):
            return noun_of_parameter(operation, segment.strip("{}").split(":")[0])
        found = noun_of_segment(segment)
        if found and place + 1 == len(parts):
            return found
        if found:
            return found
    return "root"


@lru_cache(4096)
def noun_of_reference(field: str) -> str | None:
    """Return what a field refers to by id: of `project_id` the project; None for no reference."""
    plain = re.sub(r"(?i)^x_", "", field.replace("-", "_"))
    found = _PREFIXED.match(plain) or _REFERENCE.match(plain)
    return noun(found[1]) if found else None


def is_many(field: str) -> bool:
    """Tell whether a reference is to several."""
    return bool(re.search(r"(?i)s$", field)) and not field.lower().endswith("status")


def is_user(word: str) -> bool:
    """Tell whether a noun speaks of people with an account."""
    return word in USERS or word.rpartition("_")[2] in USERS
