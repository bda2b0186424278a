"""A parameter that a function gets stands in its docstring, where those that it has do."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from backwright.transfer.guarding.edits import Edits
from backwright.transfer.guarding.program import Function

_SECTION = re.compile(r"^(\s*)(?:Args|Arguments|Parameters|Params):\s*$")
_ENTRY = re.compile(r"^(\s+)\*{0,2}(\w+)(\s*\([^)]*\))?\s*:")
_FIELD = re.compile(r"^(\s*):param (?:[\w.\[\], |]+ )?(\w+):")
_SAYS = "Who is signed in."


def describe(function: Function, edits: Edits, name: str, kind: str) -> None:
    """Say what a new parameter is, where the docstring says it of the others.

    Args:
        function: what gets the parameter.
        edits: those of its module.
        name: the parameter.
        kind: its type.
    """
    first = function.node.body[0]
    if not isinstance(first, ast.Expr) or not isinstance(first.value, ast.Constant):
        return
    if not isinstance(first.value.value, str):
        return
    start = edits.start(first.value)
    lines = edits.text(start, edits.end(first.value)).splitlines(keepends=True)
    known = {one.arg for one in function.parameters}
    found = _in_section(lines, known) or _in_fields(lines, known)
    if found is None:
        return
    number, shape = found
    place = start + len("".join(lines[: number + 1]).encode())
    edits.insert(place, f"{shape.format(name=name, kind=kind)} {_SAYS}\n")


def _in_section(lines: Sequence[str], known: set[str]) -> tuple[int, str] | None:
    """Return the line of the last parameter of a section, and how a parameter is said there."""
    head = next((n for n, line in enumerate(lines) if _SECTION.match(line)), None)
    if head is None:
        return None
    outer = len(lines[head]) - len(lines[head].lstrip())
    last, entries = None, []
    for number in range(head + 1, len(lines) - 1):  # the last one ends the docstring
        line = lines[number]
        if line.strip() and len(line) - len(line.lstrip()) <= outer:
            break
        if line.strip():
            last = number
            entries += [entry] if (entry := _ENTRY.match(line)) else []
    mine = [one for one in entries if one[2] in known]
    if last is None or not mine:
        return None
    return last, f"{mine[0][1]}{{name}}{' ({kind})' if mine[0][3] else ''}:"


def _in_fields(lines: Sequence[str], known: set[str]) -> tuple[int, str] | None:
    """Return the line of the last `:param name:` of a docstring, and how one is said there."""
    found = [(n, entry) for n, line in enumerate(lines[:-1]) if (entry := _FIELD.match(line))]
    if not found or not any(entry[2] in known for _, entry in found):
        return None
    last, entry = found[-1]
    while last + 2 < len(lines) and re.match(rf"{entry[1]}\s+\S", lines[last + 1]):
        last += 1  # its text goes on
    return last, f"{entry[1]}:param {{name}}:"
