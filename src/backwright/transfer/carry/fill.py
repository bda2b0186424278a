"""Filling: what is said once for each of the exemplar's fields is said for each new one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeVar

import libcst as cst

from backwright.spec.types import FieldSpec
from backwright.transfer.carry.bodies import fill_body, is_guarded
from backwright.transfer.carry.checks import repeat_checks
from backwright.transfer.carry.classes import fill_class
from backwright.transfer.carry.docs import documented
from backwright.transfer.carry.idle import without_idle_locals
from backwright.transfer.carry.items import (
    item_field,
    named,
    replaced,
    spread,
    without_remark,
)
from backwright.transfer.carry.made_anew import made_anew
from backwright.transfer.carry.marks import code_of, field_of, fields_in, is_query
from backwright.transfer.carry.mentions import is_error, purpose
from backwright.transfer.carry.parameters import filled
from backwright.transfer.carry.parametrized import parametrized
from backwright.transfer.carry.percent import with_places
from backwright.transfer.carry.placing import Placement
from backwright.transfer.carry.refused import is_refused, refused_values
from backwright.transfer.carry.requests import sent_as_json
from backwright.transfer.carry.values import Values, Work, made_in_tests, sample, value_of

Brackets = TypeVar("Brackets", cst.List, cst.Set, cst.Tuple)
_BUILDERS = ("select", "load_only", "with_only_columns", "group_by", "returning")


class Filler(cst.CSTTransformer):
    """Fill the slots of one part's marked tree."""

    def __init__(self, work: Work, placement: Placement) -> None:
        """Keep what to fill with."""
        super().__init__()
        self.work = work
        self.placement = placement
        self.functions: list[cst.FunctionDef] = []
        self.owners: list[str] = []
        self.constants: set[str] = set()
        self.called: dict[cst.Dict, str] = {}  # the variables that dictionaries are given to
        self.decorators = 0
        self.taken_apart: set[cst.CSTNode] = set()
        self.guarded: set[cst.CSTNode] = set()  # the bodies of what only one field is asked for

    @property
    def _scope(self) -> str:
        return self.functions[0].name.value if self.functions else ""

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self.functions.append(node)

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        self.functions.pop()
        return documented(self.work, without_idle_locals(self.work, original_node, updated_node))

    def visit_Decorator(self, node: cst.Decorator) -> None:
        self.decorators += 1

    def leave_Decorator(
        self, original_node: cst.Decorator, updated_node: cst.Decorator
    ) -> cst.Decorator:
        self.decorators -= 1
        return updated_node

    # --- bodies

    def visit_Module(self, node: cst.Module) -> None:
        """Note the constants that are rows: what points to other rows is added where they are used."""
        for statement in node.body if self.work.has_samples else ():
            small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
            if isinstance(small, cst.Assign) and small.value in self.work.rows.numbers:
                self.constants.add(code_of(small.targets[0].target))

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        """`json=NOTE` must point to rows that are there: `json={**NOTE, "author_id": author.id}`."""
        value = updated_node.value
        is_sent = updated_node.keyword is not None and updated_node.keyword.value in (
            "json",
            "data",
        )
        is_constant = isinstance(value, cst.Name) and value.value in self.constants
        links = self._links()
        if not (self.functions and is_sent and is_constant and links):
            return updated_node
        starred = cst.StarredDictElement(value)
        comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
        elements = [starred.with_changes(comma=comma), *links]
        return updated_node.with_changes(value=cst.Dict(elements))

    def _links(self) -> list[cst.DictElement]:
        """Return the entries of the references that a row must have."""
        links = [f for f in made_in_tests(self.work.likeness.columns) if f.kind == "ref"]
        comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
        made = [
            cst.DictElement(
                cst.SimpleString(f'"{f.column}"'), sample(self.work, f, 0, json=True), comma=comma
            )
            for f in links
        ]
        return [*made[:-1], made[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)] if made else []

    def leave_Module(self, original_node: cst.Module, updated_node: cst.Module) -> cst.Module:
        body = fill_body(self.work, "", updated_node.body)
        return updated_node.with_changes(body=body)

    def visit_If(self, node: cst.If) -> None:
        if is_guarded(self.work, node):
            self.guarded.add(node.body)

    def leave_IndentedBlock(
        self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.IndentedBlock:
        body: Sequence[cst.BaseStatement] = updated_node.body
        if original_node not in self.guarded:
            body = fill_body(self.work, self._scope, body)
        owner = "".join(self.owners[-1:])
        if self.functions and purpose(self.functions[-1], owner) in ("make", "change"):
            body = repeat_checks(self.work, body)
        return updated_node.with_changes(body=body)

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        self.owners.append(node.name.value)

    def leave_ClassDef(
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.ClassDef:
        self.owners.pop()
        return made_anew(self.work, fill_class(self.work, self.placement, updated_node))

    def leave_BinaryOperation(
        self, original_node: cst.BinaryOperation, updated_node: cst.BinaryOperation
    ) -> cst.BinaryOperation:
        return with_places(self.work, original_node, updated_node)

    # --- items in brackets

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        if self.work.part.role == "test":
            updated_node = sent_as_json(self.work, parametrized(self.work, updated_node))
        args = updated_node.args
        function = code_of(updated_node.func)
        if is_error(function):
            return updated_node
        slots = [i for i, a in enumerate(args) if a.keyword and item_field(a) is not None]
        if slots and (not is_query(function) or self._are_passed(updated_node, slots)):
            return self._keywords(original_node, updated_node, slots)
        places = [i for i, a in enumerate(args) if not a.keyword and _variable(a) is not None]
        is_plain = function.rpartition(".")[2] not in (*_BUILDERS, "query", "order_by", "distinct")
        is_taken = len(places) > 1 or function.rpartition(".")[2] in self.work.takers
        if places and is_taken and places[-1] == len(args) - 1 and is_plain:
            return self._by_keyword(updated_node, places)
        builds = function.rpartition(".")[2] in _BUILDERS
        slots = [
            i for i, a in enumerate(args) if builds and not a.keyword and item_field(a) is not None
        ]
        numbers = {n for i in slots if (n := item_field(args[i])) is not None}
        if not self.work.likeness.is_whole(numbers):
            return updated_node
        new = [
            args[slots[0]].with_changes(value=value)
            for f in self.work.likeness.columns
            if (value := value_of(self.work, f, self._values(args, slots))) is not None
        ]
        lead = updated_node.whitespace_before_args
        return updated_node.with_changes(
            args=spread(args, slots, new, lead, keep=self.work.extends)
        )

    def _by_keyword(self, node: cst.Call, places: Sequence[int]) -> cst.Call:
        """`create(session, title, content)` hands its fields on in order: the new ones by name."""
        values = {
            n: node.args[i].value for i in places if (n := _variable(node.args[i])) is not None
        }
        if not self.work.likeness.is_row(values.keys()):
            return node
        tight = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
        new = [
            cst.Arg(keyword=cst.Name(f.column), value=value, equal=tight)
            for f in self._fields()
            if (value := value_of(self.work, f, values)) is not None
        ]
        lead = node.whitespace_before_args
        return node.with_changes(args=spread(node.args, places, new, lead, keep=self.work.extends))

    def _are_passed(self, node: cst.Call, slots: Sequence[int]) -> bool:
        """Tell whether a handler hands all its filters on: `service.search(name=name, …)`."""
        values = [node.args[i].value for i in slots]
        return len(slots) > 1 and all(isinstance(v, cst.Name) for v in values)

    def _keywords(self, old: cst.Call, node: cst.Call, slots: Sequence[int]) -> cst.Call:
        values = self._values(node.args, slots)
        if not self.work.likeness.is_row(values.keys()):
            return node
        row = self.work.rows.number(old)
        twin = old in self.work.rows.twins
        first = node.args[slots[0]]
        new = [
            first.with_changes(keyword=cst.Name(f.column), value=value)
            for f in self._fields()
            if (value := value_of(self.work, f, values, row=row, twin=twin)) is not None
        ]
        if not new:
            return node
        new += self._linked_ids(node, values, first)
        return node.with_changes(
            args=spread(node.args, slots, new, node.whitespace_before_args, keep=self.work.extends)
        )

    def _linked_ids(
        self, node: cst.Call, values: Mapping[int, cst.BaseExpression], like: cst.Arg
    ) -> list[cst.Arg]:
        """An answer that is made of a row's attributes has the ids of its linked rows, too."""
        rows = {code_of(v.value) for v in values.values() if isinstance(v, cst.Attribute)}
        name = code_of(node.func).rpartition(".")[2]
        placed = [p for key, p in self.placement.items() if key.rpartition(":")[2] == name]
        if len(rows) != 1 or self.work.has_samples or [role for role, _ in placed] != ["public"]:
            return []
        row = cst.parse_expression(rows.pop())
        return [
            like.with_changes(
                keyword=cst.Name(f.column), value=cst.Attribute(row, cst.Name(f.column))
            )
            for f in placed[0][1]
            if f.kind == "many"
        ]

    def _values(
        self, items: Sequence[cst.CSTNode], slots: Sequence[int]
    ) -> dict[int, cst.BaseExpression]:
        found: dict[int, cst.BaseExpression] = {}
        for index in slots:
            number = item_field(items[index])
            value = getattr(items[index], "value", None)
            if number is not None and isinstance(value, cst.BaseExpression):
                found[number] = value
        return found

    def _fields(self) -> Sequence[FieldSpec]:
        columns = self.work.likeness.columns
        is_outside = bool(self.decorators) or not (self.functions or self.owners)
        if self.work.has_samples and is_outside:  # no fixture is at hand there
            return [f for f in made_in_tests(columns) if f.kind != "ref"]
        return made_in_tests(columns) if self.work.has_samples else columns

    def visit_Assign(self, node: cst.Assign) -> None:
        if self.work.extends and not isinstance(node.value, cst.Tuple):
            self.taken_apart |= {t.target for t in node.targets}  # of what is no longer for it
        if isinstance(node.value, cst.Dict):
            self.called[node.value] = code_of(node.targets[0].target)

    def _is_for_class(self, node: cst.Dict) -> bool:
        """Tell whether a dictionary only makes a row, `Book(**data)`, and is sent nowhere."""
        name = re.escape(self.called.get(node, ""))
        if not name or not self.functions:
            return False
        code = code_of(self.functions[-1].body)
        is_sent = re.search(rf"\b(?:json|data|params)\s*=\s*{name}\b", code)
        return not is_sent and bool(re.search(rf"\b[A-Z]\w*\([^()]*\*\*{name}\b", code))

    def leave_Dict(self, original_node: cst.Dict, updated_node: cst.Dict) -> cst.Dict:
        elements = updated_node.elements
        slots = [i for i, e in enumerate(elements) if item_field(e) is not None]
        if self._is_of_constant(updated_node) and not self.work.extends:
            comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
            first, *rest = elements
            elements = [first.with_changes(comma=comma), *self._links_before(rest)]
            updated_node = updated_node.with_changes(elements=elements)
            slots = [i for i, e in enumerate(elements) if item_field(e) is not None]
        if not slots:
            return updated_node
        values = self._values(elements, slots)
        row = self.work.rows.number(original_node)
        twin = original_node in self.work.rows.twins
        if self.functions and is_refused(self.work, self.functions[0]):
            if self.work.extends or original_node in self.work.rows.changes:
                return updated_node
            differs = _is_starred(updated_node)
            new = refused_values(self.work, values, row, differs=differs)
        elif self._is_row(original_node, values) and not _is_starred(updated_node):
            json = not self._is_for_class(original_node)
            made = (
                (f, value_of(self.work, f, values, row=row, json=json, twin=twin))
                for f in self._fields()
            )
            new = [(f.column, v) for f, v in made if v is not None]
        else:
            return updated_node
        if new is None:
            return updated_node
        first = elements[slots[0]]
        assert isinstance(first, cst.DictElement)  # noqa: S101
        quote = code_of(first.key)[0]
        entries = [
            first.with_changes(key=cst.SimpleString(f"{quote}{name}{quote}"), value=value)
            for name, value in new
        ]
        lead = updated_node.lbrace.whitespace_after
        if slots[-1] == len(elements) - 1 and not self.work.extends:
            brace = replaced(updated_node.rbrace, without_remark)
            updated_node = updated_node.with_changes(rbrace=brace)
        return updated_node.with_changes(
            elements=spread(elements, slots, entries, lead, keep=self.work.extends)
        )

    def _is_row(self, node: cst.Dict, values: Values) -> bool:
        """Tell whether a dictionary is a row; beside old fields, also one that lacks a few of them."""
        if self.work.extends and not self.work.has_samples:
            return self.work.likeness.is_whole(values.keys())
        return self.work.rows.is_one(node, values.keys())

    def _is_of_constant(self, node: cst.Dict) -> bool:
        first = node.elements[0] if node.elements else None
        is_starred = isinstance(first, cst.StarredDictElement) and bool(self.functions)
        return is_starred and code_of(first.value) in self.constants and bool(self._links())  # type: ignore[union-attr]

    def _links_before(self, rest: Sequence[cst.BaseDictElement]) -> list[cst.BaseDictElement]:
        comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
        links = self._links()
        return [*(e.with_changes(comma=comma) for e in links), *rest] if rest else list(links)

    def leave_List(self, original_node: cst.List, updated_node: cst.List) -> cst.List:
        if self.decorators:
            return updated_node
        return self._elements(updated_node, updated_node.lbracket.whitespace_after)

    def leave_Set(self, original_node: cst.Set, updated_node: cst.Set) -> cst.Set:
        return self._elements(updated_node, updated_node.lbrace.whitespace_after)

    def leave_Tuple(self, original_node: cst.Tuple, updated_node: cst.Tuple) -> cst.Tuple:
        lead = (
            updated_node.lpar[0].whitespace_after
            if updated_node.lpar
            else cst.SimpleWhitespace(" ")
        )
        if original_node in self.taken_apart:
            return updated_node
        return self._elements(updated_node, lead)

    def _elements(self, node: Brackets, lead: cst.CSTNode) -> Brackets:
        elements = node.elements
        slots = [i for i, e in enumerate(elements) if item_field(e) is not None]
        numbers = {n for i in slots if (n := item_field(elements[i])) is not None}
        if len(slots) < min(2, len(elements)) or not self.work.likeness.is_whole(numbers):
            return node
        new = []
        for f in self._fields():
            analog = self.work.likeness.analog(f, numbers)
            like = next(elements[i] for i in slots if item_field(elements[i]) == analog)
            new.append(_named_element(like, f.column))
        return node.with_changes(
            elements=spread(elements, slots, new, lead, keep=self.work.extends)
        )

    # --- parameters

    def leave_Parameters(
        self, original_node: cst.Parameters, updated_node: cst.Parameters
    ) -> cst.Parameters:
        if not self.functions or is_error("".join(self.owners[-1:])):
            return updated_node
        return filled(self.work, updated_node, self.functions[-1], "".join(self.owners[-1:]))


def _variable(arg: cst.Arg) -> int | None:
    """Return the field whose value is given in place: `title`, `data.title`."""
    value = arg.value
    if isinstance(value, cst.Attribute):
        return field_of(value.attr.value) if not fields_in(value.value) else None
    return field_of(value.value) if isinstance(value, cst.Name) else None


def _is_starred(node: cst.Dict) -> bool:
    """Tell whether a dict says only what is other than in another: `{**NOTE, "title": ""}`."""
    return any(isinstance(e, cst.StarredDictElement) for e in node.elements)


def _named_element(like: cst.BaseElement, name: str) -> cst.BaseElement:
    return named(like, dict.fromkeys(fields_in(like), name))
