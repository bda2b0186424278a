"""Comparing values: true, false, or not known."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

from backwright.project.interpret import operators
from backwright.project.interpret.values import (
    NATIVE,
    Class,
    External,
    Function,
    Module,
    Unknown,
)


def compare(left: object, sign: ast.cmpop, right: object) -> object:
    """Compare two values: `True`, `False` or `Unknown`."""
    left, right = _unset(left), _unset(right)
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return Unknown("a condition is not known")
    if isinstance(sign, (ast.Is, ast.IsNot)):
        return _identical(left, right) is isinstance(sign, ast.Is)
    if isinstance(sign, (ast.In, ast.NotIn)):
        return _contains(right, left, wanted=isinstance(sign, ast.In))
    left, right = operators.plain(left), operators.plain(right)
    if isinstance(left, (Class, Function, Module)) or isinstance(right, (Class, Function, Module)):
        return (left is right) is isinstance(sign, ast.Eq)
    simple = (*NATIVE, list, tuple, set, dict)
    if not (isinstance(left, simple) and isinstance(right, simple)):
        return Unknown("a condition is not known")
    try:
        return bool(_COMPARISONS[type(sign)](left, right))
    except (KeyError, TypeError):
        return Unknown("a condition is not known")


def _unset(value: object) -> object:
    return None if isinstance(value, Unknown) and value.unset else value


def _identical(left: object, right: object) -> bool:
    if isinstance(left, External) and isinstance(right, External):
        return left.name == right.name
    if isinstance(left, NATIVE) and isinstance(right, NATIVE):
        return type(left) is type(right) and left == right
    return left is right


def _contains(container: object, element: object, *, wanted: bool) -> object:
    element, container = operators.plain(element), operators.plain(container)
    if isinstance(container, str) and isinstance(element, str):
        return (element in container) is wanted
    if isinstance(container, (list, tuple, set, dict)):
        held = any(_identical(one, element) or _equal(one, element) for one in container)
        unsure = not held and any(isinstance(one, Unknown) for one in container)
        return Unknown("a condition is not known") if unsure else held is wanted
    return Unknown("a condition is not known")


def _equal(left: object, right: object) -> bool:
    left, right = operators.plain(left), operators.plain(right)
    return isinstance(left, NATIVE) and isinstance(right, NATIVE) and left == right


_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
