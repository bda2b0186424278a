"""Adding items to what stands in brackets: tuples, lists, dicts, calls; all else stays as it is."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from backwright.source.text import line_ending


def appended(code: str, node: ast.expr, items: Sequence[str]) -> str:
    """Return the code with items added at the end of a bracketed expression.

    Args:
        code: the module that the node was parsed from.
        node: a tuple, list, set, dict or call, with its brackets.
        items: the new items as code, each on one line or more.
    """
    if not items:
        return code
    data = code.encode()
    end = _offset(data, node.end_lineno or node.lineno, node.end_col_offset or 0)
    before, bracket = data[: end - 1].decode(), data[end - 1 :].decode()
    body = before.rstrip()
    comma = "" if body.endswith((",", "(", "[", "{")) else ","
    if node.lineno == node.end_lineno:
        space = "" if body.endswith(("(", "[", "{")) else " "
        return f"{body}{comma}{space}{', '.join(items)}{bracket}"
    newline = line_ending(code)
    lines = code.splitlines()
    closing = _indent(lines[(node.end_lineno or node.lineno) - 1])
    inner = closing + "    "
    added = "".join(f"{newline}{inner}{item}," for item in items)
    return f"{body}{comma}{added}{newline}{closing}{bracket}"


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _offset(data: bytes, line: int, column: int) -> int:
    """Return the place of a line and column, counted as the parser counts them."""
    start = 0
    for _ in range(line - 1):
        start = data.index(b"\n", start) + 1
    return start + column
