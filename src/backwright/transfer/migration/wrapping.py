"""Breaking long SQL texts of a migration, which no formatter does."""

from __future__ import annotations

import re

_TEXT = re.compile(
    r'^(?P<indent> *)(?P<call>op\.execute\()?"(?P<text>(?:[^"\\]|\\.)*)"(?P<end>\)?)$'
)


def wrap_texts(code: str, width: int) -> str:
    """Return code in which a text alone on a line that is too long stands on several.

    Args:
        code: the revision's module.
        width: the longest line, in characters.
    """
    return "".join(_wrapped(line, width) for line in code.splitlines(keepends=True))


def _wrapped(line: str, width: int) -> str:
    found = _TEXT.match(line.rstrip("\r\n"))
    if found is None or len(line.rstrip("\r\n")) <= width:
        return line
    indent = found["indent"] + ("    " if found["call"] else "")
    pieces = _pieces(found["text"], width - len(indent) - 2)
    if len(pieces) < 2:
        return line
    end = line[len(line.rstrip("\r\n")) :]
    inner = end.join(f'{indent}"{piece}"' for piece in pieces)
    if found["call"]:
        return f"{found['indent']}op.execute({end}{inner}{end}{found['indent']}){end}"
    return f"{inner}{found['end']}{end}"


def _pieces(text: str, width: int) -> list[str]:
    """Return a text in pieces, each but the last with its space at the end."""
    pieces = [""]
    for word in re.findall(r" *[^ ]+ *$| *[^ ]+ |^ *$", text) or [text]:
        if pieces[-1] and len(pieces[-1]) + len(word) > width:
            pieces.append("")
        pieces[-1] += word
    return pieces
