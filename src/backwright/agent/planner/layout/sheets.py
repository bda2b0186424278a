"""A field whose name, type and default stand each behind a label of its own, as one point of a list."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backwright.agent.planner.attributes import spot
from backwright.agent.planner.layout.tables import role_of, said_of
from backwright.agent.planner.layout.tree import BULLET

_LINE = re.compile(
    r"\s*(?:\*\*|__)?(?P<label>[A-Za-z][\w ]{1,20}?)(?:\*\*|__)?\s*:(?:\*\*|__)?\s*(?P<said>\S.*?)\s*$"
)
_NAME = re.compile(r"[`\"']?(?P<name>[a-z]\w*)[`\"']?\.?")


def without_sheets(text: str) -> str:
    """Return a text in which `Name: stage`, `Type: string`, `Default: new`, a line each, is `- stage: string, default new`."""
    return "\n".join(_written(text.split("\n")))


def _written(lines: list[str]) -> Iterator[str]:
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and _cell(lines[end]) and not (end > at and _named(lines[end])):
            end += 1
        field = _field(lines[at:end])
        yield field or lines[at]
        at = end if field else at + 1


def _cell(line: str) -> tuple[str, str] | None:
    """Return what the label of a line says of a field, and what stands behind it."""
    mark = BULLET.match(line)
    found = _LINE.fullmatch(line[mark.end() :] if mark else line)
    role = role_of(found["label"]) if found else ""
    return (role, found["said"]) if found and role not in ("", "model", "remark") else None


def _named(line: str) -> str:
    """Return the field that a line names: `Name: stage`; empty where it is a field called `name`, with its type."""
    cell = _cell(line)
    found = _NAME.fullmatch(cell[1]) if cell and cell[0] == "name" else None
    return "" if found is None or spot(found["name"], ()) else found["name"]


def _field(lines: list[str]) -> str:
    """Return the field that lines describe; empty where they describe none."""
    name = _named(lines[0]) if lines else ""
    cells = [cell for line in lines[1:] if (cell := _cell(line))]
    if not name or "type" not in dict(cells):
        return ""
    said = ", ".join(filter(None, (said_of(role, told) for role, told in cells)))
    return f"- {name}: {said}"
