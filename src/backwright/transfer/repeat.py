"""Many-to-many code, repeated: what an exemplar says of its one link is said of each new one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import libcst as cst

from backwright.spec.names import Names
from backwright.transfer.rename import RenameCode, Renaming

Node = TypeVar("Node", bound=cst.CSTNode)


def repeat_links(code: str, link: Names, words: Sequence[Names]) -> str:
    """Return the code with every statement and element about `link` once for each of `words`.

    A statement is about the link if it defines, assigns or tests something named by it; an
    element (an argument, an item, an imported name) if it is a mere name or string.
    """
    tree = cst.parse_module(code)
    return tree.with_changes(body=_Repeater(link, words).body(tree.body)).code


class _Repeater(cst.CSTTransformer):
    def __init__(self, link: Names, words: Sequence[Names]) -> None:
        super().__init__()
        self.words = words
        self.old = Renaming(((link, link),))
        self.renames = [RenameCode(Renaming(((link, word),))) for word in words]

    def body(self, statements: Sequence[cst.BaseStatement]) -> list[cst.BaseStatement]:
        """Return a body's statements, those about the link once for each word."""
        out: list[cst.BaseStatement] = []
        for statement in statements:
            if self._is_about(statement):
                out += [_visited(statement, rename) for rename in self.renames]
            else:
                out.append(self._inside(statement))
        return out

    def _inside(self, node: cst.BaseStatement) -> cst.BaseStatement:
        if isinstance(node, cst.SimpleStatementLine):
            return _visited(node, self)
        block = getattr(node, "body", None)
        if not isinstance(block, cst.IndentedBlock):
            return node
        return node.with_changes(body=block.with_changes(body=self.body(block.body)))

    def _is_about(self, node: cst.BaseStatement) -> bool:
        if isinstance(node, cst.FunctionDef):
            return self.old.finds(node.name.value)
        if isinstance(node, cst.If):
            return self._mentions(node.test)
        if isinstance(node, cst.SimpleStatementLine) and isinstance(node.body[0], cst.Assign):
            return any(self._mentions(t.target) for t in node.body[0].targets)
        return False

    def _mentions(self, node: cst.CSTNode) -> bool:
        return self.old.finds(cst.Module([]).code_for_node(node))

    def leave_Set(self, original_node: cst.Set, updated_node: cst.Set) -> cst.Set:
        elements = [c for e in updated_node.elements for c in self._copies(e, e.value)]
        return updated_node.with_changes(elements=elements)

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        args = [c for a in updated_node.args for c in self._copies(a, a.value)]
        return updated_node.with_changes(args=args)

    def leave_ImportFrom(
        self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom
    ) -> cst.ImportFrom:
        if isinstance(updated_node.names, cst.ImportStar):
            return updated_node
        names = [c for a in updated_node.names for c in self._copies(a, a.name)]
        return updated_node.with_changes(names=names)

    def _copies(self, node: Node, value: cst.CSTNode) -> list[Node]:
        is_leaf = isinstance(value, cst.Name | cst.Attribute | cst.SimpleString)
        if not (is_leaf and self._mentions(value)):
            return [node]
        copies = [_visited(node, rename) for rename in self.renames]
        comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
        return [*(c.with_changes(comma=comma) for c in copies[:-1]), copies[-1]]


def _visited(node: Node, transformer: cst.CSTTransformer) -> Node:
    visited = node.visit(transformer)
    if isinstance(visited, cst.RemovalSentinel | cst.FlattenSentinel):
        raise TypeError("a renaming removes nothing")
    return visited
