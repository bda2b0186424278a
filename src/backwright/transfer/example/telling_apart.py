"""Relationships that a second reference to the same table would leave without a join of their own.

SQLAlchemy asks for `foreign_keys` where two tables are joined by more than one column: the new
relationship says its own, and the one that was there is given the column that it has had.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst
import libcst.matchers as m

from backwright.project.types import Model
from backwright.transfer.carry.marks import code_of
from backwright.transfer.draft import Draft
from backwright.transfer.example.facts import Learning

_RELATIONS = ("relationship", "Relationship")
_TOLD = ("foreign_keys", "primaryjoin", "secondary", "link_model")


def tell_apart(draft: Draft, learning: Learning) -> Iterator[str]:
    """Say on older relationships by which column they join; yield the files that were changed.

    Args:
        draft: the host, with the new fields; it is changed.
        learning: the resource, and what is added to it.
    """
    model = learning.chain.model
    for field in learning.spec.fields:
        partner = learning.dialect.partner(field.target) if field.target else None
        if field.kind != "ref" or partner is None:
            continue
        other = next(m for m in learning.project.models if m.name == partner.model)
        keys = _keys(model, other)
        if keys is None:
            continue
        for one, target in ((model, other), (other, model)):
            code = draft.text(one.file)
            changed = cst.parse_module(code).visit(_Teller(one.name, target.name, keys)).code
            if changed != code:
                draft.write(one.file, changed)
                yield one.file


def _keys(model: Model, other: Model) -> str | None:
    """Return the one column by which two tables are joined by now; with more, they are told apart."""
    found = [f"[{model.name}.{name}]" for name in _columns(model, other)]
    if model.name != other.name:
        found += [f"[{other.name}.{name}]" for name in _columns(other, model)]
    return found[0] if len(found) == 1 else None


def _columns(model: Model, other: Model) -> list[str]:
    keys = ((c.name, c.foreign_key) for c in model.columns if c.foreign_key)
    return [name for name, key in keys if key.rpartition(".")[0] == other.table]


class _Teller(cst.CSTTransformer):
    def __init__(self, cls: str, target: str, keys: str) -> None:
        super().__init__()
        self.cls, self.target, self.keys = cls, target, keys
        self._classes: list[str] = []

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        self._classes.append(node.name.value)

    def leave_ClassDef(
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.ClassDef:
        self._classes.pop()
        return updated_node

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine:
        statement = updated_node.body[0]
        value = getattr(statement, "value", None)
        if self._classes[-1:] != [self.cls] or not isinstance(value, cst.Call):
            return updated_node
        code = code_of(statement)
        is_older = value.func and code_of(value.func).rpartition(".")[2] in _RELATIONS
        if (
            not is_older
            or self.target not in re.findall(r"\w+", code)
            or any(w in code for w in _TOLD)
        ):
            return updated_node
        told = _told(value, self.keys)
        return updated_node.with_changes(body=[statement.with_changes(value=told)])


def _told(call: cst.Call, keys: str) -> cst.Call:
    """Return a relationship with its `foreign_keys`, as its library takes them."""
    text = cst.SimpleString(f'"{keys}"')
    if not m.matches(call.func, m.Name("Relationship") | m.Attribute(attr=m.Name("Relationship"))):
        return call.with_changes(args=[*call.args, _keyword("foreign_keys", text)])
    entry = cst.DictElement(cst.SimpleString('"foreign_keys"'), text)
    for place, arg in enumerate(call.args):
        if arg.keyword and arg.keyword.value == "sa_relationship_kwargs":
            given = cst.ensure_type(arg.value, cst.Dict)
            more = arg.with_changes(value=given.with_changes(elements=[*given.elements, entry]))
            return call.with_changes(args=[*call.args[:place], more, *call.args[place + 1 :]])
    option = _keyword("sa_relationship_kwargs", cst.Dict([entry]))
    return call.with_changes(args=[*call.args, option])


def _keyword(name: str, value: cst.BaseExpression) -> cst.Arg:
    tight = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
    return cst.Arg(value, cst.Name(name), tight)
