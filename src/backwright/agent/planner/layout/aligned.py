"""Resources and their fields in columns that blanks align, as points of a list: `Company      name str 1..100, …`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backwright.agent.planner.attributes import spot

_ROW = re.compile(
    r"^[ \t]*(?P<name>[A-Z][a-z]\w*)(?:[ ]{2,}|[ ]*\t\s*)(?P<fields>[a-z`]\w*\S? \S.*)$"
)
_TYPES = ("type", "money", "decimal", "enum", "length")


def without_columns(text: str) -> str:
    """Return a text in which each row that names a resource, and behind a gap its fields, is a point of a list.

    A gap is two blanks or more; there must be several such rows, or one beneath a line that announces it.
    """
    return "\n".join(_lines(text.split("\n")))


def _lines(lines: list[str]) -> Iterator[str]:
    above = ""
    for at, line in enumerate(lines):
        row = _row(line)
        below = lines[at + 1] if at + 1 < len(lines) else ""
        is_meant = row and (above.rstrip().endswith(":") or _row(above) or _row(below))
        yield f"- {row['name']}: {row['fields']}" if row and is_meant else line
        above = line if line.strip() else above


def _row(line: str) -> re.Match[str] | None:
    """Return what a row holds whose fields have types; None where a line is no such row."""
    found = _ROW.match(line)
    typed = found and any(one.kind in _TYPES for one in spot(found["fields"], ()))
    return found if typed else None
