"""Trimming one statement: arguments, elements, conditions and docstring lines that are doomed."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import TypeVar

import libcst as cst
import libcst.matchers as m

Node = TypeVar("Node", bound=cst.CSTNode)


@lru_cache(maxsize=200_000)
def spoken(node: cst.CSTNode) -> frozenset[str]:
    """Return every name that a tree reads, `.name` for attributes and keywords.

    A keyword is a name of the function that is called: an attribute, so to speak. A string may be
    an annotation such as `list["Task"]`, so it counts as a name, too.
    """
    if isinstance(node, cst.Name):
        return frozenset({node.value})
    if isinstance(node, cst.SimpleString):
        return frozenset({node.raw_value})
    if isinstance(node, cst.Attribute):
        return spoken(node.value) | {f".{node.attr.value}"}
    if isinstance(node, cst.Arg):
        keyword = {f".{node.keyword.value}"} if node.keyword else set()
        return spoken(node.value) | keyword
    return frozenset().union(*(spoken(child) for child in node.children))


def refers(node: cst.CSTNode, doomed: Collection[str]) -> bool:
    """Tell whether a tree reads one of the names."""
    return not spoken(node).isdisjoint(doomed)


def trim(node: Node, doomed: Collection[str]) -> Node:
    """Return a statement without the arguments and elements that refer to doomed names."""
    trimmed = node.visit(_Trimmer(doomed))
    assert not isinstance(trimmed, cst.RemovalSentinel | cst.FlattenSentinel)  # noqa: S101
    return trimmed


class _Trimmer(cst.CSTTransformer):
    def __init__(self, doomed: Collection[str]) -> None:
        super().__init__()
        self.doomed = doomed

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        args = updated_node.args
        kept = [a for a in args if not refers(a, self.doomed)]
        if len(kept) == len(args):
            return updated_node
        first = args[0]
        essential = first.keyword is None and refers(first, self.doomed)
        if (
            essential
            and not m.matches(first.value, m.Comparison())
            and not _is_constraint(updated_node)
        ):
            return updated_node
        if not kept and isinstance(updated_node.func, cst.Attribute):
            return updated_node.func.value
        if not kept:
            return updated_node
        kept[-1] = kept[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        return updated_node.with_changes(args=kept)

    def leave_List(self, original_node: cst.List, updated_node: cst.List) -> cst.List:
        elements = self._rows(original_node.elements, updated_node.elements)
        return updated_node.with_changes(elements=elements)

    def leave_Tuple(self, original_node: cst.Tuple, updated_node: cst.Tuple) -> cst.BaseExpression:
        elements = self._rows(original_node.elements, updated_node.elements)
        if len(elements) == 1 and len(updated_node.elements) > 1 and updated_node.lpar:
            alone = elements[0].with_changes(comma=cst.Comma())
            return updated_node.with_changes(elements=[alone])
        return updated_node.with_changes(elements=elements)

    def leave_Set(self, original_node: cst.Set, updated_node: cst.Set) -> cst.Set:
        elements = self._rows(original_node.elements, updated_node.elements)
        return updated_node.with_changes(elements=elements) if elements else updated_node

    def leave_Dict(self, original_node: cst.Dict, updated_node: cst.Dict) -> cst.Dict:
        kept = [e for e in updated_node.elements if not refers(e, self.doomed)]
        return updated_node.with_changes(elements=kept)

    def leave_IfExp(self, original_node: cst.IfExp, updated_node: cst.IfExp) -> cst.BaseExpression:
        """A choice that depends on something doomed is made: as if it were not there."""
        if not refers(updated_node.test, self.doomed):
            return updated_node
        body, orelse = updated_node.body, updated_node.orelse
        if refers(body, self.doomed) != refers(orelse, self.doomed):
            return orelse if refers(body, self.doomed) else body
        return body if is_absence(updated_node.test) else orelse

    def leave_BooleanOperation(
        self, original_node: cst.BooleanOperation, updated_node: cst.BooleanOperation
    ) -> cst.BaseExpression:
        left, right = updated_node.left, updated_node.right
        if refers(left, self.doomed) == refers(right, self.doomed):
            return updated_node
        return right if refers(left, self.doomed) else left

    def leave_CompFor(self, original_node: cst.CompFor, updated_node: cst.CompFor) -> cst.CompFor:
        return updated_node.with_changes(
            ifs=[c for c in updated_node.ifs if not refers(c, self.doomed)]
        )

    def _rows(
        self, before: Sequence[cst.BaseElement], after: Sequence[cst.BaseElement]
    ) -> list[cst.BaseElement]:
        """Keep the elements that do not refer; of a table's rows only those that never did."""
        is_table = len(before) > 1 and all(isinstance(e.value, cst.Tuple) for e in before)
        judged = before if is_table else after
        return [e for e, old in zip(after, judged, strict=True) if not refers(old, self.doomed)]


def is_absence(test: cst.BaseExpression) -> bool:
    """Tell whether a condition is `not x` or `x is None`: true where there is no x."""
    return m.matches(
        test,
        m.UnaryOperation(operator=m.Not())
        | m.Comparison(
            comparisons=[m.ComparisonTarget(operator=m.Is(), comparator=m.Name("None"))]
        ),
    )


def _is_constraint(node: cst.Call) -> bool:
    """Arguments of `where(…)` and the like are a list of conditions, none of them essential."""
    return isinstance(node.func, cst.Attribute) and node.func.attr.value in (
        "where",
        "filter",
        "order_by",
    )


def trim_docstring(node: cst.BaseStatement, doomed: Collection[str]) -> cst.BaseStatement:
    """Return a docstring statement without the entries of its sections that name doomed things."""
    if not m.matches(node, m.SimpleStatementLine(body=[m.Expr(value=m.SimpleString())])):
        return node
    assert isinstance(node, cst.SimpleStatementLine)  # noqa: S101
    expression = cst.ensure_type(node.body[0], cst.Expr)
    string = cst.ensure_type(expression.value, cst.SimpleString)
    text = _without_entries(string.value, doomed)
    if text == string.value:
        return node
    return node.with_changes(body=[expression.with_changes(value=string.with_changes(value=text))])


def _without_entries(text: str, doomed: Collection[str]) -> str:
    lines = text.split("\n")
    kept: list[str] = []
    skipping: int | None = None
    for line in lines:
        entry = re.match(r"(\s+)(\w+):", line)
        indent = len(line) - len(line.lstrip())
        if entry and entry[2] in doomed:
            skipping = indent
            continue
        if skipping is not None and line.strip() and indent > skipping:
            continue
        skipping = None
        kept.append(line)
    return _without_empty_sections(kept)


def _without_empty_sections(lines: list[str]) -> str:
    kept: list[str] = []
    for number, line in enumerate(lines):
        following = lines[number + 1 :][:1]
        indent = len(line) - len(line.lstrip())
        is_header = re.fullmatch(r"\s*(Raises|Args|Returns|Yields):", line)
        if is_header and not (
            following and len(following[0]) - len(following[0].lstrip()) > indent
        ):
            while kept and not kept[-1].strip():
                kept.pop()
            continue
        kept.append(line)
    text = "\n".join(kept)
    closing = re.sub(r'\n\s*"""$', '"""', text)
    return closing if "\n" not in closing else text
