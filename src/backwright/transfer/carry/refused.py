"""Tests of what must be refused: a row that lacks a required field, or has a bad value."""

from __future__ import annotations

import re

import libcst as cst

from backwright.spec.types import FieldSpec
from backwright.transfer.carry.items import is_literal
from backwright.transfer.carry.likeness import family
from backwright.transfer.carry.marks import code_of
from backwright.transfer.carry.values import Values, Work, made_in_tests, sample, value_of

_STATUS = re.compile(r"\b(422|HTTP_422\w*|UNPROCESSABLE_\w+)\b")
Entries = list[tuple[str, cst.BaseExpression]]


def is_refused(work: Work, function: cst.FunctionDef) -> bool:
    """Tell whether a test sends what must be refused."""
    return work.part.role == "test" and _STATUS.search(code_of(function.body)) is not None


def refused_values(
    work: Work, values: Values, row: int, *, differs: bool = False
) -> Entries | None:
    """Return the entries of a row that must be refused as the exemplar's is; None: no such row.

    Args:
        work: the part.
        values: what the exemplar's row holds.
        row: its number.
        differs: only what is bad is written down, the rest stands elsewhere.
    """
    fields = made_in_tests(work.likeness.columns)
    suspects = [n for n, value in values.items() if _is_suspect(work, n, value)]
    if suspects and differs:
        victim = _victim(work, fields, suspects[0])
        return [(victim.column, _bad(work, victim))] if victim else None
    if differs:
        return None
    if suspects:
        return _with_bad(work, fields, suspects[0], values, row)
    required = [i for i, f in enumerate(work.facts.fields) if f.required]
    missing = [i for i in required if i not in values]
    if not missing:  # whole and good: what is refused is something else, such as the caller
        made = ((f, value_of(work, f, values, row=row, json=True)) for f in fields)
        return [(f.column, v) for f, v in made if v is not None]
    left_out = [f for f in fields if f.required]
    if not left_out:
        return None
    successor = work.likeness.successor(missing[0])
    alike = [f for f in left_out if f == successor or _alike(work, f, missing[0])]
    victim = min(alike, key=lambda f: f != successor) if alike else left_out[-1]
    return [(f.column, _good(work, f, values, row)) for f in fields if f is not victim]


def _with_bad(
    work: Work, fields: list[FieldSpec], suspect: int, values: Values, row: int
) -> Entries | None:
    """Give the field most like the suspect a value that it must not have."""
    victim = _victim(work, fields, suspect)
    if victim is None:
        return None
    bad = _bad(work, victim)
    return [(f.column, bad if f is victim else _good(work, f, values, row)) for f in fields]


def _victim(work: Work, fields: list[FieldSpec], suspect: int) -> FieldSpec | None:
    """Return the field that must have the bad value."""
    successor = work.likeness.successor(suspect)
    ordered = sorted(fields, key=lambda f: (f != successor, not _alike(work, f, suspect)))
    return next((f for f in ordered if work.writer.bad(f)), None)


def _bad(work: Work, victim: FieldSpec) -> cst.BaseExpression:
    return cst.parse_expression(work.use(work.writer.bad(victim)[0]))


def _good(work: Work, new: FieldSpec, values: Values, row: int) -> cst.BaseExpression:
    links = {n: v for n, v in values.items() if work.facts.are_alike(new, work.facts.fields[n])}
    made = value_of(work, new, links, row=row, json=True) if new.kind == "ref" else None
    return made or sample(work, new, row, json=True)


def _alike(work: Work, new: FieldSpec, number: int) -> bool:
    return family(new.kind) == family(work.facts.fields[number].kind)


def _is_suspect(work: Work, number: int, value: cst.BaseExpression) -> bool:
    """Tell whether a value is none of its field's kind, or an empty or a very long text."""
    kind = work.facts.fields[number].kind
    code = code_of(value)
    if not is_literal(value):
        return isinstance(value, cst.BinaryOperation)
    if code == "None":
        return not work.facts.fields[number].nullable
    if family(kind) == family("str"):
        is_text = isinstance(value, cst.SimpleString | cst.ConcatenatedString)
        return not is_text or code in ('""', "''") or len(code) > 200 or code.strip("\"' ") == ""
    if kind in ("int", "float"):
        is_number = isinstance(value, cst.Integer | cst.Float)
        return not is_number
    return kind == "bool" and code not in ("True", "False")
