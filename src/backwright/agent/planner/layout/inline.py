"""Points that are counted within a line, put on lines of their own: `two things: (a) a field …, (b) paginate …`."""

from __future__ import annotations

import re

_MARK = re.compile(r"(?:(?<=\s)|^)\(?(?P<at>[a-h]|[1-9])\)\s+(?=[\w`\"'])")
_HEAD = re.compile(r"(?:^\W*|.*:\s*)$")
_JOIN = re.compile(r"(?i)\s*[,;.]?\s*(?:\b(?:and|then|plus)\s*)*$")
_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_ORDERS = ("abcdefgh", "123456789")


def points_in_lines(text: str) -> str:
    """Return a text in which counted points of one line stand on lines of their own.

    What is counted by a word each stays: these are values, `1) low 2) high`.
    """
    return "\n".join(_unfolded(line) for line in text.split("\n"))


def _unfolded(line: str) -> str:
    marks = list(_MARK.finditer(line))
    counted = "".join(one["at"] for one in marks)
    if len(marks) < 2 or not any(order.startswith(counted) for order in _ORDERS):
        return line
    head = line[: marks[0].start()]
    ends = [one.start() for one in marks[1:]] + [len(line)]
    points = [line[one.end() : end] for one, end in zip(marks, ends, strict=True)]
    last, *rest = _END.split(points[-1], maxsplit=1)
    points = [_JOIN.sub("", one) for one in (*points[:-1], last)]
    if not _HEAD.fullmatch(head) or any(len(one.split()) < 2 or _is_cut(one) for one in points):
        return line
    return "\n".join(
        [head.rstrip(), *(f"- {one}" for one in points), *("\n" + one for one in rest)]
    )


def _is_cut(point: str) -> bool:
    """Tell whether a mark stood within parentheses: `size (1) small or (2) large`."""
    return point.count("(") != point.count(")")
