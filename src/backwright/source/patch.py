"""Putting text in the places of spots of a file, every other byte as it is."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Mapping

from backwright.source.imports import add_imports
from backwright.source.text import line_ending

Spot = tuple[int, int]


def patched(
    data: bytes,
    edits: Iterable[tuple[Spot, Spot, str]],
    imports: Mapping[str, set[str]],
    width: int = 88,
) -> bytes:
    """Return a file with texts in the places of spots, and with imports that it lacks.

    Args:
        data: the file, in UTF-8.
        edits: where each begins and ends (lines from 1, columns in bytes), and its text with LF;
            those at one spot keep their order.
        imports: module → names, as `add_imports` takes them.
        width: the longest line of an import.

    Raises:
        UnicodeDecodeError: the file is not in UTF-8.
    """
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    data = data.removeprefix(mark)
    newline = line_ending(data.decode("utf-8")).encode()
    starts = [0]
    for line in data.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    placed = [
        (starts[start[0] - 1] + start[1], starts[end[0] - 1] + end[1], number, text)
        for number, (start, end, text) in enumerate(edits)
    ]
    for start, end, _, text in sorted(placed, reverse=True):
        data = data[:start] + text.encode().replace(b"\n", newline) + data[end:]
    if imports:
        data = add_imports(data.decode("utf-8"), dict(imports), width=width).encode()
    return mark + data
