"""Binary operators on values that are known; unions of types."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from pathlib import Path
from typing import Any

from backwright.project.interpret.limits import bounded, is_wide
from backwright.project.interpret.values import (
    NATIVE,
    Class,
    External,
    Instance,
    Native,
    Unknown,
    doubted,
    settle,
    why_unknown,
)

LONGEST = 20_000

_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
}


def combine(left: object, sign: ast.operator, right: object) -> object:
    """Apply a binary operator; unions of types give the union as a tuple-like instance."""
    given = (left, right)
    left, right = plain(left), plain(right)
    for side in (left, right):
        if isinstance(side, Unknown):
            return side
    if isinstance(sign, ast.BitOr) and (_is_type(left) or _is_type(right)):
        return Instance(External("typing.Union"), [left, right])
    operation = _OPERATORS.get(type(sign))
    simple = (*NATIVE, list, tuple, set, dict)
    if operation is None or not isinstance(left, simple):
        return Unknown(why_unknown(left))
    if not isinstance(right, simple):
        return Unknown(why_unknown(right))
    if isinstance(sign, ast.Mult) and _too_long(left, right):
        return Unknown("it is too long")
    if isinstance(sign, ast.Mod) and isinstance(left, str) and is_wide(left):
        return Unknown("it is too long")
    try:
        return doubted(bounded(operation(left, right)), *given)
    except (TypeError, ValueError, LookupError, ArithmeticError, MemoryError):
        return Unknown("its parts do not fit together")


def plain(value: object) -> object:
    """Return an enum member that is a string (or number) as that."""
    value = settle(value)
    if isinstance(value, Instance) and "_value_" in value.attributes:
        return value.attributes["_value_"]
    return value


def _is_type(value: object) -> bool:
    return isinstance(value, (Class, External)) or (
        isinstance(value, (Instance, Native)) and not isinstance(value, Path)
    )


def _too_long(left: object, right: object) -> bool:
    count = left if isinstance(left, int) else right
    other = right if isinstance(left, int) else left
    if isinstance(other, (str, list, tuple, bytes)):
        return isinstance(count, int) and count * len(other) > LONGEST
    return False
