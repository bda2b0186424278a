"""The template's code for libraries of an older time, derived from the one source like its others."""

from __future__ import annotations

import re

import libcst as cst
import libcst.matchers as m

from backwright.source.imports import add_imports
from backwright.transfer.grow.libraries import Libraries

_ORM_MODE = "class Config:\n    orm_mode = True\n"
_OF_PYDANTIC = {"field_validator": "validator", "model_dump": "dict"}


def older(code: str, libraries: Libraries) -> str:
    """Return a module of the template that these libraries can run."""
    if libraries.pydantic == 1:
        code = cst.parse_module(code).visit(_Pydantic1()).code
    if not libraries.modern:
        code = _with_engines_connection(cst.parse_module(code).visit(_Savepoints()).code)
    if not libraries.typed:
        code = _with_columns(code)
    if not libraries.empty:
        code = _with_plain_response(code)
    if not libraries.scalars:
        code = re.sub(r"(\(await session\.)scalars(\(\w+\)\))", r"\1execute\2.scalars()", code)
        code = re.sub(r"(session\.)scalars(\(\w+\))\.", r"\1execute\2.scalars().", code)
    if libraries.optional == "Optional[X]":
        code = _with_optional(code)
    return code


def _with_engines_connection(code: str) -> str:
    """Take `Connection` from where SQLAlchemy 1.4 has it."""
    line = r"(?m)^from sqlalchemy import (?:(.+), )?\bConnection\b(?:, (.+))?\n"
    found = re.search(line, code)
    if found is None:
        return code
    rest = ", ".join(name for name in found.groups() if name)
    code = code.replace(found[0], f"from sqlalchemy import {rest}\n" if rest else "", 1)
    return add_imports(code, {"sqlalchemy.engine": {"Connection"}})


