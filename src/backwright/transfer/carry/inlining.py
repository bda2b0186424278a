"""Values that a test names first (`updated_title = "x"`) are written where they are used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import libcst as cst
import libcst.matchers as m

from backwright.transfer.carry.items import is_literal, item_field, replaced
from backwright.transfer.carry.marks import fields_in

_Item = TypeVar("_Item", cst.Arg, cst.DictElement)


def inlined(tree: cst.Module) -> cst.Module:
    """Return a test module's tree with the values of fields that variables hold written in place."""
    return replaced(tree, _function)


def _function(node: cst.CSTNode) -> cst.CSTNode | None:
    if not isinstance(node, cst.FunctionDef):
        return None
    values = _values(node)
    if not values:
        return None
    made = node.visit(_Inline(values))
    assert isinstance(made, cst.FunctionDef)  # noqa: S101
    return made.visit(_Unused(values))  # type: ignore[return-value]


def _values(node: cst.FunctionDef) -> dict[str, cst.BaseExpression]:
    """Return the variables that are given a written-down value, once, and stand for a field's."""
    found: dict[str, cst.BaseExpression] = {}
    given: list[str] = []
    for assign in m.findall(node, m.Assign(targets=[m.AssignTarget(target=m.Name())])):
        target = cst.ensure_type(cst.ensure_type(assign, cst.Assign).targets[0].target, cst.Name)
        given.append(target.value)
        value = cst.ensure_type(assign, cst.Assign).value
        if not fields_in(target) and isinstance(value, cst.SimpleString | cst.Integer | cst.Float):
            found[target.value] = value
    wanted = _of_fields(node)
    return {n: v for n, v in found.items() if n in wanted and given.count(n) == 1}


def _of_fields(node: cst.FunctionDef) -> set[str]:
    items = m.findall(node, m.Arg(value=m.Name()) | m.DictElement(value=m.Name()))
    return {i.value.value for i in items if item_field(i) is not None}  # type: ignore[attr-defined]


class _Inline(cst.CSTTransformer):
    def __init__(self, values: Mapping[str, cst.BaseExpression]) -> None:
        super().__init__()
        self.values = values

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        return self._item(updated_node)

    def leave_DictElement(
        self, original_node: cst.DictElement, updated_node: cst.DictElement
    ) -> cst.DictElement:
        return self._item(updated_node)

    def _item(self, node: _Item) -> _Item:
        value = self._value(node.value)
        is_slot = value is not None and item_field(node) is not None
        return node.with_changes(value=value) if is_slot else node

    def leave_Comparison(
        self, original_node: cst.Comparison, updated_node: cst.Comparison
    ) -> cst.Comparison:
        if not fields_in(updated_node.left):
            return updated_node
        targets = [
            t.with_changes(comparator=self._value(t.comparator) or t.comparator)
            for t in updated_node.comparisons
        ]
        return updated_node.with_changes(comparisons=targets)

    def _value(self, node: cst.BaseExpression) -> cst.BaseExpression | None:
        return self.values.get(node.value) if isinstance(node, cst.Name) else None


class _Unused(cst.CSTTransformer):
    """Removes the variables that nothing reads any more."""

    def __init__(self, values: Mapping[str, cst.BaseExpression]) -> None:
        super().__init__()
        self.values = values
        self.counts: dict[str, int] = {}

    def visit_Name(self, node: cst.Name) -> None:
        self.counts[node.value] = self.counts.get(node.value, 0) + 1

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        return replaced(updated_node, self._block)

    def _block(self, node: cst.CSTNode) -> cst.CSTNode | None:
        if not isinstance(node, cst.IndentedBlock):
            return None
        kept = [s for s in node.body if not self._is_idle(s)]
        return node.with_changes(body=kept) if len(kept) < len(node.body) else None

    def _is_idle(self, node: cst.BaseStatement) -> bool:
        if not m.matches(node, m.SimpleStatementLine(body=[m.Assign()])):
            return False
        assign = cst.ensure_type(cst.ensure_type(node, cst.SimpleStatementLine).body[0], cst.Assign)
        target = assign.targets[0].target
        is_ours = isinstance(target, cst.Name) and target.value in self.values
        return is_ours and is_literal(assign.value) and self.counts.get(target.value) == 1  # type: ignore[attr-defined]
