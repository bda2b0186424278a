"""Sample rows: the values that an exemplar's tests and factories write down, told apart.

A row is what one dict or one call writes down of the exemplar's fields. Each row that differs gets
a number, and new sample values are asked for by number: what a test expects of a row is then what
the new row was made with.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

import libcst as cst

from backwright.transfer.carry.items import is_literal, item_field
from backwright.transfer.carry.marks import code_of

Content = tuple[tuple[int, str], ...]


@dataclass
class Rows:
    """The rows of all parts: by the node that writes them down, and by what they hold.

    `apart` says that no two rows may be alike (the new resource has a unique field and the old
    one has none), so that a row written down twice is two rows. `parts` are the fields that a
    function writes down alone, to change them: field → row. `twins` are rows that are written down
    more than once: what is sent, and what is expected.
    """

    apart: bool
    is_whole: Callable[[Collection[int]], bool]
    is_all: Callable[[Collection[int]], bool]
    numbers: dict[cst.CSTNode, int] = field(default_factory=dict)
    contents: dict[str, list[tuple[Content, int, cst.CSTNode]]] = field(default_factory=dict)
    changes: set[cst.CSTNode] = field(default_factory=set)
    parts: dict[str, dict[int, int]] = field(default_factory=dict)
    lists: dict[cst.CSTNode, set[int]] = field(default_factory=dict)
    twins: set[cst.CSTNode] = field(default_factory=set)
    shared: int = 0

    def collect(self, trees: Iterable[cst.Module]) -> None:
        """Number the rows; those outside of tests come first, since tests use them."""
        collector = _Collector()
        for tree in trees:
            collector.scope = ""
            tree.visit(collector)
        self.changes, self.lists = collector.changes, collector.lists
        found = sorted(collector.found, key=lambda f: f[0].startswith("test_"))
        for scope, node, content in found:
            self._add(scope if scope.startswith("test_") else "", node, content)

    def _add(self, scope: str, node: cst.CSTNode, content: Content) -> None:
        known = self.contents.setdefault(scope, [])
        brothers = self.lists.get(node)
        number = next((n for c, n, _ in known if _agree(c, content)), None)
        if number is not None and self.apart and brothers and number in brothers:
            number = None  # rows side by side in a list are several rows
        if number is None:
            begin = self.shared if scope and self.apart else 0
            number = begin + len({n for _, n, _ in known})
            number += not number and not self.is_one(node, [n for n, _ in content])
        same = {other for _, n, other in known if n == number}
        self.twins |= {node, *same} if same else set()
        known.append((content, number, node))
        self.numbers[node] = number
        if brothers is not None:
            brothers.add(number)
        if not scope:
            self.shared = max(self.shared, number + 1)
        if not self.is_one(node, [n for n, _ in content]):
            self.parts.setdefault(scope, {}).update({n: number for n, _ in content})

    def is_one(self, node: cst.CSTNode, numbers: Collection[int]) -> bool:
        """Tell whether what a node writes down is a whole row, and not what is changed of one."""
        return self.is_whole(numbers) and (node not in self.changes or self.is_all(numbers))

    def number(self, node: cst.CSTNode) -> int:
        """Return the number of the row that a node writes down."""
        return self.numbers.get(node, 0)

    def find(self, scope: str, number: int, literal: str) -> int | None:
        """Return the last row, in a function or outside of tests, in which a field has a value."""
        for place in (scope, ""):
            for content, row, _ in reversed(self.contents.get(place, [])):
                if (number, literal) in content:
                    return row
        return None

    def renewed(self, scope: str, number: int, said: Mapping[int, str], row: int) -> int:
        """Return the row that a change of `row` makes, where that is written as a whole row.

        Args:
            scope: the function.
            number: a field of which the change says nothing: the exemplar's stays as it was.
            said: what is expected, by field; what only the change says shows that it was made.
            row: the row in which the field has the value that is expected.
        """
        known = self.contents.get(scope, [])
        first = max((i for i, (_, r, _) in enumerate(known) if r == row), default=-1)
        made = {self.find(scope, n, literal) for n, literal in said.items() if n != number}
        for content, other, node in reversed(known[first + 1 :]):
            numbers = [n for n, _ in content]
            if other in made and number not in numbers and self._is_filled(node, numbers):
                return other
        return row

    def _is_filled(self, node: cst.CSTNode, numbers: Collection[int]) -> bool:
        """Tell whether all new fields are written where some old ones are."""
        elements = node.elements if isinstance(node, cst.Dict) else ()
        is_starred = any(isinstance(e, cst.StarredDictElement) for e in elements)
        return not is_starred and self.is_one(node, numbers)


def _agree(one: Content, other: Content) -> bool:
    """Tell whether two say the same of a row, one of them perhaps more."""
    left, right = dict(one), dict(other)
    common = left.keys() & right.keys()
    return len(common) == min(len(left), len(right)) and all(left[n] == right[n] for n in common)


class _Collector(cst.CSTVisitor):
    def __init__(self) -> None:
        super().__init__()
        self.scope = ""
        self.changes: set[cst.CSTNode] = set()
        self.sent: set[str] = set()
        self.lists: dict[cst.CSTNode, set[int]] = {}
        self.found: list[tuple[str, cst.CSTNode, Content]] = []

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        name = node.name.value
        is_test = name.startswith("test_") and not any(
            "fixture" in code_of(d) for d in node.decorators
        )
        if not self.scope and is_test:
            self.scope = name
            self.sent = set(re.findall(r"\.patch\([^=]*(?:json|data)=(\w+)", code_of(node)))

    def leave_FunctionDef(self, original_node: cst.FunctionDef) -> None:
        if self.scope == original_node.name.value:
            self.scope = ""

    def visit_List(self, node: cst.List) -> None:
        brothers: set[int] = set()
        self.lists |= {e.value: brothers for e in node.elements}

    def visit_Assign(self, node: cst.Assign) -> None:
        target = node.targets[0].target
        if isinstance(target, cst.Name) and target.value in self.sent:
            self.changes.add(node.value)

    def visit_Dict(self, node: cst.Dict) -> None:
        values = {item_field(e): e.value for e in node.elements if isinstance(e, cst.DictElement)}
        self._note(node, values)

    def visit_Call(self, node: cst.Call) -> None:
        if code_of(node.func).endswith(".patch"):
            self.changes |= {a.value for a in node.args}
        self._note(node, {item_field(a): a.value for a in node.args if a.keyword})

    def _note(self, node: cst.CSTNode, values: dict[int | None, cst.BaseExpression]) -> None:
        content = tuple(
            (number, code_of(value))
            for number, value in sorted(values.items(), key=lambda v: v[0] or 0)
            if number is not None and is_literal(value)
        )
        if content:
            self.found.append((self.scope, node, content))
