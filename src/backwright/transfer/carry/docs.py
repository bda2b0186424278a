"""Docstrings: what is said of each parameter is said of the new ones; a test says what it is about."""

from __future__ import annotations

import re
from collections.abc import Mapping

import libcst as cst

from backwright.spec.names import article, names_of
from backwright.transfer.carry.marks import code_of
from backwright.transfer.carry.values import Work

_ENTRY = r"^(?P<head>\s*(?::param\s+(?:[\w\[\]|. ]+\s)?)?){name}(?P<tail>\s*(?:\([^)]*\))?\s*:)"


def documented(work: Work, node: cst.FunctionDef) -> cst.FunctionDef:
    """Return a function whose docstring has an entry for each new parameter that old ones had."""
    text = node.get_docstring(clean=False)
    columns = [f.column for f in work.likeness.columns]
    names = {p.name.value for p in (*node.params.params, *node.params.kwonly_params)}
    if text is None or not names & set(columns):
        return node
    kinds = _kinds(node)
    if work.extends:
        return _with_more(work, node, text, {c: kinds[c] for c in columns if c in names})
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
            made += [_said(work, line, entry, c, kinds[c]) for c in columns if c in names]
        said.add(entry)
    return _with_docstring(node, text, "\n".join(made)) if said else node


def _kinds(node: cst.FunctionDef) -> dict[str, str]:
    """Return the types of a function's parameters, as they are written."""
    params = (*node.params.params, *node.params.kwonly_params)
    return {p.name.value: code_of(p.annotation.annotation) if p.annotation else "" for p in params}


def _with_more(
    work: Work, node: cst.FunctionDef, text: str, columns: Mapping[str, str]
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
    made = [_said(work, lines[last], number, c, kind) for c, kind in columns.items()]
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


def _said(work: Work, line: str, number: int, column: str, kind: str) -> str:
    """Return a field's line: its own type, and words that say no other field.

    Where the old field's words do not name it, they cannot be turned into the new one's.
    """
    old, human = work.facts.fields[number].name, names_of(column).human
    found = re.match(_ENTRY.format(name=old), line)
    assert found is not None  # noqa: S101
    rest = line[found.end() :]
    said = re.sub(rf"\b{re.escape(names_of(old).human)}\b", human, rest)
    if rest.strip() and said == rest:
        lead, end = (
            rest[: len(rest) - len(rest.lstrip())],
            "." if rest.rstrip().endswith(".") else "",
        )
        noun = work.facts.new.human
        ending = rest[len(rest.rstrip()) :]
        said = f"{lead}{human.capitalize()} of the {noun}{end}{ending}"
    tail = re.sub(r"\([^)]*\)", lambda _: f"({kind})", found["tail"]) if kind else found["tail"]
    return f"{found['head']}{column}{tail}{said}"


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
    if "\r\n" in string.raw_value:  # which a text that is read has not
        new = new.replace("\n", "\r\n")
    raw = string.with_changes(value=string.value.replace(string.raw_value, new, 1))
    line = first.with_changes(body=[expression.with_changes(value=raw)])
    return node.with_changes(body=node.body.with_changes(body=[line, *node.body.body[1:]]))
