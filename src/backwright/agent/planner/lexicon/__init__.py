"""The planner's words as data: each TOML file beside this one is read once, when it is needed."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

CAPABLE = ("rate", "cors", "version", "pagination", "index", "auth", "audit", "probe", "undo")


@cache
def lexicon(name: str) -> dict[str, Any]:
    """Return one file of words."""
    return tomllib.loads((files(__package__) / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def examples(name: str) -> tuple[tuple[str, str], ...]:
    """Return the kind and the text of each line of a file of examples; `#` begins a remark."""
    lines = (files(__package__) / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    parts = [line.partition("\t") for line in lines if not line.startswith("#")]
    return tuple((kind, text) for kind, tab, text in parts if tab)


@cache
def pattern(text: str) -> re.Pattern[str]:
    """Compile a pattern of a lexicon; names in `<angle brackets>` stand for those in `macros`."""
    macros = lexicon("macros")
    while found := re.search(r"(?<!\?P)(?<!\?)<([A-Z_]+)>", text):
        text = text.replace(found[0], f"(?:{macros[found[1]]})")
    return re.compile(text, re.IGNORECASE)


@cache
def known_words() -> frozenset[str]:
    """Return every word that some pattern of a lexicon is made of: none of them is a slip."""
    found: set[str] = set()
    for file in files(__package__).iterdir():
        if file.name.endswith(".toml"):
            found.update(re.findall(r"[a-z]{3,}", file.read_text(encoding="utf-8").lower()))
    slips = lexicon("words")["spelling"]["slips"]
    return frozenset(found - set(slips))


@cache
def patterns(name: str, *keys: str) -> tuple[re.Pattern[str], ...]:
    """Compile a list of patterns of a lexicon; the keys lead to it."""
    found = lexicon(name)
    for key in keys:
        found = found[key]
    return tuple(pattern(one) for one in found)


def first(text: str, name: str, *keys: str) -> re.Match[str] | None:
    """Return the first match of any pattern of a list, in the order of the list."""
    for one in patterns(name, *keys):
        if found := one.search(text):
            return found
    return None


def names_capability(text: str) -> bool:
    """Tell whether a text has a cue of a capability or a judge: a limit, CORS, an audit."""
    return any(first(text, "cues", one, "cues") for one in CAPABLE)
