"""Expectations: what a carried test asserts of a new field, and which row has that value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

import libcst as cst

from backwright.spec.types import FieldSpec
from backwright.transfer.carry.items import access, is_literal, named
from backwright.transfer.carry.marks import code_of, fields_in
from backwright.transfer.carry.values import ECHOED, SAFE, Work, value_of

Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement
Like = Mapping[int, Statement]
Small = TypeVar("Small", cst.Assert, cst.Assign)


def expectation(work: Work, scope: str, like: Like, new: FieldSpec) -> cst.BaseStatement | None:
    """Return what a test expects of a new field, if it can be said: not all values come back alike."""
    number = _expected(work, scope, like, new)
    if number is None:
        return None
    statement = like[number]
    if not isinstance(small_of(statement, cst.Assert).test, cst.Comparison):
        return None
    comparison = cst.ensure_type(small_of(statement, cst.Assert).test, cst.Comparison)
    target = comparison.comparisons[0]
    if not is_literal(target.comparator):
        same = work.facts.are_alike(new, work.facts.fields[number])
        if same and not fields_in(target.comparator):
            return named(statement, {number: new.column})
        if not access(target.comparator, number):
            return None
        like_link = new.kind == work.facts.fields[number].kind == "ref" and new.required
        if new.kind not in SAFE and not like_link:
            return None
        return named(statement, {number: new.column})
    if new.kind not in (ECHOED if isinstance(comparison.left, cst.Subscript) else SAFE):
        return None
    row = _row_of(work, scope, like, number)
    if row is None:
        return None
    value = value_of(work, new, {number: target.comparator}, row=row, json=True)
    if value is None or not is_literal(value):  # a value that is made up is another each time
        return None
    left = named(comparison.left, {number: new.column})
    made = comparison.with_changes(left=left, comparisons=[_target(target, value)])
    return cst.SimpleStatementLine([small_of(statement, cst.Assert).with_changes(test=made)])


def _expected(work: Work, scope: str, like: Like, new: FieldSpec) -> int | None:
    """Return the old field whose expectation is a new one's: what was changed alone stays apart.

    Where fields are added, a request that changes some fields alone changes none of the new.
    """
    changed = [n for n in work.rows.parts.get(scope, {}) if n < len(work.facts.fields)]
    own = [n for n in changed if n in like and work.likeness.successor(n) == new]
    own = [] if work.extends else own
    return own[0] if own else work.likeness.analog(new, like.keys() - set(changed))


def _row_of(work: Work, scope: str, like: Like, number: int) -> int | None:
    """Return the row that has what is expected of an old field, by what is expected beside it.

    A change that says nothing of the field leaves it as it was; the new one is in the same change
    wherever that is made of all new fields. Whether the change was accepted is seen from what else
    is expected of the same variable.
    """
    said = {n: code_of(v) for n, s in like.items() if (v := _compared_with(s)) is not None}
    row = work.rows.find(scope, number, said[number])
    return row if row is None else work.rows.renewed(scope, number, said, row)


def _compared_with(statement: Statement) -> cst.BaseExpression | None:
    test = small_of(statement, cst.Assert).test
    return test.comparisons[0].comparator if isinstance(test, cst.Comparison) else None


def _target(old: cst.ComparisonTarget, value: cst.BaseExpression) -> cst.ComparisonTarget:
    """Compare with True, False and None by identity."""
    is_singleton = isinstance(value, cst.Name) and value.value in ("True", "False", "None")
    operator = cst.Is() if is_singleton and isinstance(old.operator, cst.Equal) else old.operator
    return old.with_changes(comparator=value, operator=operator)


def root_of(expectation: cst.Assert) -> str:
    """Return the variable that an expectation is about: `data` of `data["title"] == …`."""
    match = re.match(r"assert[\s(]+(?:await\s+)?(\w+)", code_of(expectation))
    return match[1] if match else ""


def renews(statement: cst.BaseStatement, variable: str) -> bool:
    """Tell whether a statement may change what a variable holds: `data = …`, `refresh(row)`."""
    if not isinstance(statement, cst.SimpleStatementLine):
        return re.search(rf"\b{variable}\b", code_of(statement)) is not None
    small = statement.body[0]
    if isinstance(small, cst.Assign):
        return any(code_of(t.target) == variable for t in small.targets)
    is_called = isinstance(small, cst.Expr)
    return is_called and re.search(rf"\b{variable}\b", code_of(small)) is not None


def small_of(statement: cst.BaseStatement, kind: type[Small]) -> Small:
    """Return the one simple statement on a line."""
    line = cst.ensure_type(statement, cst.SimpleStatementLine)
    return cst.ensure_type(line.body[0], kind)
