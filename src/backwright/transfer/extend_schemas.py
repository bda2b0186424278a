"""New fields in the schemas of a resource in the house style, and in the orders of its list."""

from __future__ import annotations

import ast

from backwright.source.imports import add_imports
from backwright.source.outline import Statement, outline
from backwright.source.text import Splice, splice
from backwright.spec.types import ResourceSpec
from backwright.transfer.declaration import Import, wanted_imports
from backwright.transfer.relationships import Surroundings, mirrors
from backwright.transfer.schema import link_filter, sort_options
from backwright.transfer.slots import FILTER, ROLES, declarations
from backwright.transfer.survey import Table

WIDTH = 100


def extend_schemas(code: str, table: Table, spec: ResourceSpec) -> str:
    """Return the schemas with the new fields, each behind the fields that its class has."""
    splices: list[Splice] = []
    imports: set[Import] = set()
    for statement in outline(code):
        role = _role(statement, table)
        if role is None or not isinstance(statement.node, ast.ClassDef):
            continue
        made = declarations(role, spec.names, spec.fields, table.data)
        imports |= {pair for d in made for pair in d.imports}
        line = (statement.node.end_lineno or statement.node.lineno) + 1
        text = "".join(f"    {d.code}\n" for d in made)
        splices += [Splice(line, line, text)] if text else []
        splices += _orders(code, statement.node, spec)
    return add_imports(splice(code, splices), wanted_imports(imports), width=WIDTH)


def _role(statement: Statement, table: Table) -> str | None:
    for name in statement.names:
        role = name.removeprefix(table.names.pascal)
        if name.startswith(table.names.pascal) and role in (*ROLES, FILTER):
            return role
    return None


def _orders(code: str, cls: ast.ClassDef, spec: ResourceSpec) -> list[Splice]:
    """Put the new fields among the orders of a list: the words of a `Literal`."""
    for node in cls.body:
        if not isinstance(node, ast.AnnAssign) or ast.unparse(node.target) != "sort":
            continue
        new = [repr(option) for option in sort_options(spec.fields)]
        words = node.annotation.slice if isinstance(node.annotation, ast.Subscript) else None
        if not new or not isinstance(words, ast.Tuple):
            return []
        listed = ", ".join([*map(ast.unparse, words.elts), *new]).replace("'", '"')
        default = f" = {ast.get_source_segment(code, node.value)}" if node.value else ""
        text = f"    sort: Literal[{listed}]{default}\n"
        return [Splice(node.lineno, (node.end_lineno or node.lineno) + 1, text)]
    return []


def with_mirrors(code: str, spec: ResourceSpec, around: Surroundings) -> str:
    """Return the schemas in which the other sides of many-to-manys can be filtered by them, too.

    A list that has no filters, or one by that name, stays as it is.
    """
    for mirror in mirrors(spec, around):
        made = link_filter(mirror.filter, mirror.relationship)
        name = f"{mirror.target.names.pascal}{FILTER}"
        cls = next((s.node for s in outline(code) if s.names == (name,)), None)
        if not isinstance(cls, ast.ClassDef) or made.name in _attributes(cls):
            continue
        line = (cls.end_lineno or cls.lineno) + 1
        code = splice(code, [Splice(line, line, f"    {made.code}\n")])
        code = add_imports(code, wanted_imports(made.imports), width=WIDTH)
    return code


def _attributes(cls: ast.ClassDef) -> set[str]:
    return {ast.unparse(n.target) for n in cls.body if isinstance(n, ast.AnnAssign)}
