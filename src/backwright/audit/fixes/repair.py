"""Repairs as data: which bytes of which files become what. Nothing is written here."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from backwright.audit.sources import FunctionNode, Source

Spot = tuple[int, int]
Need = tuple[str, str, str]  # the file that imports, the module, the name


@dataclass(frozen=True, slots=True)
class Edit:
    """Text in the place of what stands between two spots of a file.

    Spots are those of `ast`: lines from 1, columns in bytes.
    """

    file: str
    start: Spot
    end: Spot
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """How a finding is mended.

    Attributes:
        edits: What is written; all of it or nothing.
        imports: What the files then import in addition.
        safe: Whether it may be made without a review.
    """

    edits: tuple[Edit, ...]
    imports: tuple[Need, ...] = ()
    safe: bool = True


def needs(file: str, names: Iterable[tuple[str, str]]) -> tuple[Need, ...]:
    """Return imports of a file from pairs of module and name."""
    return tuple((file, module, name) for module, name in sorted(set(names)))


def replaced(source: Source, node: ast.expr | ast.stmt | ast.arg, text: str) -> Edit:
    """Return the edit that puts text in the place of a node."""
    return Edit(source.file, start_of(node), end_of(node), text)


def inserted(source: Source, spot: Spot, text: str) -> Edit:
    """Return the edit that puts text at a spot."""
    return Edit(source.file, spot, spot, text)


def start_of(node: ast.expr | ast.stmt | ast.arg | ast.excepthandler | ast.keyword) -> Spot:
    """Return where a node begins."""
    return node.lineno, node.col_offset


def end_of(node: ast.expr | ast.stmt | ast.arg | ast.excepthandler | ast.keyword) -> Spot:
    """Return where a node ends."""
    return node.end_lineno or node.lineno, node.end_col_offset or 0


def margin(source: Source, line: int) -> str:
    """Return what a line is indented by."""
    text = source.lines[line - 1]
    return text[: len(text) - len(text.lstrip())]


def step(source: Source) -> str:
    """Return by what a body of the module is indented."""
    for one in source.functions:
        inner, outer = margin(source, one.body[0].lineno), margin(source, one.lineno)
        if one.body[0].lineno > one.lineno and inner.startswith(outer) and inner != outer:
            return inner.removeprefix(outer)
    return "    "


def segment(source: Source, start: Spot, end: Spot) -> str:
    """Return what stands between two spots."""
    lines = source.text.splitlines(keepends=True)
    first, last = (lines[spot[0] - 1].encode() for spot in (start, end))
    if start[0] == end[0]:
        return first[start[1] : end[1]].decode()
    middle = "".join(lines[start[0] : end[0] - 1])
    return first[start[1] :].decode() + middle + last[: end[1]].decode()


def written(source: Source, node: ast.expr) -> str:
    """Return an expression as it stands in the source."""
    return segment(source, start_of(node), end_of(node))


def argument_added(source: Source, call: ast.Call, text: str) -> Edit:
    """Return the edit that gives a call one more argument, laid out as the others are."""
    given: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    line, column = end_of(call)
    if not given:
        return inserted(source, (line, column - 1), text)
    last = max(given, key=end_of)
    rest = segment(source, end_of(last), (line, column - 1))
    if last.lineno != call.lineno and line != end_of(last)[0]:  # an argument a line
        comma = "" if "," in rest.partition("#")[0] else ","
        below = f"\n{margin(source, last.lineno)}{text},"
        if not comma:
            at = end_of(last)[0], end_of(last)[1] + len(rest[: rest.index(",") + 1].encode())
            return inserted(source, at, below)
        return inserted(source, end_of(last), f"{comma}{below}")
    at = end_of(last)
    if rest.lstrip().startswith(")"):  # parentheses around the last argument
        at = at[0], at[1] + rest.index(")") + 1
    return inserted(source, at, f", {text}")


def result_spot(source: Source, node: FunctionNode) -> Spot | None:
    """Return where `-> …` of a function goes: behind the parenthesis of its parameters."""
    first = node.body[0]
    decorators = [one.lineno for one in getattr(first, "decorator_list", [])]
    head = segment(source, start_of(node), (min([first.lineno, *decorators]), 0))
    if first.lineno == node.lineno:
        head = segment(source, start_of(node), start_of(first))
    end = _closing(head)
    if end is None:
        return None
    before = head[:end]
    line = node.lineno + before.count("\n")
    tail = before.rpartition("\n")[2].encode()
    return (line, len(tail) + (node.col_offset if line == node.lineno else 0))


def _closing(head: str) -> int | None:
    """Return the place behind the parenthesis that closes the parameters of a `def`."""
    depth, quote, place = 0, "", head.index("(")
    while place < len(head):
        sign = head[place]
        if quote:
            if head.startswith(quote, place) and head[place - 1] != "\\":
                place += len(quote) - 1
                quote = ""
        elif sign in "'\"":
            quote = sign * 3 if head.startswith(sign * 3, place) else sign
            place += len(quote) - 1
        elif sign == "#":
            place = head.find("\n", place)
            if place < 0:
                return None
        elif sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
            if depth == 0:
                return place + 1
        place += 1
    return None
