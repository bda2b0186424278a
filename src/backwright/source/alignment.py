"""Lines that go on under an opening bracket: they move with it, when names before it change.

```python
task = get_task_by_id(db,
                      task_id)
```
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

# A form feed at the end of an indent means nothing to Python, and nobody writes one there.
_FEED = "\f"
_FED = re.compile(r"(?P<indent>[ \t]+)(?P<feeds>\f{1,2})(?=\S)")
_OPENING, _CLOSING = "([{", ")]}"
_IDLE = (tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT)
_STRING_STARTS, _STRING_ENDS = ("FSTRING_START", "TSTRING_START"), ("FSTRING_END", "TSTRING_END")


@dataclass(frozen=True, slots=True)
class _Continued:
    """A line that begins within a bracket: its first token, and where the bracket stands.

    `leads` tells that something stands behind the bracket on its line, so that it is aligned to.
    """

    line: int
    column: int
    is_closing: bool
    bracket: tuple[int, int]
    leads: bool


def with_marks(code: str) -> str:
    """Return code in which each line that is aligned with an opening bracket is marked so.

    It means the same to Python; `aligned` takes the marks away.
    """
    if _FEED in code:
        return code
    lines = code.split("\n")
    for one in _continued(code):
        beyond = one.column - one.bracket[1]
        if one.leads and beyond == 1:
            lines[one.line] = _fed(lines[one.line], one.column, _FEED)
        elif one.leads and beyond == 0 and one.is_closing:
            lines[one.line] = _fed(lines[one.line], one.column, _FEED * 2)
    return "\n".join(lines)


def aligned(code: str) -> str:
    """Return code without marks, its marked lines aligned with their brackets once more."""
    lines = code.split("\n")
    marked = {i: found for i, line in enumerate(lines) if (found := _FED.match(line))}
    if not marked:
        return code
    brackets = {one.line: one for one in _continued(code) if one.leads}
    moved: dict[int, int] = {}  # how far the code on a line has moved
    for index, found in marked.items():
        indent = found["indent"]
        one = brackets.get(index)
        if one is not None:
            begin = one.bracket[1] + moved.get(one.bracket[0], 0) + 2 - len(found["feeds"])
            indent = indent.rstrip(" ").ljust(begin)
        lines[index] = indent + lines[index][found.end() :]
        moved[index] = len(indent) - found.end()
    return "\n".join(lines)


def _fed(line: str, column: int, feeds: str) -> str:
    return line[:column] + feeds + line[column:] if line[:column].isspace() else line


def _continued(code: str) -> Iterator[_Continued]:
    """Yield the lines that begin within brackets, from 0; none where the code cannot be read."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(code, newline="").readline))
    except (tokenize.TokenError, SyntaxError):
        return
    opened: list[tuple[tuple[int, int], bool]] = []
    texts = last = 0
    for index, token in enumerate(tokens):
        line, column = token.start[0] - 1, token.start[1]
        begins = line > last and token.type not in (tokenize.NL, tokenize.NEWLINE)
        if begins and opened and not texts:
            yield _Continued(line, column, token.string in _CLOSING, *opened[-1])
        if begins:
            last = line
        last = max(last, token.end[0] - 1) if token.type == tokenize.STRING else last
        kind = tokenize.tok_name[token.type]
        texts += (kind in _STRING_STARTS) - (kind in _STRING_ENDS)
        if token.type == tokenize.OP and token.string in _OPENING:
            opened.append(((line, column), _leads(tokens, index)))
        elif token.type == tokenize.OP and token.string in _CLOSING and opened:
            opened.pop()


def _leads(tokens: list[tokenize.TokenInfo], index: int) -> bool:
    following = tokens[index + 1]
    return following.start[0] == tokens[index].start[0] and following.type not in _IDLE
