"""Docstrings of classes that list their attributes: the list is of those that the class has now."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import libcst as cst

from backwright.spec.names import capitalized, names_of
from backwright.transfer.carry.marks import code_of
from backwright.transfer.carry.placing import declared
from backwright.transfer.carry.values import Work

_ENTRY = re.compile(
    r"^(?P<lead>\s+(?:[-*]\s+)?(?::(?:i?var|param)\s+)?)(?P<name>[a-z_]\w*)"
    r"(?P<type>\s*\([^)]*\))?(?P<colon>\s*:\s+)(?P<text>\S.*)$"
)
_OPTIONAL = re.compile(r"^Optional\[(.*)\]$|^(.*?)\s*\|\s*None$")
_MAPPED = re.compile(r"^(?:\w+\.)?Mapped\[(.*)\]$")
_COLUMN = re.compile(r"^\w+\s*=\s*(?:\w+\.)*(?:Column|mapped_column|relationship|Relationship)\(")


@dataclass(frozen=True)
class _List:
    """The lines of a docstring that list attributes: where, which, and the form of an entry."""

    start: int
    end: int
    kept: Mapping[str, Sequence[str]]
    form: re.Match[str]


def attributes_listed(work: Work, old: cst.ClassDef, new: cst.ClassDef) -> cst.ClassDef:
    """Return a class whose docstring lists the new attributes in the place of the exemplar's.

    Args:
        work: the part being carried over.
        old: the class with the exemplar's fields, as marks.
        new: the same class with the new fields.
    """
    text = new.get_docstring(clean=False)
    if text is None or not isinstance(new.body, cst.IndentedBlock):
        return new
    lines = text.split("\n")
    there = _attributes(new)
    found = _listed(lines, _names(work, old), there)
    if found is None:
        return new
    start, names = found.start, list(there)
    if work.extends:  # what is there is its people's
        start, names = found.end, [f.column for f in work.facts.new_fields if f.column in there]
    made = [
        line
        for name in names
        for line in found.kept.get(name) or [_entry(work, found, name, there)]
    ]
    told = "\n".join([*lines[:start], *made, *lines[found.end :]])
    first = cst.ensure_type(new.body.body[0], cst.SimpleStatementLine)
    string = cst.ensure_type(first.body[0], cst.Expr).value
    if not isinstance(string, cst.SimpleString) or told == text:
        return new
    quoted = string.with_changes(value=string.value.replace(string.raw_value, told, 1))
    line = first.with_changes(body=[cst.Expr(quoted)])
    return new.with_changes(body=new.body.with_changes(body=[line, *new.body.body[1:]]))


def _listed(lines: Sequence[str], old: set[str], there: Mapping[str, str]) -> _List | None:
    """Find the list that has an entry for one of the old fields at least."""
    entries = [(i, match) for i, line in enumerate(lines) if (match := _ENTRY.match(line))]
    first = next((match for _, match in entries if match["name"] in old), None)
    if first is None:
        return None
    same = [(i, match) for i, match in entries if match["lead"] == first["lead"]]
    start, end = same[0][0], same[-1][0] + 1
    indent = len(first["lead"])
    while end < len(lines) and lines[end].strip() and _indent(lines[end]) > indent:
        end += 1
    bounds = [i for i, _ in same] + [end]
    kept = {
        match["name"]: lines[i : bounds[n + 1]]
        for n, (i, match) in enumerate(same)
        if match["name"] in there and match["name"] not in old
    }
    return _List(start, end, kept, first)


def _entry(work: Work, found: _List, name: str, there: Mapping[str, str]) -> str:
    form = found.form
    kind = there[name]
    optional = _OPTIONAL.match(kind)
    said = (optional[1] or optional[2]) if optional else kind
    more = ", optional" if optional and "optional" in (form["type"] or "") else ""
    typed = f" ({said}{more})" if form["type"] and said else ""
    end = "." if form["text"].rstrip().endswith(".") else ""
    human, noun = names_of(name).human, work.facts.new.human
    text = f"{capitalized(human)} of the {noun}{end}"
    if said == "bool":
        text = f"Whether the {noun} is {human.removeprefix('is ')}{end}"
    return f"{form['lead']}{name}{typed}{form['colon']}{text}"


def _attributes(node: cst.ClassDef) -> dict[str, str]:
    """Return what a class declares, with the types that are written there."""
    found: dict[str, str] = {}
    for statement in node.body.body:
        for small in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
            if isinstance(small, cst.AnnAssign) and isinstance(small.target, cst.Name):
                kind = code_of(small.annotation.annotation).strip()
                mapped = _MAPPED.match(kind)
                found[small.target.value] = mapped[1] if mapped else kind
            elif isinstance(small, cst.Assign) and _COLUMN.match(code_of(small)):
                found[code_of(small.targets[0].target)] = ""
    return {name: kind for name, kind in found.items() if name != "model_config"}


def _names(work: Work, node: cst.ClassDef) -> set[str]:
    """Return the names of the exemplar's fields that a class declares."""
    numbers = [n for s in node.body.body if (n := declared(s)) is not None]
    return {work.name(number) for number in numbers}


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
