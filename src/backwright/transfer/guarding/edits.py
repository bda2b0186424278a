"""Edits of a module by places in its tree: every other byte stays as it is."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

from backwright.source.text import without_bom


@dataclass
class Edits:
    """The changes of one module, gathered in any order and made at once.

    Places are those of `ast`: lines from 1, columns in bytes.
    """

    code: str
    _made: list[tuple[int, int, str]] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Find where each line begins."""
        self._mark = len(self.code) - len(without_bom(self.code))
        self._bytes = self.code[self._mark :].encode()
        place = 0
        for line in self._bytes.splitlines(keepends=True):
            self._starts.append(place)
            place += len(line)

    def start(self, node: ast.expr | ast.stmt | ast.arg | ast.keyword | ast.alias) -> int:
        """Return where a node begins."""
        return self._starts[node.lineno - 1] + node.col_offset

    def end(self, node: ast.expr | ast.stmt | ast.arg | ast.keyword | ast.alias) -> int:
        """Return where a node ends."""
        return self._starts[(node.end_lineno or 1) - 1] + (node.end_col_offset or 0)

    def text(self, start: int, end: int) -> str:
        """Return what stands between two places."""
        return self._bytes[start:end].decode()

    def insert(self, place: int, text: str) -> None:
        """Put text at a place."""
        self._made.append((place, place, text))

    def replace(self, start: int, end: int, text: str) -> None:
        """Put text where something else stands."""
        self._made.append((start, end, text))

    def line_before(self, node: ast.stmt, text: str) -> None:
        """Put a statement above another one, as far to the right."""
        self.insert(self._starts[node.lineno - 1], f"{' ' * node.col_offset}{text}\n")

    def drop_lines(self, first: int, last: int) -> None:
        """Take whole lines away, both ends inclusive."""
        end = self._starts[last] if last < len(self._starts) else len(self._bytes)
        self.replace(self._starts[first - 1], end, "")

    def end_of_arguments(self, call: ast.Call) -> tuple[int, bool]:
        """Return where one more argument is put, and whether one stands before it."""
        given = _arguments(call)
        if not given:
            return self.end(call) - 1, False
        last = max(self.end(one) for one in given)
        rest = self.text(last, self.end(call) - 1).partition("#")[0]
        return last + len(rest[: rest.rfind(")") + 1].encode()), True

    @property
    def quote(self) -> str:
        """The quotes that most short texts of the module stand in."""
        code = self.code.replace('"""', "").replace("'''", "")
        return "'" if code.count("'") > code.count('"') else '"'

    def add_argument(self, call: ast.Call, text: str) -> None:
        """Give a call one more argument."""
        place, follows = self.end_of_arguments(call)
        apart = f"\n{' ' * self._column_of(call)}" if self._has_one_a_line(call, place) else " "
        self.insert(place, f",{apart}{text}" if follows else text)

    def _has_one_a_line(self, call: ast.Call, place: int) -> bool:
        """Tell whether each argument of a call has a line of its own, and so has the end of it."""
        lines = [one.lineno for one in _arguments(call)]
        if not lines or min(lines) == call.func.end_lineno:
            return False
        rest = self.text(place, self.end(call) - 1)
        is_listed = len(lines) > 1 or rest.lstrip().startswith(",")
        return is_listed and len(set(lines)) == len(lines) and "\n" in rest

    def _column_of(self, call: ast.Call) -> int:
        return min(one.col_offset for one in _arguments(call))

    def add_to_update(self, call: ast.Call, alone: str, more: str) -> None:
        """Give a call more values for its `update`: `alone` where it has none, else `more` in it."""
        given = next((k.value for k in call.keywords if k.arg == "update"), None)
        if given is None:
            self.add_argument(call, f"update={alone}")
            return
        self.insert(self.start(given), "{**(")
        self.insert(self.end(given), f"), {more}}}")

    def add_to_source(self, call: ast.Call, more: str) -> bool:
        """Give what a row is validated from one more value, as a dictionary; False if it is one already.

        `from_orm`, as with Pydantic 1, takes an object and no dictionary.
        """
        source = call.args[0] if call.args else None
        validates = isinstance(call.func, ast.Attribute) and call.func.attr == "model_validate"
        if not validates or not isinstance(source, ast.Name | ast.Attribute):
            return False
        self.insert(self.start(source), "{**")
        self.insert(self.end(source), f".model_dump(), {more}}}")
        return True

    def rename(self, old: str, new: str) -> None:
        """Say another name in all that is put in, where the module means something else by the old one."""
        word = re.compile(rf"(?<![\w.\"']){re.escape(old)}\b")
        self._made = [(start, end, word.sub(new, text)) for start, end, text in self._made]

    def made(self) -> str:
        """Return the module with the changes; those at one place keep their order."""
        data = self._bytes
        order = sorted(enumerate(self._made), key=lambda one: (one[1][0], one[1][1], one[0]))
        for _, (start, end, text) in reversed(order):
            data = data[:start] + text.encode() + data[end:]
        return self.code[: self._mark] + data.decode()

    @property
    def any(self) -> bool:
        """Whether anything is changed."""
        return bool(self._made)


def _arguments(call: ast.Call) -> list[ast.expr | ast.keyword]:
    return [*call.args, *call.keywords]
