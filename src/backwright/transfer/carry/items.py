"""Items that stand side by side: arguments, entries, elements, parameters, statements.

What an exemplar says once for each of its fields is an item with a mark. New items are copies of
the one that is most alike, in the layout of those that stood there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

import libcst as cst
import libcst.matchers as m

from backwright.transfer.carry.marks import MARK, code_of, field_of, fields_in, is_enum

Node = TypeVar("Node", bound=cst.CSTNode)
Item = TypeVar("Item", bound=cst.CSTNode)


class _Named(cst.CSTTransformer):
    def __init__(self, names: Mapping[int, str]) -> None:
        super().__init__()
        self.names = names

    def _text(self, text: str) -> str:
        return MARK.sub(lambda m: m[0] if m[3] or m[4] else self.names.get(int(m[2]), m[0]), text)

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.Name:
        return updated_node.with_changes(value=self._text(updated_node.value))

    def leave_SimpleString(
        self, original_node: cst.SimpleString, updated_node: cst.SimpleString
    ) -> cst.SimpleString:
        return updated_node.with_changes(value=self._text(updated_node.value))

    def leave_FormattedStringText(
        self, original_node: cst.FormattedStringText, updated_node: cst.FormattedStringText
    ) -> cst.FormattedStringText:
        return updated_node.with_changes(value=self._text(updated_node.value))


def named(node: Node, names: Mapping[int, str]) -> Node:
    """Return a tree whose marks of the fields given are these names."""
    if not fields_in(node) & names.keys():
        return node
    made = node.visit(_Named(names))
    assert not isinstance(made, cst.RemovalSentinel | cst.FlattenSentinel)  # noqa: S101
    return made


class _Replace(cst.CSTTransformer):
    def __init__(self, wanted: Callable[[cst.CSTNode], cst.CSTNode | None]) -> None:
        super().__init__()
        self.wanted = wanted

    def on_leave(self, original_node: cst.CSTNode, updated_node: cst.CSTNode) -> cst.CSTNode:  # type: ignore[override]
        return self.wanted(original_node) or updated_node


def replaced(node: Node, wanted: Callable[[cst.CSTNode], cst.CSTNode | None]) -> Node:
    """Return a tree in which every node that `wanted` gives another for is that other."""
    made = node.visit(_Replace(wanted))
    assert not isinstance(made, cst.RemovalSentinel | cst.FlattenSentinel)  # noqa: S101
    return made


def is_access(node: cst.CSTNode, number: int) -> bool:
    """Tell whether an expression is the plain value of a field: `x.f`, `x["f"]`, `x.get("f")`."""
    if isinstance(node, cst.Name):
        return field_of(node.value) == number
    if isinstance(node, cst.Attribute):
        return field_of(node.attr.value) == number and not fields_in(node.value)
    if isinstance(node, cst.Subscript):
        return _key(node.slice[0].slice) == number and not fields_in(node.value)
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.args:
        is_get = node.func.attr.value in ("get", "pop")
        return is_get and _string(node.args[0].value) == number
    return False


def access(node: cst.CSTNode, number: int) -> cst.BaseExpression | None:
    """Return the first plain value of a field within an expression."""
    if is_access(node, number):
        assert isinstance(node, cst.BaseExpression)  # noqa: S101
        return node
    return next((a for child in node.children if (a := access(child, number))), None)


def _key(index: cst.CSTNode) -> int | None:
    return _string(index.value) if isinstance(index, cst.Index) else None


def _string(node: cst.CSTNode) -> int | None:
    return field_of(node.raw_value) if isinstance(node, cst.SimpleString) else None


def item_field(item: cst.CSTNode) -> int | None:
    """Return the field that an item stands for, if it stands for one."""
    if isinstance(item, cst.Arg):
        if item.keyword:
            return field_of(item.keyword.value)
        return _column(item.value)
    if isinstance(item, cst.DictElement):
        return _string(item.key)
    if isinstance(item, cst.Element):
        return (
            _string(item.value) if isinstance(item.value, cst.SimpleString) else _column(item.value)
        )
    if isinstance(item, cst.Param):
        return field_of(item.name.value)
    return None


def _column(value: cst.CSTNode) -> int | None:
    """Return the field of `Item.title`, or of `title` where tuples of variables are made."""
    if isinstance(value, cst.Attribute):
        return field_of(value.attr.value)
    return field_of(value.value) if isinstance(value, cst.Name) else None


def spread(
    items: Sequence[Item],
    slots: Sequence[int],
    new: Sequence[Item],
    lead: cst.CSTNode,
    *,
    keep: bool = False,
) -> list[Item]:
    """Return items with those at `slots` replaced by new ones, laid out as the others are.

    Args:
        items: all items of a bracket.
        slots: where those stand that speak of fields.
        new: what takes their place.
        lead: the whitespace after the opening bracket: where it breaks the line, so does each item.
        keep: the old ones stay, and the new ones follow them.
    """
    if keep and slots:
        return _laid_out(items, [*items[: slots[-1] + 1], *new, *items[slots[-1] + 1 :]], lead)
    if not items:
        return list(new)
    # what was remarked on an old item is not so of a new one
    items = [replaced(i, without_remark) if n in slots else i for n, i in enumerate(items)]
    new = [replaced(i, without_remark) for i in new]
    at = slots[0] if slots else len(items)
    before = [i for n, i in enumerate(items) if n < at and n not in slots]
    after = [i for n, i in enumerate(items) if n >= at and n not in slots]
    return _laid_out(items, [*before, *new, *after], lead)


def without_remark(node: cst.CSTNode) -> cst.CSTNode | None:
    """Return the end of a line without its comment; None for anything else."""
    if not isinstance(node, cst.TrailingWhitespace) or node.comment is None:
        return None
    return node.with_changes(comment=None, whitespace=cst.SimpleWhitespace(""))


def _laid_out(items: Sequence[Item], made: list[Item], lead: cst.CSTNode) -> list[Item]:
    if not made:
        return made
    between = _separator(items, lead)
    ends = ("comma", "whitespace_after_arg")  # what stands before the closing bracket
    last = {name: getattr(items[-1], name) for name in ends if hasattr(items[-1], name)}
    inner = {name: getattr(items[0], name) for name in ends[1:] if hasattr(items[0], name)}
    inside = [i.with_changes(**inner) if i is items[-1] else i for i in made[:-1]]
    laid_out = [i.with_changes(comma=_comma(i, between)) for i in inside]
    return [*laid_out, made[-1].with_changes(**last)]


def _comma(item: cst.CSTNode, between: cst.Comma) -> cst.Comma:
    """Keep a comma's comment; else the layout is that of the neighbors."""
    comma = getattr(item, "comma", None)
    has_comment = isinstance(comma, cst.Comma) and "#" in code_of(comma)
    return comma if has_comment and isinstance(comma, cst.Comma) else between


