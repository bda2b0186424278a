"""Texts with a place for each field: `"Post(title=%s)" % (self.title, …)` gets one for each new."""

from __future__ import annotations

import re

import libcst as cst

from backwright.transfer.carry.marks import code_of, fields_in
from backwright.transfer.carry.values import Work

_PLACE = re.compile(r"%[-+# 0]*\d*(?:\.\d+)?[srdif]")
_STRINGS = re.compile(r"""^([a-zA-Z]*)("{3}|'{3}|"|')(.*)\2$""", re.DOTALL)


def with_places(
    work: Work, old: cst.BinaryOperation, new: cst.BinaryOperation
) -> cst.BinaryOperation:
    """Return a text with as many places as there are values for it, once these were repeated."""
    before, after = old.right, new.right
    if not isinstance(before, cst.Tuple) or not isinstance(after, cst.Tuple):
        return new
    if not isinstance(old.left, cst.SimpleString) or before.deep_equals(after):
        return new
    if fields_in(after) and not work.extends:  # some of it is left out yet
        return new
    quoted = _STRINGS.match(old.left.value)
    names = [_said(work, e) for e in before.elements]
    places = _PLACE.findall(quoted[3]) if quoted else []
    if quoted is None or len(places) != len(names):
        return new
    made = _text(quoted[3], names, [_said(work, e) for e in after.elements])
    text = f"{quoted[1]}{quoted[2]}{made}{quoted[2]}"
    return new.with_changes(left=old.left.with_changes(value=text))


def _said(work: Work, element: cst.BaseElement) -> str:
    """Return what a value is called: the field's name, else the attribute's."""
    numbers = sorted(fields_in(element))
    return work.name(numbers[0]) if numbers else code_of(element.value).rpartition(".")[2]


def _text(text: str, old: list[str], new: list[str]) -> str:
    """Return a text that says each new value as it said the old ones."""
    between = _PLACE.split(text)
    said = [
        re.sub(rf"\b{re.escape(n)}\b", "{}", b, count=1) for n, b in zip(old, between, strict=False)
    ]
    first, rest = said[0], said[1] if len(said) > 1 else f", {said[0].rpartition('(')[2]}"
    there, leads = "", [first, *[rest] * (len(new) - 1)]
    if new[: len(old)] == old:  # what is said already stays as it is
        there, leads = text.removesuffix(between[-1]), [rest] * (len(new) - len(old))
        new = new[len(old) :]
    made = (f"{lead.replace('{}', n)}%s" for lead, n in zip(leads, new, strict=True))
    return f"{there}{''.join(made)}{between[-1]}"
