"""Reading the name of a resource out of a text."""

from __future__ import annotations

import re

from backwright.agent.planner.lexicon import lexicon
from backwright.spec.names import singularize, split_words

_WORD = re.compile(r"\s*[`\"']?([A-Za-z][\w]*(?:-[a-z]+)*)(?!\w*[.@/])[`\"']?")
_LONGEST = 3


def read_noun(text: str, *, longest: int = _LONGEST) -> tuple[str, str] | None:
    """Return the noun at the beginning of a text, and the rest; None where none stands there."""
    words = lexicon("nouns")
    at = 0
    found: list[str] = []
    while len(found) < longest and (match := _WORD.match(text, at)):
        word = match[1]
        low = word.lower()
        if (
            not found
            and low in words["lead"]
            and _WORD.match(text, match.end())
            and low not in ("table", "model")
        ):
            at = match.end()
            continue
        is_noun = low in words["verbal"] and not _WORD.match(text, match.end())
        if low in words["stop"] and not is_noun:
            break
        found.append(word)
        at = match.end()
        if text[at : at + 1] in ",;:.()":
            break
    while len(found) > 1 and found[-1].lower() in words["tail"]:
        found.pop()
    if len(found) > 1 and found[-1][0].isupper() and any(word[0].islower() for word in found):
        found = [word for word in found if word[0].isupper()][-1:]  # `hikers log Hike: …`
    is_proper = (
        bool(found)
        and found[0][0].isupper()
        and (found[0].lower() in words["proper"] or bool(re.match(r"\s*\(\s*\w", text[at:])))
    )
    if not found or (len(found) == 1 and not is_proper and found[0].lower() in words["never"]):
        return None
    behind = _WORD.match(text, at)
    if found[0].lower() in words["pointing"] or (behind and behind[1].lower() in words["finite"]):
        return None
    return " ".join(found), text[at:]


def pascal(words: str) -> str:
    """Return the PascalCase singular of a noun: `order items`, `API keys`."""
    parts = split_words(words.strip("`\"' ")) or ["Thing"]
    last = parts[-1]
    singular = singularize(last.lower()) if not (last.isupper() and len(last) > 1) else None
    parts[-1] = singular or last
    return "".join(one[:1].upper() + one[1:].lower() for one in parts)