def _separator(items: Sequence[cst.CSTNode], lead: cst.CSTNode) -> cst.Comma:
    for item in items[:-1]:
        comma = getattr(item, "comma", None)
        if isinstance(comma, cst.Comma) and "#" not in code_of(comma):
            return comma
    space = lead if isinstance(lead, cst.ParenthesizedWhitespace) else cst.SimpleWhitespace(" ")
    return cst.Comma(whitespace_after=space)


def is_literal(node: cst.CSTNode) -> bool:
    """Tell whether an expression is a value written down: text, number, True, None, a list of such."""
    if isinstance(node, cst.SimpleString | cst.Integer | cst.Float | cst.ConcatenatedString):
        return not fields_in(node)
    if isinstance(node, cst.Name):
        return node.value in ("True", "False", "None")
    if isinstance(node, cst.UnaryOperation):
        return is_literal(node.expression)
    if isinstance(node, cst.BinaryOperation):
        return is_literal(node.left) and is_literal(node.right)
    if isinstance(node, cst.List | cst.Tuple):
        return all(is_literal(e.value) for e in node.elements)
    if isinstance(node, cst.Dict):
        return not fields_in(node) and all(is_literal(e.value) for e in node.elements)
    if isinstance(node, cst.Attribute):  # a member of the field's enum
        return is_enum(node.value)
    return False


def functions_in(node: cst.CSTNode) -> Iterator[cst.FunctionDef]:
    """Yield every function of a tree, methods and those within others, too, in their order."""
    for found in m.findall(node, m.FunctionDef()):
        yield cst.ensure_type(found, cst.FunctionDef)


_TEXT = re.compile(r"""[rbuf]?("[^"\n]*"|'[^'\n]*'|\bTrue\b|\bFalse\b|\bNone\b)""")


def shape(node: cst.CSTNode) -> str:
    """Return a node's code with every field and every written-down value made alike."""
    text = re.sub(r"""["']F["']""", "<F>", MARK.sub("F", code_of(node)))
    return re.sub(r"== [-\d.]+$", "== L", " ".join(_TEXT.sub("L", text).split()))
