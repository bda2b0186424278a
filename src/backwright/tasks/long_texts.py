"""Docstrings and comments that a longer name has made longer than any line of their like."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator

from backwright.source.fallback import tree_of

_DEFINED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def with_broken_texts(code: str, longest: int) -> str:
    """Return a module whose docstrings and comments have no line longer than this, if they can.

    Args:
        code: the module.
        longest: the most letters of a line.
    """
    lines = code.split("\n")
    if all(len(line) <= longest for line in lines):
        return code
    texts, comments = set(_docstring_lines(code)), set(_comment_lines(code))
    made: list[str] = []
    for number, line in enumerate(lines, 1):
        mark = "# " if number in comments else ""
        is_text = number in texts or mark
        made += _broken(line, longest, mark) if is_text and len(line) > longest else [line]
    return "\n".join(made)


def _docstring_lines(code: str) -> Iterator[int]:
    for node in ast.walk(tree_of(code)):
        if isinstance(node, _DEFINED) and ast.get_docstring(node, clean=False) is not None:
            text = node.body[0]
            yield from range(text.lineno, (text.end_lineno or text.lineno) + 1)


def _comment_lines(code: str) -> Iterator[int]:
    """Yield the lines that are comments; of directives (`# noqa`) every word counts."""
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        alone = token.line.lstrip().startswith("#")
        if token.type == tokenize.COMMENT and alone and ":" not in token.string[:14]:
            yield token.start[0]


def _broken(line: str, longest: int, mark: str) -> list[str]:
    """Return the line as two: items of a list go on under their text."""
    text = line.lstrip()
    margin = line[: len(line) - len(text)]
    under = "  " if text.startswith(("- ", "* ")) else ""
    cut = line.rfind(" ", len(margin) + len(mark) + 20, longest + 1)
    if cut < 0:
        return [line]
    rest = f"{margin}{mark}{under}{line[cut + 1 :]}"
    return [line[:cut], *([rest] if len(rest) <= longest else _broken(rest, longest, mark))]
