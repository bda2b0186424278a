"""What may be shown of files and values that hold secrets."""

from __future__ import annotations

import re

_HIDDEN = "…"
_SECRET = re.compile(r"(?i)secret|passw|pwd|token|private|salt|credential|api_?key|_key$|^key$")
_IN_URL = re.compile(r"(?P<before>://[^:/@\s]*:)[^@\s]+(?=@)")
_LINE = re.compile(
    r"^(?P<before>[ +-]\s*(?:export\s+)?(?P<name>[A-Za-z_]\w*)\s*=\s*)(?P<value>.+)$"
)
_FILE = re.compile(r"^diff --git a/(?P<file>\S+)")
_GIVEN = re.compile(r"input_value=.*?(?=, input_type=)", re.DOTALL)


def masked_diff(diff: str) -> str:
    """Return a diff without the values of secrets that files of variables give."""
    is_env = False
    lines = []
    for line in diff.splitlines(keepends=True):
        if begins := _FILE.match(line):
            is_env = ".env" in begins["file"].rpartition("/")[2]
        lines.append(_masked_line(line) if is_env else line)
    return "".join(lines)


def _masked_line(line: str) -> str:
    end = "\n" if line.endswith("\n") else ""
    found = _LINE.match(line.rstrip("\n"))
    if found is None or line.startswith(("+++", "---")):
        return line
    return f"{found['before']}{masked(found['name'], found['value'])}{end}"


def masked(name: str, value: str) -> str:
    """Return a variable's value as it may be shown: no secret, no password in a URL."""
    return _HIDDEN if _SECRET.search(name) else _IN_URL.sub(rf"\g<before>{_HIDDEN}", value)


def without_passwords(text: str) -> str:
    """Return words without the passwords of the URLs in them."""
    return _IN_URL.sub(rf"\g<before>{_HIDDEN}", text)


def without_values(text: str) -> str:
    """Return the words of a settings class's error without what it was given."""
    return _GIVEN.sub(f"input_value={_HIDDEN}", text)
