"""Which quotes strings stand in."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.project.conventions.evidence import Evidence, Source, Vote
from backwright.project.conventions.registry import convention


@convention("quotes")
def quotes(evidence: Evidence) -> Iterator[Vote]:
    """Give a vote for each string that could as well stand in the other quotes."""
    for source in evidence.sample:
        yield from _votes(evidence, source)


def _votes(evidence: Evidence, source: Source) -> Iterator[Vote]:
    lines = source.text.encode().splitlines()
    parts = {id(part) for node in evidence.nodes(source, ast.JoinedStr) for part in node.values}
    for node in evidence.nodes(source, ast.Constant):
        text = node.value
        if not isinstance(text, str) or id(node) in parts or "'" in text or '"' in text:
            continue
        mark = _mark(lines, node)
        if mark:
            yield Vote("double" if mark == b'"' else "single", source.file, node.lineno)


def _mark(lines: list[bytes], node: ast.AST) -> bytes:
    """Return the quote that a string literal begins with, empty for triple quotes."""
    line, column = getattr(node, "lineno", 0), getattr(node, "col_offset", 0)
    if not 0 < line <= len(lines):
        return b""
    start = lines[line - 1][column:].lstrip(b"rbuRBU")
    if start[:3] in {b'"""', b"'''"}:
        return b""
    return start[:1] if start[:1] in {b'"', b"'"} else b""
