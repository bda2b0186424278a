"""Reading answers: values by key wherever they lie, tokens, and marks of somebody's data."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from backwright.probe.schemas import Value

_TOKEN_KEYS = (
    "access_token",
    "accesstoken",
    "token",
    "auth_token",
    "authtoken",
    "jwt",
    "id_token",
    "bearer",
    "access",
    "session_token",
    "sessionid",
    "session_id",
    "key",
    "api_key",
)
_REFRESH_KEYS = ("refresh_token", "refreshtoken", "refresh")
_SHORTEST_TOKEN = 12
_MOST = 20_000


def walk(value: Value) -> Iterator[tuple[str, Any]]:
    """Yield keys and values of a JSON value, the outermost first."""
    waiting: deque[Any] = deque([value])
    seen = 0
    while waiting and seen < _MOST:
        one = waiting.popleft()
        seen += 1
        if isinstance(one, Mapping):
            for key, inner in one.items():
                yield str(key), inner
                waiting.append(inner)
        elif isinstance(one, list):
            waiting.extend(one)


def find_value(value: Value, *keys: str) -> Value:
    """Return the first scalar under one of some keys, an earlier key before a later one."""
    pairs = list(walk(value))
    for wanted in keys:
        for key, inner in pairs:
            same = key.replace("_", "").lower() == wanted.replace("_", "").lower()
            if same and inner is not None and not isinstance(inner, Mapping | list):
                return inner
    return None


def find_token(value: Value) -> str | None:
    """Return an access token: under a usual key, or as the whole answer."""
    if isinstance(value, str):
        return value if len(value) >= _SHORTEST_TOKEN and " " not in value else None
    return _text(find_value(value, *_TOKEN_KEYS))


def find_refresh_token(value: Value) -> str | None:
    """Return a refresh token."""
    return _text(find_value(value, *_REFRESH_KEYS))


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) and len(value) >= _SHORTEST_TOKEN else None


def items_of(value: Value) -> list[Any] | None:
    """Return the items of a list answer: the list itself, or the first list in an envelope."""
    if isinstance(value, list):
        return value
    if isinstance(value, Mapping):
        for inner in value.values():
            if isinstance(inner, list):
                return inner
        for inner in value.values():
            if isinstance(inner, Mapping) and (found := items_of(inner)) is not None:
                return found
    return None
