"""The template's slots filled: fields of schemas, samples of tests, rows that tests refer to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import libcst as cst
import libcst.matchers as m

from backwright.spec.types import FieldSpec
from backwright.transfer.declaration import Import
from backwright.transfer.dialect import Bound, Role

_ROLES: dict[str, Role] = {"Create": "create", "Update": "update", "Public": "public"}
_KEPT = ("id", "created_at", "updated_at")
_TEXTS = ("str", "text")


@dataclass
class Filled:
    """Code with its slots filled, and what it needs."""

    code: str
    imports: set[Import] = field(default_factory=set)


def fill_schemas(
    code: str, made: Bound, fields: Sequence[FieldSpec], columns: Sequence[str], key: str
) -> Filled:
    """Return the template's schemas, renamed already, with the new fields.

    Args:
        code: the classes.
        made: the dialect's writers.
        fields: the fields that clients see, the owner left out.
        columns: the table's columns; an answer shows those of its structure that are there.
        key: the key's column.
    """
    filler = _SchemaFiller(made, fields, columns, key)
    tree = cst.parse_module(code).visit(filler)
    return Filled(tree.code, filler.imports)


class _SchemaFiller(cst.CSTTransformer):
    def __init__(
        self, made: Bound, fields: Sequence[FieldSpec], columns: Sequence[str], key: str
    ) -> None:
        super().__init__()
        self.made, self.fields, self.columns, self.key = made, fields, columns, key
        self.imports: set[Import] = set()

    def leave_ClassDef(
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.ClassDef:
        role = _ROLES.get(original_node.name.value.removeprefix(self.made.names.pascal))
        if role is None or not isinstance(updated_node.body, cst.IndentedBlock):
            return updated_node
        body: list[cst.BaseStatement] = []
        is_filled = False
        for statement in updated_node.body.body:
            name = _declared(statement)
            if name is None or name in _KEPT:
                body += self._kept(statement, name)
            elif not is_filled:
                body += self._declarations(role)
                is_filled = True
        return updated_node.with_changes(body=updated_node.body.with_changes(body=body))

    def _kept(self, statement: cst.BaseStatement, name: str | None) -> list[cst.BaseStatement]:
        if name == "id" and self.key != "id":
            renamed = statement.visit(_Rename("id", self.key))
            return [renamed] if isinstance(renamed, cst.BaseStatement) else []
        if name is not None and name != "id" and name not in self.columns:
            return []
        if not isinstance(statement, cst.FunctionDef):
            return [statement]
        needed = [f.column for f in self.fields if not f.optional]
        arguments = [cst.Arg(cst.SimpleString(f'"{column}"')) for column in needed]
        decorators = [
            d.with_changes(decorator=d.decorator.with_changes(args=arguments))
            if isinstance(d.decorator, cst.Call)
            else d
            for d in statement.decorators
        ]
        return [statement.with_changes(decorators=decorators)] if needed else []

    def _declarations(self, role: Role) -> list[cst.BaseStatement]:
        declarations = [self.made.schema_field(f, role) for f in self.fields]
        for declaration in declarations:
            self.imports |= declaration.imports
        return [cst.parse_statement(d.code) for d in declarations]


class _Rename(cst.CSTTransformer):
    def __init__(self, old: str, new: str) -> None:
        super().__init__()
        self.old, self.new = old, new

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.Name:
        is_it = original_node.value == self.old
        return updated_node.with_changes(value=self.new) if is_it else updated_node


def _declared(statement: cst.BaseStatement) -> str | None:
    small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
    if isinstance(small, cst.AnnAssign) and isinstance(small.target, cst.Name):
        return small.target.value
    return None


def fill_samples(
    code: str, made: Bound, fields: Sequence[FieldSpec], linked: Mapping[str, str]
) -> Filled:
    """Return the template's tests, renamed already, with samples of the new fields.

    Args:
        code: the module.
        made: the dialect's writers.
        fields: the fields that clients see.
        linked: an expression for the id of a row that each reference can point to.
    """
    filler = _SampleFiller(made, fields, linked)
    tree = cst.parse_module(code).visit(filler)
    return Filled(tree.code, filler.imports)


class _SampleFiller(cst.CSTTransformer):
    def __init__(self, made: Bound, fields: Sequence[FieldSpec], linked: Mapping[str, str]) -> None:
        super().__init__()
        self.made, self.fields, self.linked = made, fields, linked
        self.imports: set[Import] = set()
        self.invalid = [f'{{"{f.column}": {bad}}}' for f in fields for bad in made.bad(f)]
        texts = [f.column for f in fields if f.kind in _TEXTS]
        self.invalid += [f'{{"{column}": "\\0"}}' for column in texts[:1]]
        self._which = 0

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self._which = int(node.name.value.startswith("changed_"))

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef | cst.RemovalSentinel:
        name = original_node.name.value
        is_moot = (
            (name.endswith("_twice") and not any(f.unique for f in self.fields))
            or ("_to_null" in name and all(f.optional for f in self.fields))
            or ("_create_invalid" in name and not self.invalid)
        )
        return cst.RemoveFromParent() if is_moot else updated_node

    def leave_AnnAssign(
        self, original_node: cst.AnnAssign, updated_node: cst.AnnAssign
    ) -> cst.AnnAssign:
        if not m.matches(original_node.annotation.annotation, m.Subscript(m.Name("list"))):
            return updated_node
        items = "".join(f"    {item},\n" for item in self.invalid)
        return updated_node.with_changes(value=cst.parse_expression(f"[\n{items}]"))

    def leave_Return(self, original_node: cst.Return, updated_node: cst.Return) -> cst.Return:
        if not isinstance(original_node.value, cst.Dict):
            return updated_node
        items = "".join(f'        "{f.column}": {self._good(f)},\n' for f in self.fields)
        return updated_node.with_changes(value=cst.parse_expression(f"{{\n{items}    }}"))

    def leave_For(self, original_node: cst.For, updated_node: cst.For) -> cst.For:
        if not isinstance(original_node.iter, cst.Tuple):
            return updated_node
        words = [e.value for e in original_node.iter.elements]
        if not all(isinstance(word, cst.SimpleString) for word in words):
            return updated_node
        needed = "".join(f'"{f.column}", ' for f in self.fields if not f.optional)
        return updated_node.with_changes(iter=cst.parse_expression(f"({needed})"))

    def _good(self, field: FieldSpec) -> str:
        made = self.made.good(field, self._which, json=True, linked=self.linked.get(field.name))
        self.imports |= made.imports
        return made.code


def made_rows(code: str, word: str, call: str, before: str = "") -> str:
    """Return tests that make a row with other arguments: `tag = Tag(…)`.

    Args:
        code: the tests.
        word: the variable that holds the row.
        call: the constructor and its arguments.
        before: statements that make what the row refers to.
    """
    return cst.parse_module(code).visit(_RowFiller(word, call, before)).code


class _RowFiller(cst.CSTTransformer):
    def __init__(self, word: str, call: str, before: str) -> None:
        super().__init__()
        self.word, self.call = word, call
        self.before = cst.parse_module(before).body

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine | cst.FlattenSentinel[cst.BaseStatement]:
        wanted = m.Assign([m.AssignTarget(m.Name(self.word))], m.Call(m.Name()))
        if not m.matches(original_node, m.SimpleStatementLine([wanted])):
            return updated_node
        return cst.FlattenSentinel([*self.before, updated_node])

    def leave_Assign(self, original_node: cst.Assign, updated_node: cst.Assign) -> cst.Assign:
        wanted = m.Assign([m.AssignTarget(m.Name(self.word))], m.Call(m.Name()))
        if not m.matches(original_node, wanted):
            return updated_node
        return updated_node.with_changes(value=cst.parse_expression(self.call))
