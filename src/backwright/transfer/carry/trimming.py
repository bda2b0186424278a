"""Trimming one statement: arguments, conditions and entries that speak of what is left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import libcst as cst

Node = TypeVar("Node", bound=cst.CSTNode)
Speaks = Callable[[cst.CSTNode], bool]
_CONDITIONS = {"where", "filter", "filter_by", "having", "and_", "or_"}
_EXTRAS = {"order_by", "options", "join", "outerjoin", "group_by", "add_columns", "selectinload"}
_LISTS = {"query", "select", "load_only"}


def trimmed(
    node: Node, speaks: Speaks, *, all_rows: bool, lost: Mapping[str, frozenset[int]]
) -> Node:
    """Return a statement without the parts that speak of what is left out.

    Args:
        node: the statement.
        speaks: tells whether a part does.
        all_rows: a query that loses all its conditions still means something (a list does; the
            search for one row does not).
        lost: the places of parameters that functions have lost, by the functions' names.
    """
    made = node.visit(_Trimmer(speaks, all_rows=all_rows, lost=lost))
    assert not isinstance(made, cst.RemovalSentinel | cst.FlattenSentinel)  # noqa: S101
    return made


def without_extras(node: Node, speaks: Speaks) -> Node:
    """Return a statement without what of its order and its loading speaks of what is left out."""
    made = node.visit(_Extras(speaks))
    assert not isinstance(made, cst.RemovalSentinel | cst.FlattenSentinel)  # noqa: S101
    return made


class _Extras(cst.CSTTransformer):
    def __init__(self, speaks: Speaks) -> None:
        super().__init__()
        self.speaks = speaks

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        kept = [
            a
            for a in updated_node.args
            if not (a.keyword and a.keyword.value == "options" and self.speaks(a))
        ]
        if len(kept) < len(updated_node.args):
            return updated_node.with_changes(args=kept)
        is_chained = isinstance(updated_node.func, cst.Attribute)
        if _called(updated_node) in ("options", "order_by") and is_chained:
            return _bare(updated_node)
        return updated_node


class _Trimmer(cst.CSTTransformer):
    def __init__(
        self, speaks: Speaks, *, all_rows: bool, lost: Mapping[str, frozenset[int]]
    ) -> None:
        super().__init__()
        self.speaks = speaks
        self.all_rows = all_rows
        self.lost = lost
        self.has_lost_join = False

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        args = updated_node.args
        name = _called(updated_node)
        positional = name in _CONDITIONS | _EXTRAS | _LISTS
        gone = self.lost.get(name, frozenset())
        kept = [
            a
            for i, a in enumerate(args)
            if not (self.speaks(a) and (a.keyword or positional or i in gone))
        ]
        if name in ("join", "outerjoin") and len(kept) < len(args):
            kept, self.has_lost_join = [], True
        if (
            name == "group_by"
            and self.has_lost_join
            and isinstance(updated_node.func, cst.Attribute)
        ):
            return _bare(updated_node)  # it was for counting what was joined
        if len(kept) == len(args):
            return updated_node
        if kept:
            last = args[-1]
            kept[-1] = kept[-1].with_changes(
                comma=last.comma, whitespace_after_arg=last.whitespace_after_arg
            )
            return updated_node.with_changes(args=kept)
        if name in _CONDITIONS and not self.all_rows:
            return updated_node
        if positional and isinstance(updated_node.func, cst.Attribute):
            return _bare(updated_node)
        return updated_node if positional else updated_node.with_changes(args=[])

    def leave_Dict(self, original_node: cst.Dict, updated_node: cst.Dict) -> cst.Dict:
        elements = self._kept(updated_node.elements)
        return updated_node.with_changes(elements=elements)

    def leave_Tuple(self, original_node: cst.Tuple, updated_node: cst.Tuple) -> cst.Tuple:
        elements = self._kept(updated_node.elements)
        if not elements and not updated_node.lpar:  # `a, b = …`: there is no tuple of nothing
            return updated_node
        if len(elements) == 1 and len(updated_node.elements) > 1:
            elements = [elements[0].with_changes(comma=cst.Comma())]
        return updated_node.with_changes(elements=elements)

    def leave_List(self, original_node: cst.List, updated_node: cst.List) -> cst.List:
        return updated_node.with_changes(elements=self._kept(updated_node.elements))

    def leave_Set(self, original_node: cst.Set, updated_node: cst.Set) -> cst.Set:
        kept = self._kept(updated_node.elements)
        return updated_node.with_changes(elements=kept) if kept else updated_node

    def leave_BooleanOperation(
        self, original_node: cst.BooleanOperation, updated_node: cst.BooleanOperation
    ) -> cst.BaseExpression:
        left, right = self.speaks(updated_node.left), self.speaks(updated_node.right)
        if left == right:
            return updated_node
        return updated_node.right if left else updated_node.left

    def leave_BinaryOperation(
        self, original_node: cst.BinaryOperation, updated_node: cst.BinaryOperation
    ) -> cst.BaseExpression:
        """`(a == x) | (b == x)` joins conditions as `or` does."""
        left, right = self.speaks(updated_node.left), self.speaks(updated_node.right)
        joins = isinstance(updated_node.operator, cst.BitOr | cst.BitAnd)
        if left == right or not joins:
            return updated_node
        return updated_node.right if left else updated_node.left

    def _kept(self, elements: Sequence[Node]) -> list[Node]:
        kept = [e for e in elements if not self.speaks(e)]
        if kept and len(kept) < len(elements):
            last = getattr(elements[-1], "comma", cst.MaybeSentinel.DEFAULT)
            kept[-1] = kept[-1].with_changes(comma=last)
        return kept


def _bare(node: cst.Call) -> cst.BaseExpression:
    """Return a chain without its last call, within the chain's own parentheses."""
    inner = cst.ensure_type(node.func, cst.Attribute).value
    return inner.with_changes(lpar=[*node.lpar, *inner.lpar], rpar=[*inner.rpar, *node.rpar])


def _called(node: cst.Call) -> str:
    if isinstance(node.func, cst.Attribute):
        return node.func.attr.value
    return node.func.value if isinstance(node.func, cst.Name) else ""
