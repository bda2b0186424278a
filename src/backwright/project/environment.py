"""Environment variables as the project's own `.env` files give them, and its examples show them."""

from __future__ import annotations

import re
from collections.abc import Callable

from backwright.project.files import Tree

_LINE = re.compile(r"^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.]*)\s*=\s*(.*?)\s*$", re.MULTILINE)
_EXAMPLE = re.compile(r"(?i)^\.?env[._-]?(example|sample|template|dist|default)|\.env$")
_PLACEHOLDER = re.compile(r"(?i)\*{3}|x{4}|[<>]|\byour|change")
_COMMENT = re.compile(r"\s+#.*$")
_REFERENCE = re.compile(r"\$\{(\w+)\}")


def read_environment(tree: Tree) -> Callable[[str], str | None]:
    """Return a look-up in the project's `.env` files, the outermost first, case-insensitive.

    The environment of this process is never looked at: a reading depends on the project alone.
    """
    values: dict[str, str] = {}
    files = [file for file in tree.configuration if file.rpartition("/")[2] == ".env"]
    for file in sorted(files, key=lambda one: (one.count("/"), one)):
        for name, value in parse(tree.text(file) or "").items():
            values.setdefault(name.lower(), value)
    return lambda name: values.get(name.lower())


def read_examples(tree: Tree) -> Callable[[str], tuple[str, str] | None]:
    """Return a look-up of what `.env.example` and the like show, with the file; not placeholders."""
    values: dict[str, tuple[str, str]] = {}
    names = {file: file.rpartition("/")[2] for file in tree.configuration}
    files = [file for file, name in names.items() if name != ".env" and _EXAMPLE.search(name)]
    for file in sorted(files, key=lambda one: (one.count("/"), one)):
        for name, value in parse(tree.text(file) or "").items():
            if value and not _PLACEHOLDER.search(value):
                values.setdefault(name.lower(), (value, file))
    return lambda name: values.get(name.lower())


def parse(text: str) -> dict[str, str]:
    """Return the variables of a `.env` file; quotes, comments and `${NAME}` are understood."""
    values: dict[str, str] = {}

    def meant(found: re.Match[str]) -> str:
        return values.get(found[1], found[0])

    for name, raw in _LINE.findall(text):
        if raw[:1] in {'"', "'"} and raw.find(raw[0], 1) > 0:
            value = raw[1 : raw.find(raw[0], 1)]
        else:
            value = _COMMENT.sub("", raw)
        values[name] = _REFERENCE.sub(meant, value)
    return values
