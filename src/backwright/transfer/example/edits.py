"""Insertions into a module's text, at places that its tree names."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from backwright.source.text import line_ending


@dataclass(frozen=True, slots=True)
class Insertion:
    """Text to stand before the character at `offset`; of two at one offset the first goes first."""

    offset: int
    text: str


class Positions:
    """Where the nodes of a module's tree stand in its text.

    A byte order mark and columns that count bytes are taken into account.
    """

    def __init__(self, code: str) -> None:
        """Note where each line begins."""
        self.code = code
        self._mark = 1 if code.startswith("\ufeff") else 0
        self._lines = code.splitlines(keepends=True)
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))

    def start(self, node: ast.stmt | ast.expr | ast.alias | ast.arg) -> int:
        """Return the offset of a node's first character."""
        return self._at(node.lineno, node.col_offset)

    def end(self, node: ast.stmt | ast.expr | ast.alias | ast.arg) -> int:
        """Return the offset behind a node's last character."""
        return self._at(node.end_lineno or node.lineno, node.end_col_offset or 0)

    def text(self, node: ast.stmt | ast.expr | ast.alias) -> str:
        """Return a node's text."""
        return self.code[self.start(node) : self.end(node)]

    def line_start(self, line: int) -> int:
        """Return the offset of a line's first character; behind the last line, the end."""
        return self._starts[min(line, len(self._starts)) - 1]

    def line(self, line: int) -> str:
        """Return a line's text without its end."""
        return self._lines[line - 1].rstrip("\r\n") if line <= len(self._lines) else ""

    def _at(self, line: int, column: int) -> int:
        text = self._lines[line - 1]
        mark = self._mark if line == 1 else 0
        characters = len(text[mark:].encode()[:column].decode(errors="ignore"))
        return self._starts[line - 1] + mark + characters


def insert(code: str, insertions: Iterable[Insertion]) -> str:
    """Return the code with all insertions made, in the file's own line ending."""
    newline = line_ending(code)
    texts: dict[int, str] = {}
    for one in sorted(insertions, key=lambda i: i.offset):
        texts[one.offset] = texts.get(one.offset, "") + one.text.replace("\n", newline)
    for offset, text in sorted(texts.items(), reverse=True):
        if offset == len(code) and code and not code.endswith("\n"):
            text = newline + text.removesuffix(newline)
        code = code[:offset] + text + code[offset:]
    return code
