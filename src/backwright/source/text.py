"""Splicing: insert and replace whole lines of a file, leaving every other byte as it is."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Splice:
    """Replace the lines `start` to `end` (from 1, `end` exclusive) with `text`.

    `start == end` inserts before line `start`. `text` holds whole lines, with LF.
    """

    start: int
    end: int
    text: str


def splice(code: str, splices: Iterable[Splice]) -> str:
    """Apply splices that do not overlap; new lines take the file's own line ending."""
    lines = code.splitlines(keepends=True)
    newline = line_ending(code)
    edits = sorted(splices, key=lambda s: (s.start, s.end), reverse=True)
    is_open = bool(lines) and not lines[-1].endswith(("\n", "\r"))
    is_extended = any(edit.end > len(lines) for edit in edits)
    if is_open:
        lines[-1] += newline
    for edit in edits:
        lines[edit.start - 1 : edit.end - 1] = [edit.text.replace("\n", newline)]
    text = "".join(lines)
    return text.removesuffix(newline) if is_open and not is_extended else text


def line_ending(code: str) -> str:
    """Return the line ending that the first line has."""
    return "\r\n" if "\r\n" in code[: code.find("\n") + 1] else "\n"


def decode(data: bytes) -> str:
    """Return a source file's text; a byte order mark stays as the first character."""
    return data.decode("utf-8")


def encode(text: str) -> bytes:
    """Return the bytes of a source file's text."""
    return text.encode("utf-8")


def without_bom(text: str) -> str:
    """Return text that a parser takes, without a byte order mark."""
    return text.removeprefix(codecs.BOM_UTF8.decode("utf-8"))


def lines_between(code: str, start: int, end: int) -> str:
    """Return the lines `start` to `end` (from 1, both inclusive) with LF endings."""
    return "".join(f"{line}\n" for line in code.splitlines()[start - 1 : end])


def indent_by(text: str, indent: str) -> str:
    """Return text with every line that is not empty moved right."""
    return "".join(
        f"{indent}{line}" if line.strip() else line for line in text.splitlines(keepends=True)
    )


def joined(blocks: Sequence[str], *, blank: int) -> str:
    """Join blocks of code with blank lines between, each ended by one newline."""
    gap = "\n" * blank
    return gap.join(block.strip("\n") + "\n" for block in blocks)
