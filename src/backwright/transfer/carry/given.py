"""Updates field by field: what a request leaves out stays, and what it sends is kept, null and zero, too.

`row.due = data.due or row.due` can clear nothing, and `row.paid = data.paid` writes null for what was
left out. The exemplar's fields may bear that; those of the new resource need not.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

import libcst as cst
import libcst.matchers as m

from backwright.spec.types import FieldSpec
from backwright.transfer.carry.items import replaced
from backwright.transfer.carry.marks import code_of
from backwright.transfer.carry.values import Work

_OLD = re.compile(r"\.dict\(|\borm_mode\b|@validator\b")
_NEW = re.compile(r"\bmodel_dump\b|\bmodel_config\b|\bmodel_validate\b|@field_validator\b")


def with_given_kept(
    works: Sequence[Work], trees: Sequence[cst.Module], updates: Collection[str]
) -> list[cst.Module]:
    """Return trees in which a row's field is set where the request has it.

    Args:
        works: the parts.
        trees: their code.
        updates: the classes of bodies that change a row.
    """
    optional = {name for tree in trees for name in _optional(tree, updates)}
    if not works or not optional:
        return list(trees)
    columns = {f.column: f for f in works[0].facts.new_fields if f.kind != "many"}
    code = "\n".join(tree.code for tree in trees)
    is_old = _OLD.search(code) is not None and _NEW.search(code) is None
    asked = "__fields_set__" if is_old else "model_fields_set"
    return [replaced(tree, lambda n: _function(n, optional, columns, asked)) for tree in trees]


def _optional(tree: cst.Module, updates: Collection[str]) -> set[tuple[str, str]]:
    """Return the fields of bodies that may be left out, each with its class."""
    return {
        (made.name.value, code_of(field.target))
        for node in m.findall(tree, m.ClassDef())
        if (made := cst.ensure_type(node, cst.ClassDef)).name.value in updates
        for one in m.findall(made, m.AnnAssign())
        if (field := cst.ensure_type(one, cst.AnnAssign)).value is not None
        and re.search(r"\bNone\b", code_of(field.value or field.target))
    }


def _function(
    node: cst.CSTNode,
    optional: Collection[tuple[str, str]],
    columns: Mapping[str, FieldSpec],
    asked: str,
) -> cst.CSTNode | None:
    if not isinstance(node, cst.FunctionDef):
        return None
    given = {
        f"{param.name.value}.{field}": columns[field]
        for param in (*node.params.params, *node.params.kwonly_params)
        if param.annotation
        for kind, field in optional
        if field in columns and kind in re.findall(r"\w+", code_of(param.annotation))
    }
    if not given:
        return None
    made = replaced(node, lambda n: _body(n, given, asked))
    return made if made is not node else None


def _body(node: cst.CSTNode, given: Mapping[str, FieldSpec], asked: str) -> cst.CSTNode | None:
    if not isinstance(node, cst.IndentedBlock):
        return None
    body = [_kept(statement, given, asked) for statement in node.body]
    return node.with_changes(body=body) if body != list(node.body) else None


def _kept(node: cst.BaseStatement, given: Mapping[str, FieldSpec], asked: str) -> cst.BaseStatement:
    """Return a statement that sets a field as one that does so where it was given."""
    line = node
    if isinstance(node, cst.If):
        if node.orelse is not None or len(node.body.body) != 1:
            return node
        line = cst.ensure_type(node.body, cst.IndentedBlock).body[0]
    found = re.fullmatch(r"(\w+(?:\.\w+)*)\.(\w+) = (\w+)\.\2( or \1\.\2)?", _code(line))
    source = f"{found[3]}.{found[2]}" if found else ""
    if found is None or source not in given or found[1] == found[3]:
        return node
    if isinstance(node, cst.If) and not re.fullmatch(
        rf"{re.escape(source)}( is not None)?", code_of(node.test).strip()
    ):
        return node
    field = given[source]
    test = f'"{field.column}" in {found[3]}.{asked}' if field.optional else f"{source} is not None"
    made = cst.parse_statement(f"if {test}:\n    {found[1]}.{found[2]} = {source}\n")
    return made.with_changes(leading_lines=getattr(node, "leading_lines", ()))


def _code(node: cst.CSTNode) -> str:
    if not isinstance(node, cst.SimpleStatementLine):
        return ""
    return code_of(node.with_changes(leading_lines=())).strip()
