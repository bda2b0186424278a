"""The template's code put into a host's words: its sessions, its users, its imports."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import libcst as cst
import libcst.matchers as m

from backwright.source.imports import add_imports
from backwright.source.outline import names_in_code, outline
from backwright.source.text import Splice, splice
from backwright.transfer.declaration import Import, wanted_imports
from backwright.transfer.grow.seams import Dependency
from backwright.transfer.grow.shape import MANY, REF
from backwright.transfer.grow.sources import names_of_statement

_OWN = ("app", "tests")


@dataclass(frozen=True)
class Speech:
    """How a host says what the template says.

    `dependencies` stand for the template's aliases, `key_type` for the type of an id; `by_time`
    tells whether rows know when they were made; `error_key` is under what an error's message stands,
    None where it is the whole detail.
    """

    dependencies: Mapping[str, Dependency]
    sqlmodel_session: bool
    sqlmodel_tables: bool
    user_key: str = "id"
    owner_column: str = "owner_id"
    key: str = "id"
    key_type: str = "UUID"
    by_time: bool = True
    error_key: str | None = "error"

    def put(self, code: str) -> str:
        """Return code of the template in the host's words; imports are not looked at yet."""
        return cst.parse_module(code).visit(_Speaker(self)).code


class _Speaker(cst.CSTTransformer):
    def __init__(self, speech: Speech) -> None:
        super().__init__()
        self.speech = speech
        self._defaults: dict[str, cst.BaseExpression] = {}

    def leave_Param(self, original_node: cst.Param, updated_node: cst.Param) -> cst.Param:
        if original_node.annotation is None:
            return updated_node
        if original_node.name.value == "note_id":
            key_type = cst.Annotation(cst.parse_expression(self.speech.key_type))
            return updated_node.with_changes(annotation=key_type)
        said = cst.Module([]).code_for_node(original_node.annotation.annotation)
        if said not in self.speech.dependencies:
            return updated_node
        made = _as_host(updated_node, self.speech.dependencies[said])
        if made.default is None:
            return made
        self._defaults[made.name.value] = made.default  # put in place below, behind the others
        return made.with_changes(default=None, equal=cst.MaybeSentinel.DEFAULT)

    def leave_Parameters(
        self, original_node: cst.Parameters, updated_node: cst.Parameters
    ) -> cst.Parameters:
        """Give parameters their defaults; one without any must not follow one that has one."""
        made = [self._with_default(param) for param in updated_node.params]
        self._defaults.clear()
        return updated_node.with_changes(params=sorted(made, key=lambda p: p.default is not None))

    def _with_default(self, param: cst.Param) -> cst.Param:
        default = self._defaults.get(param.name.value)
        return param.with_changes(default=default, equal=cst.AssignEqual()) if default else param

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        is_column = m.matches(original_node.func, m.Name("col")) and bool(updated_node.args)
        if is_column and not self.speech.sqlmodel_tables:  # without an argument it goes itself
            return updated_node.args[0].value
        return updated_node

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.Attribute:
        owner, attribute = original_node.value, original_node.attr.value
        name = attribute
        if m.matches(owner, m.Name("owner")) and attribute == "id":
            name = self.speech.user_key
        elif m.matches(owner, m.Name("session")) and attribute == "exec":
            name = "exec" if self.speech.sqlmodel_session else "scalars"
        elif attribute == "owner_id" and not m.matches(
            owner, m.Name(REF.pascal) | m.Name(MANY.pascal)
        ):
            name = self.speech.owner_column
        elif attribute == "id" and self.speech.key != "id" and m.matches(owner, m.Name()):
            name = self.speech.key if cst.ensure_type(owner, cst.Name).value[0].isupper() else "id"
        return updated_node.with_changes(attr=cst.Name(name))

    def leave_Arg(
        self, original_node: cst.Arg, updated_node: cst.Arg
    ) -> cst.Arg | cst.RemovalSentinel:
        if not self.speech.by_time and m.findall(original_node, m.Name("created_at")):
            is_plain = isinstance(original_node.value, cst.Attribute | cst.Call)
            if is_plain and not m.findall(original_node, m.Attribute(attr=m.Name("order_by"))):
                return cst.RemoveFromParent()
        keyword = original_node.keyword
        if keyword is not None and keyword.value == "owner_id":
            return updated_node.with_changes(keyword=cst.Name(self.speech.owner_column))
        return updated_node

    def leave_Dict(self, original_node: cst.Dict, updated_node: cst.Dict) -> cst.BaseExpression:
        """An error is said as the host says its own."""
        item = m.DictElement(m.SimpleString('"error"'), m.Attribute(m.Name("error")))
        if self.speech.error_key == "error" or not m.matches(original_node, m.Dict([item])):
            return updated_node
        element = cst.ensure_type(updated_node.elements[0], cst.DictElement)
        if self.speech.error_key is None:
            return element.value
        key = cst.SimpleString(f'"{self.speech.error_key}"')
        return updated_node.with_changes(elements=[element.with_changes(key=key)])

    def leave_FormattedStringExpression(
        self,
        original_node: cst.FormattedStringExpression,
        updated_node: cst.FormattedStringExpression,
    ) -> cst.BaseFormattedStringContent:
        """A path to a row that never was has an id of the right kind; so has one of a row."""
        inner = original_node.expression
        if self.speech.key_type == "int" and m.matches(inner, m.Call(m.Name("uuid4"))):
            return cst.FormattedStringText("2000000000")
        is_id = m.Subscript(slice=[m.SubscriptElement(m.Index(m.SimpleString("'id'")))])
        if self.speech.key != "id" and m.matches(inner, is_id):
            said = cst.Module([]).code_for_node(inner).replace("'id'", f"'{self.speech.key}'")
            return updated_node.with_changes(expression=cst.parse_expression(said))
        return updated_node

    def leave_ImportFrom(
        self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom
    ) -> cst.ImportFrom:
        return original_node


def _as_host(param: cst.Param, dependency: Dependency) -> cst.Param:
    """Return a parameter that gets a dependency as the host's own do."""
    kind, getter = dependency.kind[1], dependency.getter[1]
    if dependency.alias:
        alias = cst.Annotation(cst.Name(dependency.alias[1]))
        return param.with_changes(annotation=alias)
    if dependency.annotated:
        said = cst.parse_expression(f"Annotated[{kind}, Depends({getter})]")
        return param.with_changes(annotation=cst.Annotation(said))
    default = cst.parse_expression(f"Depends({getter})")
    equal = cst.AssignEqual()
    said = cst.parse_expression(kind)
    return param.with_changes(annotation=cst.Annotation(said), default=default, equal=equal)


def rebound(
    code: str, known: Mapping[str, Import], seen: Callable[[Import], Import] = lambda one: one
) -> str:
    """Return code whose imports of the template's own modules lead to the host's.

    Args:
        code: the module, in the host's words.
        known: where each name that the template or the host's words use is to be had.
        seen: gives an import as the module's file writes it, such as by dots.
    """
    removed = [
        Splice(s.start, s.end + 1, "")
        for s in outline(code)
        if isinstance(s.node, ast.ImportFrom) and _is_own(s.node)
    ]
    code = splice(code, removed)
    used = names_in_code(ast.parse(code))
    there = set(_bound(ast.parse(code)))
    needed = {seen(known[name]) for name in used - there if name in known}
    return add_imports(code, wanted_imports(needed))


def _is_own(node: ast.ImportFrom) -> bool:
    return (node.module or "").partition(".")[0] in _OWN


def _bound(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)
        else:
            yield from names_of_statement(node)
