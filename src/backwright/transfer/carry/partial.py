"""Tests that speak of some fields alone, such as one that changes a title: of their successors."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import libcst as cst

from backwright.spec.types import FieldSpec
from backwright.transfer.carry.docs import reworded
from backwright.transfer.carry.expected import expectation
from backwright.transfer.carry.items import is_literal, item_field, named
from backwright.transfer.carry.marks import MARK, code_of, fields_in
from backwright.transfer.carry.values import Work, sample


def pass_on_test(work: Work, node: cst.FunctionDef) -> cst.FunctionDef:
    """Return a test whose mentions of single old fields are of new ones that are alike."""
    successors = {
        n: f
        for n in sorted(fields_in(node))
        if n < len(work.facts.fields) and (f := work.likeness.successor(n)) is not None
    }
    if not successors:
        return node
    made = node.visit(_Successors(work, node.name.value, successors))
    assert isinstance(made, cst.FunctionDef)  # noqa: S101
    return made


def renamed_test(work: Work, node: cst.FunctionDef) -> cst.FunctionDef:
    """Return a test whose name says the new field where it said the old one."""
    kept = work.facts.new_names
    name = node.name.value
    words: dict[str, str] = {}
    for number, old in enumerate(work.facts.fields):
        new = work.likeness.successor(number)
        if new is not None and old.name not in kept:
            told = re.sub(rf"(?<=_){old.name}(?=_|$)", new.column, name)
            words |= {old.name: new.column} if told != name else {}
            name = told
    if name == node.name.value:
        return node
    work.former[name] = node.name.value
    return reworded(node, words).with_changes(name=cst.Name(name))


class _Successors(cst.CSTTransformer):
    def __init__(self, work: Work, scope: str, fields: Mapping[int, FieldSpec]) -> None:
        super().__init__()
        self.work = work
        self.scope = scope
        self.fields = fields

    def leave_Dict(self, original_node: cst.Dict, updated_node: cst.Dict) -> cst.Dict:
        made = self._items(updated_node.elements)
        return updated_node.with_changes(elements=made)

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        return updated_node.with_changes(args=self._items(updated_node.args))

    def _items(self, items: Sequence[cst.CSTNode]) -> list[cst.CSTNode]:
        made: list[cst.CSTNode] = []
        said: set[str] = set()
        for item in items:
            number = item_field(item)
            value = getattr(item, "value", None)
            new = self.fields.get(number) if number is not None else None
            if number is None or new is None or isinstance(item, cst.Element):
                made.append(item)
            elif new.column not in said and isinstance(value, cst.BaseExpression):
                said.add(new.column)
                made.append(self._item(item, number, new, value))
        if made and len(made) < len(items):
            made[-1] = made[-1].with_changes(comma=getattr(items[-1], "comma", None))
        return made

    def _item(
        self, item: cst.CSTNode, number: int, new: FieldSpec, value: cst.BaseExpression
    ) -> cst.CSTNode:
        """A value written down is the new field's; a row that is changed has another than before."""
        is_json = isinstance(item, cst.DictElement)
        if is_literal(value):
            row = self.work.rows.find(self.scope, number, code_of(value))
            if row is None:
                row = self.work.rows.parts.get(self.scope, {}).get(number, 1)
            value = sample(self.work, new, row, json=is_json)
        return named(item.with_changes(value=value), {number: new.column})

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.BaseStatement | cst.RemovalSentinel:
        numbers = fields_in(updated_node)
        in_address = re.search(rf"[?&]{MARK.pattern}", code_of(updated_node))
        if len(numbers) != 1 or not numbers <= self.fields.keys() or in_address:
            return updated_node
        (number,) = numbers
        if not isinstance(updated_node.body[0], cst.Assert):
            return named(updated_node, {number: self.fields[number].column})
        label = self.work.likeness.label()
        told = (self.fields[number], *([label] if label else []))
        like = {number: updated_node}
        made = next((m for f in told if (m := expectation(self.work, self.scope, like, f))), None)
        if made is None:
            return updated_node
        return made.with_changes(leading_lines=updated_node.leading_lines)