class _Pydantic1(cst.CSTTransformer):
    """Speak as Pydantic 1 does: `validator`, `.dict()`, `class Config`."""

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.Name:
        name = original_node.value
        return updated_node.with_changes(value=_OF_PYDANTIC.get(name, name))

    def leave_ImportFrom(
        self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom
    ) -> cst.ImportFrom:
        if isinstance(updated_node.names, cst.ImportStar):
            return updated_node
        kept = [a for a in updated_node.names if not m.matches(a.name, m.Name("ConfigDict"))]
        return updated_node.with_changes(names=kept)

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        """A validator is a class method without being called one."""
        validates = m.Decorator(m.Call(m.Name("validator")))
        if not any(m.matches(one, validates) for one in updated_node.decorators):
            return updated_node
        is_class_method = m.Decorator(m.Name("classmethod"))
        kept = [one for one in updated_node.decorators if not m.matches(one, is_class_method)]
        return updated_node.with_changes(decorators=kept)

    def leave_ClassDef(
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.ClassDef:
        """The configuration is a class, which stands last."""
        body = cst.ensure_type(updated_node.body, cst.IndentedBlock)
        kept = [statement for statement in body.body if not _configures(statement)]
        if len(kept) == len(body.body):
            return updated_node
        config = cst.parse_statement(_ORM_MODE)
        assert isinstance(config, cst.ClassDef)  # noqa: S101 - so it is written above
        spaced = config.with_changes(leading_lines=[cst.EmptyLine(indent=False)])
        return updated_node.with_changes(body=body.with_changes(body=[*kept, spaced]))

    def leave_AnnAssign(
        self, original_node: cst.AnnAssign, updated_node: cst.AnnAssign
    ) -> cst.AnnAssign:
        """A list has so many items, where a text has a length."""
        is_list = m.findall(original_node.annotation, m.Subscript(m.Name("list")))
        renamed = updated_node.visit(_Renamed("max_length", "max_items")) if is_list else None
        return cst.ensure_type(renamed, cst.AnnAssign) if renamed else updated_node


def _configures(statement: cst.BaseStatement) -> bool:
    line = m.SimpleStatementLine([m.Assign([m.AssignTarget(m.Name("model_config"))])])
    return m.matches(statement, line)


class _Renamed(cst.CSTTransformer):
    def __init__(self, old: str, new: str) -> None:
        super().__init__()
        self.old, self.new = old, new

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.Name:
        is_it = original_node.value == self.old
        return updated_node.with_changes(value=self.new) if is_it else updated_node


class _Savepoints(cst.CSTTransformer):
    """Let tests' sessions work in savepoints that are made for them.

    The first SQLAlchemy has no `join_transaction_mode`: a session ends the savepoint that it finds
    its connection in, and leaves the transaction around it open.
    """

    def leave_With(
        self, original_node: cst.With, updated_node: cst.With
    ) -> cst.With | cst.FlattenSentinel[cst.BaseStatement]:
        item = updated_node.items[0]
        call = item.item
        if not isinstance(call, cst.Call):
            return updated_node
        kept = [arg for arg in call.args if not _joins(arg)]
        if len(kept) == len(call.args):
            return updated_node
        waits = "await " if updated_node.asynchronous else ""
        opened = call.with_changes(
            args=_without_last_comma(kept), whitespace_before_args=cst.SimpleWhitespace("")
        )
        savepoint = cst.parse_statement(f"{waits}connection.begin_nested()")
        changed = updated_node.with_changes(items=[item.with_changes(item=opened)])
        return cst.FlattenSentinel([savepoint, changed])


def _joins(arg: cst.Arg) -> bool:
    return arg.keyword is not None and arg.keyword.value == "join_transaction_mode"


def _with_columns(code: str) -> str:
    """Give types in a `Column`, and leave to the code what happens when a row is deleted."""
    changed = cst.parse_module(code).visit(_Columns()).code
    has_column = "sa_column=" in changed
    return add_imports(changed, {"sqlalchemy": {"Column"}}) if has_column else changed


class _Columns(cst.CSTTransformer):
    """SQLModel's `Field` takes `sa_type` since 0.0.9, and `ondelete` since 0.0.21."""

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        given = {a.keyword.value: a for a in updated_node.args if a.keyword is not None}
        if not m.matches(updated_node.func, m.Name("Field")) or not given:
            return updated_node
        kept = [a for a in updated_node.args if a is not given.get("ondelete")]
        if kind := given.get("sa_type"):
            column = [cst.Arg(kind.value), *_of_dict(given.get("sa_column_kwargs"))]
            column.append(_keyword("nullable", cst.Name("False")))
            kept = [a for a in kept if a not in (kind, given.get("sa_column_kwargs"))]
            kept.append(_keyword("sa_column", cst.Call(cst.Name("Column"), column)))
        return updated_node.with_changes(args=_without_last_comma(kept))


def _of_dict(arg: cst.Arg | None) -> list[cst.Arg]:
    """Return the entries of a dictionary as keywords."""
    if arg is None or not isinstance(arg.value, cst.Dict):
        return []
    return [
        _keyword(str(one.key.evaluated_value), one.value)
        for one in arg.value.elements
        if isinstance(one, cst.DictElement) and isinstance(one.key, cst.SimpleString)
    ]


def _keyword(name: str, value: cst.BaseExpression) -> cst.Arg:
    plain = cst.SimpleWhitespace("")
    return cst.Arg(value, cst.Name(name), cst.AssignEqual(plain, plain))


def _without_last_comma(args: list[cst.Arg]) -> list[cst.Arg]:
    return [*args[:-1], args[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)] if args else []


def _with_plain_response(code: str) -> str:
    """Answer 204 by a response that has no body, which FastAPI's own had in its first versions."""
    empty = "status_code=status.HTTP_204_NO_CONTENT"
    if empty not in code or "response_class" in code:
        return code
    return add_imports(
        code.replace(empty, f"{empty}, response_class=Response"), {"fastapi": {"Response"}}
    )


def _with_optional(code: str) -> str:
    """Write `Optional[X]` for `X | None`."""
    changed = cst.parse_module(code).visit(_Optional()).code
    return add_imports(changed, {"typing": {"Optional"}}) if changed != code else code


class _Optional(cst.CSTTransformer):
    def leave_BinaryOperation(
        self, original_node: cst.BinaryOperation, updated_node: cst.BinaryOperation
    ) -> cst.BaseExpression:
        or_none = m.BinaryOperation(operator=m.BitOr(), right=m.Name("None"))
        if not m.matches(original_node, or_none):
            return updated_node
        return cst.Subscript(
            cst.Name("Optional"), [cst.SubscriptElement(cst.Index(updated_node.left))]
        )


def parameters_by_default(code: str) -> str:
    """Return code in which parameters say `= Query(1, ge=1)` in place of `Annotated[…]`."""
    return cst.parse_module(code).visit(_ByDefault()).code


class _ByDefault(cst.CSTTransformer):
    def leave_Param(self, original_node: cst.Param, updated_node: cst.Param) -> cst.Param:
        annotation = updated_node.annotation.annotation if updated_node.annotation else None
        said = m.Subscript(m.Name("Annotated"), slice=[m.SubscriptElement(), m.SubscriptElement()])
        if not isinstance(annotation, cst.Subscript) or not m.matches(annotation, said):
            return updated_node
        kind, call = (cst.ensure_type(one.slice, cst.Index).value for one in annotation.slice)
        if not isinstance(call, cst.Call) or updated_node.default is None:
            return updated_node
        args = [cst.Arg(updated_node.default), *call.args]
        return updated_node.with_changes(
            annotation=cst.Annotation(kind), default=call.with_changes(args=args)
        )
