"""Parametrized tests: the names and rows that a test is run with."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from backwright.spec.types import FieldSpec
from backwright.transfer.carry.marks import MARK, code_of, field_of
from backwright.transfer.carry.values import Work, made_in_tests, sample


def parametrized(work: Work, node: cst.Call) -> cst.Call:
    """Return a `parametrize("title, content", [(…), (…)])` with new names and samples in its rows."""
    if not code_of(node.func).endswith("parametrize") or len(node.args) < 2:
        return node
    names = _names(node.args[0].value)
    table = node.args[1].value
    slots = [i for i, name in enumerate(names) if field_of(name) is not None]
    numbers = {n for name in names if (n := field_of(name)) is not None}
    if len(slots) < 2 or not work.likeness.is_row(numbers) or not isinstance(table, cst.List):
        return node
    fields = [f for f in made_in_tests(work.likeness.columns) if f.kind != "ref"]
    rows = [_row(work, e, i, slots, fields) for i, e in enumerate(table.elements)]
    if not all(rows):
        return node
    at = slots[-1] + 1 if work.extends else slots[0]
    rest = [n for i, n in enumerate(names) if work.extends or i not in slots]
    made = [*rest[:at], *(f.column for f in fields), *rest[at:]]
    quote = '"' if '"' in code_of(node.args[0].value) else "'"
    first = node.args[0].with_changes(value=cst.SimpleString(f"{quote}{', '.join(made)}{quote}"))
    elements = [e for e in rows if e is not None]
    second = node.args[1].with_changes(value=table.with_changes(elements=elements))
    return node.with_changes(args=[first, second, *node.args[2:]])


def _names(node: cst.BaseExpression) -> list[str]:
    if isinstance(node, cst.List | cst.Tuple):
        return [code_of(e.value).strip("\"'") for e in node.elements]
    is_said = isinstance(node, cst.SimpleString) and MARK.search(node.value)
    return [n.strip() for n in code_of(node).strip("\"'").split(",")] if is_said else []


def _row(
    work: Work,
    element: cst.BaseElement,
    number: int,
    slots: Sequence[int],
    fields: Sequence[FieldSpec],
) -> cst.BaseElement | None:
    """Return a row with samples in place of the old fields' values."""
    if not isinstance(element.value, cst.Tuple):
        return None
    old = element.value.elements
    at = slots[-1] + 1 if work.extends else slots[0]
    rest = [e for i, e in enumerate(old) if work.extends or i not in slots]
    values = [cst.Element(sample(work, f, number, json=True)) for f in fields]
    comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    made = [e.with_changes(comma=comma) for e in (*rest[:at], *values, *rest[at:])]
    made[-1] = made[-1].with_changes(
        comma=cst.Comma() if len(made) == 1 else cst.MaybeSentinel.DEFAULT
    )
    return element.with_changes(value=element.value.with_changes(elements=made))
