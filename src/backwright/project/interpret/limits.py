"""How large values may grow: a text that doubles in a loop must not fill the memory."""

from __future__ import annotations

import re

from backwright.project.interpret.values import Unknown

LONGEST = 200_000
LARGEST_TEXT = 1_000_000
MOST_BITS = 10_000
_MANY = re.compile(r"\d{5,}")
_WIDE = re.compile(r"%[-+ #0]*(\*|\d*\.\*|\d{5,}|\d*\.\d{5,})|\{[^{}]*:[^{}]*(\d{5,}|\{)")


def bounded(value: object) -> object:
    """Return a value, or that it is not known where it has grown too long to go on with."""
    if isinstance(value, (str, bytes, list, tuple)) and len(value) > LONGEST:
        return Unknown("it is too long")
    too_large = isinstance(value, int) and value.bit_length() > MOST_BITS
    return Unknown("it is too large") if too_large else value


def is_wide(rule: str, *, whole: bool = False) -> bool:
    """Tell whether a format asks for very many characters (or asks its arguments how many).

    `whole` says that it is the format alone: `05d`, as it stands behind a colon.
    """
    return (_MANY if whole else _WIDE).search(rule) is not None
