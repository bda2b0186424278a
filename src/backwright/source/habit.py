"""How a file is written, whatever it says: its mark, its line ends, its indentation.

Code is made with LF and four spaces; a file's own habit is put on when it is written. What a habit
takes off a text and puts on again is the same bytes, so untouched lines stay as they are.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass

from backwright.source.text import decode, encode

_BOM = codecs.BOM_UTF8.decode("utf-8")
_WIDE = codecs.BOM_UTF16_LE
_TABS = re.compile(r"^\t+", re.MULTILINE)
_SPACES = re.compile(r"^(?: {4})+", re.MULTILINE)
_MIXED = re.compile(r"^(?: +|\t+ {4})", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class FileHabit:
    """A byte order mark, the line ends of Windows, tabs: each there throughout or not at all.

    `wide` is UTF-16, as PowerShell writes lists of requirements.
    """

    mark: bool = False
    windows: bool = False
    tabs: bool = False
    wide: bool = False

    def off(self, data: bytes) -> str:
        """Return a file's text without its habit."""
        text = _text(data)
        text = text.removeprefix(_BOM) if self.mark else text
        text = text.replace("\r\n", "\n") if self.windows else text
        return _TABS.sub(lambda found: "    " * len(found[0]), text) if self.tabs else text

    def on(self, text: str) -> bytes:
        """Return the bytes of a text that is written in this habit."""
        if self.tabs:
            text = _SPACES.sub(lambda found: "\t" * (len(found[0]) // 4), text)
        text = text.replace("\n", "\r\n") if self.windows else text
        marked = _BOM + text if self.mark else text
        return marked.encode("utf-16-le") if self.wide else encode(marked)


def habit_of(data: bytes) -> FileHabit:
    """Return a file's habit; where its lines differ, they are left as they are."""
    text = _text(data)
    windows = "\r\n" in text and text.count("\r") == text.count("\n") == text.count("\r\n")
    plain = text.removeprefix(_BOM)
    plain = plain.replace("\r\n", "\n") if windows else plain
    tabs = bool(_TABS.search(plain)) and not _MIXED.search(plain)
    return FileHabit(text.startswith(_BOM), windows, tabs, data.startswith(_WIDE))


def _text(data: bytes) -> str:
    """Return a file's text, its mark as the first character."""
    return data.decode("utf-16-le") if data.startswith(_WIDE) else decode(data)


def usual_habit(files: Iterable[bytes]) -> FileHabit:
    """Return the habit of a new file among others: what most have, and no mark."""
    habits = [habit_of(data) for data in files]
    return FileHabit(
        windows=2 * sum(one.windows for one in habits) > len(habits),
        tabs=2 * sum(one.tabs for one in habits) > len(habits),
    )
