"""Docstrings: what is said of each parameter is said of the new ones; a test says what it is about."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import libcst as cst

from backwright.spec.names import article, names_of
from backwright.transfer.carry.values import Work

_ENTRY = r"^(?P<head>\s*(?::param\s+(?:[\w\[\]|. ]+\s)?)?){name}(?P<tail>\s*(?:\([^)]*\))?\s*:)"


def documented(work: Work, node: cst.FunctionDef) -> cst.FunctionDef:
    """Return a function whose docstring has an entry for each new parameter that old ones had."""
    text = node.get_docstring(clean=False)
    columns = [f.column for f in work.likeness.columns]
    names = {p.name.value for p in (*node.params.params, *node.params.kwonly_params)}
    if text is None or not names & set(columns):
        return node
    if work.extends:
        return _with_more(work, node, text, [c for c in columns if c in names])
    lines = text.split("\n")
    made: list[str] = []
    said: set[int] = set()
    level, skipping = 0, False
    for line in lines:
        entry = _entry(work, line)
        indent = len(line) - len(line.lstrip())
        if entry is None:
            skipping = skipping and indent > level and bool(line.strip())
            made += [] if skipping else [line]
            continue
        level, skipping = indent, True
        if not said:
            made += [_said(work, line, entry, c) for c in columns if c in names]
        said.add(entry)
    return _with_docstring(node, text, "\n".join(made)) if said else node


def _with_more(
    work: Work, node: cst.FunctionDef, text: str, columns: Sequence[str]
) -> cst.FunctionDef:
    lines = text.split("\n")
    entries = [i for i, line in enumerate(lines) if _entry(work, line) is not None]
    if not entries:
        return node
    last = entries[-1]
    number = _entry(work, lines[last])
    assert number is not None  # noqa: S101
    end = last + 1
    indent = len(lines[last]) - len(lines[last].lstrip())
    while end < len(lines) and len(lines[end]) - len(lines[end].lstrip()) > indent:
        end += 1
    made = [_said(work, lines[last], number, c) for c in columns]
    return _with_docstring(node, text, "\n".join([*lines[:end], *made, *lines[end:]]))


def _entry(work: Work, line: str) -> int | None:
    """Return the old field that a line of a docstring describes."""
    kept = {f.column for f in work.facts.new_fields}
    for number, old in enumerate(work.facts.fields):
        if old.name in kept and not line.strip():
            continue
        if re.match(_ENTRY.format(name=old.name), line):
            return number
    return None


def _said(work: Work, line: str, number: int, column: str) -> str:
    old = work.facts.fields[number].name
    made = re.sub(_ENTRY.format(name=old), rf"\g<head>{column}\g<tail>", line)
    head, _, rest = made.partition(f"{column}")
    human = names_of(column).human
    return head + column + re.sub(rf"\b{re.escape(names_of(old).human)}\b", human, rest)


def reworded(node: cst.FunctionDef, words: Mapping[str, str]) -> cst.FunctionDef:
    """Return a function whose docstring says other words."""
    text = node.get_docstring(clean=False)
    if text is None:
        return node
    made = text
    for old, new in words.items():
        human = (names_of(old).human, names_of(new).human)
        for left, right in (human, (old, new), (human[0].upper(), human[1])):
            said = made
            made = re.sub(rf"\b{re.escape(left)}\b", right, made)
            if made != said:
                made = re.sub(rf"\ban? (?={re.escape(right)}\b)", f"{article(right)} ", made)
    return _with_docstring(node, text, made)


def _with_docstring(node: cst.FunctionDef, old: str, new: str) -> cst.FunctionDef:
    first = node.body.body[0]
    if old == new or not isinstance(first, cst.SimpleStatementLine):
        return node
    expression = cst.ensure_type(first.body[0], cst.Expr)
    string = expression.value
    if not isinstance(string, cst.SimpleString):
        return node
    raw = string.with_changes(value=string.value.replace(string.raw_value, new, 1))
    line = first.with_changes(body=[expression.with_changes(value=raw)])
    return node.with_changes(body=node.body.with_changes(body=[line, *node.body.body[1:]]))
