"""Reading source that is newer than the running interpreter.

`ast` knows the syntax of the Python it runs on. Newer syntax is rewritten here into older
syntax with the same meaning for a reader, on the same lines, and given to `ast` again: first
by line, which is quick; then by LibCST, which is imported only for that.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable

from backwright.source.text import encode, without_bom

DEEPEST = 60
LONGEST_LINE = 2_000


def _blank(found: re.Match[str]) -> str:
    """Leave out what stands in brackets; lines that it fills are joined, not lost."""
    *lines, last = found[2].split("\n")
    return found[1] + "".join(f"{' ' * (len(one) - 1)}\\\n" for one in lines) + " " * len(last)


# Each keeps what follows in its column, as far as that can be: edits are made at places of the tree.
_REWRITES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    # PEP 758: `except A, B:`
    (
        re.compile(r"^(\s*except\*? )([^(:\n]+,[^:\n]+?)( as \w+)?:", re.MULTILINE),
        lambda found: f"{found[1]}({found[2]}){found[3] or ''}:",
    ),
    # PEP 695: `def f[T](…)`, `class A[T]:`, `type Name[T] = …`
    (re.compile(r"^(\s*(?:async )?def \w+)(\[[\s\S]*?\])(?=\()", re.MULTILINE), _blank),
    (re.compile(r"^(\s*class \w+)(\[[\s\S]*?\])(?=[(:])", re.MULTILINE), _blank),
    (
        re.compile(r"^(\s*)(type )(\w+)(\[[^\n]*?\])?(?= =)", re.MULTILINE),
        lambda found: found[1] + found[3] + " " * (len(found[0]) - len(found[1] + found[3])),
    ),
    # PEP 750: `t"…{name}…"`
    (
        re.compile(r"(?<![\w\"'])([rR]?[tT]|[tT][rR])(?=[\"'])"),
        lambda found: "rf" if len(found[0]) > 1 else "f",
    ),
)


def parse_text(text: str) -> ast.Module | None:
    """Return the syntax tree of a module's text, newer syntax included, `None` if nothing reads it."""
    plain = without_bom(text)
    try:
        return ast.parse(plain)
    except (SyntaxError, ValueError):
        return parse_newer(encode(plain))


def tree_of(text: str) -> ast.Module:
    """Return the syntax tree of a module's text, newer syntax included.

    Raises:
        SyntaxError: nothing reads it.
    """
    return parse_text(text) or ast.parse(without_bom(text))


def parse_newer(content: bytes) -> ast.Module | None:
    """Return the syntax tree of source that `ast.parse` refused, `None` if nothing reads it."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    for pattern, older in _REWRITES:
        text = pattern.sub(older, text)
    found = _parsed(text)
    if found is not None or not _is_harmless(text):
        return found
    return _by_libcst(text.encode()) or _by_libcst(content)


def _is_harmless(text: str) -> bool:
    """Tell whether LibCST can be given a text: its parser overflows the stack on deep nesting."""
    depth = deepest = longest = length = 0
    for character in text:
        length = 0 if character == "\n" else length + 1
        longest = max(longest, length)
        if character in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in ")]}":
            depth -= 1
    return deepest <= DEEPEST and longest <= LONGEST_LINE


def _parsed(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _by_libcst(content: bytes) -> ast.Module | None:
    from backwright.source.older_syntax import in_older_syntax

    text = in_older_syntax(content)
    return None if text is None else _parsed(text)
