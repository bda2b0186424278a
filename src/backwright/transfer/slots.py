"""Field slots: the places where an exemplar's code speaks of its fields, filled with new ones.

A slot is a whole item: an annotated name in a schema, or the dict of a test's sample data. What
stands around the slots is structure, and is carried over.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import libcst as cst

from backwright.spec.names import Names
from backwright.spec.types import FieldSpec
from backwright.transfer import schema
from backwright.transfer.declaration import Declaration, Import
from backwright.transfer.samples import good, good_imports

Role = Callable[[Names, FieldSpec], Declaration]

ROLES: dict[str, Role] = {
    "Create": schema.create_field,
    "Update": schema.update_field,
    "Public": schema.public_field,
}
FILTER = "Filter"


def declarations(
    role: str, names: Names, fields: Sequence[FieldSpec], columns: Collection[str] = ()
) -> list[Declaration]:
    """Return what fields put into the schema of a role, of a resource with also these columns."""
    if role != FILTER:
        return [ROLES[role](names, field) for field in fields]
    taken = {*columns, *(field.column for field in fields)}
    return [made for field in fields for made in schema.filter_fields(names, field, taken)]


class SchemaSlots(cst.CSTTransformer):
    """Replace the fields of schema classes that end with a role by those of a new resource.

    `columns` are the exemplar's own field names; `names` those of the new resource, since the
    tree is renamed already. What the new declarations need is collected in `imports`.
    """

    def __init__(self, columns: set[str], names: Names, fields: Sequence[FieldSpec]) -> None:
        """Keep what to replace and what with."""
        super().__init__()
        self.columns = columns
        self.names = names
        self.fields = fields
        self.imports: set[Import] = set()

    def leave_ClassDef(
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.ClassDef:
        role = updated_node.name.value.removeprefix(self.names.pascal)
        if role not in (*ROLES, FILTER) or not isinstance(updated_node.body, cst.IndentedBlock):
            return updated_node
        body = list(updated_node.body.body)
        slots = [i for i, s in enumerate(body) if self._is_slot(s)]
        at = slots[0] if slots else len(body)
        kept = [self._sorted(s) for i, s in enumerate(body) if i not in slots]
        kept[at:at] = [self._statement(d) for d in declarations(role, self.names, self.fields)]
        return updated_node.with_changes(body=updated_node.body.with_changes(body=kept))

    def _is_slot(self, statement: cst.BaseStatement) -> bool:
        """Tell whether a statement is about a field; so are bounds, and filters by links."""
        name = _field_name(statement)
        if name is None:
            return False
        plain = name.removesuffix("_min").removesuffix("_max")
        return bool({name, plain} & self.columns) or "LinkedWith(" in _code(statement)

    def _statement(self, declaration: Declaration) -> cst.BaseStatement:
        self.imports |= declaration.imports
        return cst.parse_statement(declaration.code)

    def _sorted(self, statement: cst.BaseStatement) -> cst.BaseStatement:
        """Replace the orders that a list can have, which name the exemplar's columns."""
        if _field_name(statement) != "sort":
            return statement
        return self._statement(schema.sort_field(self.fields))


class SampleSlots(cst.CSTTransformer):
    """Replace sample data: dicts whose keys are all the exemplar's fields.

    A dict in a function whose name speaks of change gets other values than the rest.
    """

    def __init__(self, columns: set[str], names: Names, fields: Sequence[FieldSpec]) -> None:
        """Keep what to replace and what with."""
        super().__init__()
        self.columns = columns
        self.names = names
        self.fields = fields
        self.imports: set[Import] = set()
        self._changed = False

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self._changed = "chang" in node.name.value or "update" in node.name.value

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        return _with_honest_parameters(updated_node)

    def leave_Dict(self, original_node: cst.Dict, updated_node: cst.Dict) -> cst.BaseExpression:
        if not self._is_sample(original_node):
            return updated_node
        items = [f'"{f.column}": {good(f, self.names, changed=self._changed)}' for f in self.fields]
        for field in self.fields:
            self.imports |= good_imports(field)
        return cst.parse_expression(_multiline("{", items, "}"))

    def _is_sample(self, node: cst.Dict) -> bool:
        keys = [e.key for e in node.elements if isinstance(e, cst.DictElement)]
        return bool(keys) and all(
            isinstance(k, cst.SimpleString) and k.raw_value in self.columns for k in keys
        )


def _multiline(left: str, items: list[str], right: str) -> str:
    inner = "".join(f"    {item},\n" for item in items)
    return f"{left}\n{inner}{right}"


def _code(node: cst.CSTNode) -> str:
    return cst.Module([]).code_for_node(node)


def _field_name(statement: cst.BaseStatement) -> str | None:
    if not isinstance(statement, cst.SimpleStatementLine):
        return None
    small = statement.body[0]
    if isinstance(small, cst.AnnAssign) and isinstance(small.target, cst.Name):
        return small.target.value
    return None


def _with_honest_parameters(node: cst.FunctionDef) -> cst.FunctionDef:
    """A helper's parameter that is not used begins with an underscore; one that is, does not."""
    if node.name.value.startswith("test_"):
        return node
    reads = _Reads()
    node.body.visit(reads)
    params = [_honest(p, reads.names) for p in node.params.params]
    return node.with_changes(params=node.params.with_changes(params=params))


def _honest(param: cst.Param, used: set[str]) -> cst.Param:
    name = param.name.value
    bare = name.removeprefix("_")
    right = bare if used & {name, bare} else f"_{bare}"
    return param if name == right else param.with_changes(name=cst.Name(right))


class _Reads(cst.CSTVisitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def visit_Name(self, node: cst.Name) -> None:
        self.names.add(node.value)
