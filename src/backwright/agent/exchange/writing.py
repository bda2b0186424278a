"""Writing front matter: texts that YAML could take for something else are quoted."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

_PLAIN = re.compile(r"[A-Za-z][\w,./-]*( [\w,./-]+)*")
_WORDS_OF_YAML = frozenset({"true", "false", "yes", "no", "on", "off", "y", "n", "null"})


def front_matter(keys: Mapping[str, object]) -> str:
    """Return keys as the front matter of a file, with its two lines of ---."""
    return "\n".join(["---", *_lines(keys), "---", ""])


def _lines(value: object) -> list[str]:
    if isinstance(value, Mapping):
        return [line for key, inner in value.items() for line in _pair(str(key), inner)]
    if isinstance(value, list):
        return [line for item in value for line in _item(item)]
    return [_scalar(value)]


def _pair(key: str, value: object) -> list[str]:
    if isinstance(value, Mapping | list) and value:
        return [f"{key}:", *(f"  {line}" for line in _lines(value))]
    return [f"{key}: {'[]' if value == [] else _scalar(value)}"]


def _item(value: object) -> list[str]:
    first, *rest = _lines(value)
    return [f"- {first}", *(f"  {line}" for line in rest)]


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS_OF_YAML
    return text if plain else json.dumps(text, ensure_ascii=False)
