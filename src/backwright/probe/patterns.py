"""A text that a regular expression matches: enough for the patterns that schemas have."""

from __future__ import annotations

import re
from re import _parser  # type: ignore[attr-defined]  # public as sre_parse before Python 3.11

from backwright.probe.schemas import Value

_DIGITS, _LETTERS = "0123456789", "abcdefghijklmnopqrstuvwxyz"
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")


def text_of_pattern(pattern: str, unique: str, least: int, most: Value) -> str | None:
    """Return a text that fits a pattern and length bounds; None if none was found.

    Args:
        pattern: In the syntax that Python and JSON Schema share.
        unique: A word whose letters and digits fill what the pattern leaves open.
        least: The least length.
        most: The greatest length, or None.
    """
    longest = None if most is None else int(most)
    for candidate in (unique, unique.upper(), unique.capitalize()):
        if _fits(pattern, candidate, least, longest):
            return candidate
    try:
        tree = _parser.parse(pattern)
    except (re.error, RecursionError):
        return None
    for wanted in (1, 2, 4, 8, 16, 32):
        made = _Filler(unique, wanted).text(tree)
        if _fits(pattern, made, least, longest):
            return made
    return None


def _fits(pattern: str, text: str, least: int, most: int | None) -> bool:
    try:
        found = re.search(pattern, text) is not None
    except re.error:
        return False
    return found and least <= len(text) and (most is None or len(text) <= most)


class _Filler:
    """Walks a parsed pattern; open places take the letters of a unique word in turn."""

    def __init__(self, unique: str, repeats: int) -> None:
        self._digits = [one for one in unique if one.isdigit()][::-1] or ["1"]
        self._repeats = repeats
        self._place = 0

    def text(self, tree: Value) -> str:
        """Return a text for a sequence."""
        return "".join(self._one(str(name), argument) for name, argument in tree)

    def _one(self, name: str, argument: Value) -> str:
        if name == "LITERAL":
            return chr(argument)
        if name == "NOT_LITERAL":
            return "a" if argument != ord("a") else "b"
        if name == "ANY":
            return "x"
        if name == "IN":
            return self._member(argument)
        if name in _REPEATS:
            low, high, inner = argument
            count = max(low, min(int(high), self._repeats))
            return "".join(self.text(inner) for _ in range(count))
        if name == "SUBPATTERN":
            return self.text(argument[-1])
        if name == "BRANCH":
            return self.text(argument[1][0])
        return ""

    def _member(self, items: Value) -> str:
        """Return a member of a set, digits before letters, different ones in turn."""
        if str(items[0][0]) == "NEGATE":
            taken = {chr(v) for kind, v in items[1:] if str(kind) == "LITERAL"}
            return next(one for one in _LETTERS + _DIGITS if one not in taken)
        self._place += 1
        options: list[str] = []
        for kind, value in items:
            if str(kind) == "LITERAL":
                options.append(chr(value))
            elif str(kind) == "RANGE":
                options += [chr(one) for one in range(value[0], min(value[1], value[0] + 25) + 1)]
            elif str(kind) == "CATEGORY":
                options += _category(str(value))
        digit = self._digits[self._place % len(self._digits)]
        return digit if digit in options else options[self._place % len(options)]


def _category(name: str) -> str:
    return {"CATEGORY_DIGIT": _DIGITS, "CATEGORY_SPACE": " "}.get(name, _LETTERS)
