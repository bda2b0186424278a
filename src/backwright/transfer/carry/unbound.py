"""New fields said by a bare name, where nothing has that name: such a function is not given them."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar

import libcst as cst
import libcst.matchers as m

from backwright.transfer.carry.values import Work

Item = TypeVar("Item", cst.Arg, cst.DictElement)


def without_unbound(work: Work, tree: cst.Module) -> cst.Module:
    """Take out `rank=rank` and `"rank": rank` where a function has no `rank`, and note it.

    Such a function takes some of the fields one by one; what it makes has the default of the others.
    """
    columns = frozenset(f.column for f in work.likeness.columns)
    top = _bound(tree, deep=False)
    return tree.visit(_Unbound(work, columns - top))


def _bound(node: cst.CSTNode, *, deep: bool = True) -> set[str]:
    """Return the names that a function, or a module's top level, gives a meaning."""
    if not deep and isinstance(node, cst.Module):
        names = set()
        for statement in node.body:
            if isinstance(statement, cst.FunctionDef | cst.ClassDef):
                names.add(statement.name.value)
            else:
                names |= _bound(statement)
        return names
    found = m.findall(
        node, m.Param() | m.AssignTarget() | m.AnnAssign() | m.CompFor() | m.For() | m.AsName()
        | m.ImportAlias() | m.NamedExpr(),
    )  # fmt: skip
    names = set()
    for one in found:
        for part in ("name", "target"):
            names |= _names(getattr(one, part, None))
    return names


def _names(node: object) -> set[str]:
    if isinstance(node, cst.Name):
        return {node.value}
    if isinstance(node, cst.Tuple | cst.List):
        return {n for e in node.elements for n in _names(e.value)}
    return set()


class _Unbound(cst.CSTTransformer):
    def __init__(self, work: Work, columns: Collection[str]) -> None:
        super().__init__()
        self.work = work
        self.columns = columns
        self.bound: list[set[str]] = []
        self.names: list[str] = []

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self.bound.append(_bound(node))
        self.names.append(node.name.value)

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        self.bound.pop()
        self.names.pop()
        return updated_node

    def leave_Arg(
        self, original_node: cst.Arg, updated_node: cst.Arg
    ) -> cst.Arg | cst.RemovalSentinel:
        keyword = updated_node.keyword
        return self._kept(updated_node, keyword.value if keyword else None)

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        """What was put behind the last argument takes its comma along."""
        if len(updated_node.args) == len(original_node.args) or not updated_node.args:
            return updated_node
        *rest, last = updated_node.args
        if not m.matches(last.comma, m.Comma(whitespace_after=m.SimpleWhitespace())):
            return updated_node
        return updated_node.with_changes(
            args=[*rest, last.with_changes(comma=cst.MaybeSentinel.DEFAULT)]
        )

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine | cst.RemovalSentinel:
        """A test expects nothing of a value that it has not got: `assert row.rank == rank`."""
        small = updated_node.body[0]
        if not isinstance(small, cst.Assert) or not isinstance(small.test, cst.Comparison):
            return updated_node
        left, right = small.test.left, small.test.comparisons[0].comparator
        name = right.value if isinstance(right, cst.Name) else ""
        is_of_it = isinstance(left, cst.Attribute) and left.attr.value == name
        known = any(name in names for names in self.bound)
        if not self.bound or not is_of_it or name not in self.columns or known:
            return updated_node
        return cst.RemoveFromParent()

    def leave_DictElement(
        self, original_node: cst.DictElement, updated_node: cst.DictElement
    ) -> cst.DictElement | cst.RemovalSentinel:
        key = updated_node.key
        text = key.evaluated_value if isinstance(key, cst.SimpleString) else None
        return self._kept(updated_node, text if isinstance(text, str) else None)

    def _kept(self, item: Item, name: str | None) -> Item | cst.RemovalSentinel:
        value = item.value
        is_bare = isinstance(value, cst.Name) and value.value == name
        if not is_bare or not self.bound or name not in self.columns:
            return item
        if any(name in names for names in self.bound):
            return item
        function = self.names[-1]
        self.work.note(
            self.work.line_of(function),
            f"`{function}` is not given {name}: hand it on where it is to be set",
        )
        return cst.RemoveFromParent()
