"""Code in the quotes that a host uses."""

from __future__ import annotations

import io
import tokenize


def in_quotes(code: str, quote: str) -> str:
    """Return code with its plain strings in the host's quotes, where they hold none themselves."""
    if quote == '"' or '"' not in code:
        return code
    lines = code.splitlines(keepends=True)
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
    except (tokenize.TokenError, IndentationError):
        return code
    for token in reversed(tokens):
        plain = token.type == tokenize.STRING and token.string.startswith('"')
        if not plain or token.string.startswith('"""') or token.start[0] != token.end[0]:
            continue
        inner = token.string[1:-1]
        if "'" in inner or "\\" in inner or '"' in inner:
            continue
        row = token.start[0] - 1
        line = lines[row]
        lines[row] = f"{line[: token.start[1]]}'{inner}'{line[token.end[1] :]}"
    return "".join(lines)
