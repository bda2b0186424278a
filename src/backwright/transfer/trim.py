"""Trimming one statement: arguments, elements and docstring lines that speak of doomed names."""

from __future__ import annotations

import re
from typing import TypeVar

import libcst as cst
import libcst.matchers as m

Node = TypeVar("Node", bound=cst.CSTNode)


class _Finder(cst.CSTVisitor):
    def __init__(self, doomed: set[str]) -> None:
        super().__init__()
        self.doomed = doomed
        self.found = False

    def visit_Name(self, node: cst.Name) -> None:
        self.found = self.found or node.value in self.doomed

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        """An attribute's own name is no reference: only what it is taken from."""
        node.value.visit(self)
        return False

    def visit_Arg(self, node: cst.Arg) -> bool:
        """A keyword is a name of the function that is called."""
        node.value.visit(self)
        return False

    def visit_SimpleString(self, node: cst.SimpleString) -> None:
        """A string annotation such as `list["Task"]` refers as well."""
        self.found = self.found or node.raw_value in self.doomed


def refers(node: cst.CSTNode, doomed: set[str]) -> bool:
    """Tell whether a tree reads one of the names."""
    finder = _Finder(doomed)
    node.visit(finder)
    return finder.found


def trim(node: Node, doomed: set[str]) -> Node:
    """Return a statement without the arguments and elements that refer to doomed names."""
    trimmed = node.visit(_Trimmer(doomed))
    assert not isinstance(trimmed, cst.RemovalSentinel | cst.FlattenSentinel)  # noqa: S101
    return trimmed


class _Trimmer(cst.CSTTransformer):
    def __init__(self, doomed: set[str]) -> None:
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
        return updated_node.with_changes(elements=self._elements(updated_node.elements))

    def leave_Tuple(self, original_node: cst.Tuple, updated_node: cst.Tuple) -> cst.Tuple:
        return updated_node.with_changes(elements=self._elements(updated_node.elements))

    def leave_Set(self, original_node: cst.Set, updated_node: cst.Set) -> cst.Set:
        elements = self._elements(updated_node.elements)
        return updated_node.with_changes(elements=elements) if elements else updated_node

    def leave_Dict(self, original_node: cst.Dict, updated_node: cst.Dict) -> cst.Dict:
        kept = [e for e in updated_node.elements if not refers(e, self.doomed)]
        return updated_node.with_changes(elements=kept)

    def _elements(self, elements: object) -> list[cst.BaseElement]:
        assert isinstance(elements, list | tuple)  # noqa: S101
        return [e for e in elements if not refers(e, self.doomed)]


def _is_constraint(node: cst.Call) -> bool:
    """Arguments of `where(…)` and the like are a list of conditions, none of them essential."""
    return isinstance(node.func, cst.Attribute) and node.func.attr.value in (
        "where",
        "filter",
        "order_by",
    )


def trim_docstring(node: cst.BaseStatement, doomed: set[str]) -> cst.BaseStatement:
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


def _without_entries(text: str, doomed: set[str]) -> str:
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
