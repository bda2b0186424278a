"""What parameters of types are bound to: any of a class, or of what is derived from it."""

from __future__ import annotations

import ast
import re

from backwright.transfer.grow.sources import last_name


def bounds_of(code: str, name: str) -> dict[str, ast.expr]:
    """Return the bounds that a class says in brackets (PEP 695), which older trees are without."""
    if f"class {name}[" not in code:
        return {}
    found = re.search(rf"(?m)^class {name}\[([\s\S]*?)\](?=[(:])", code)
    said = f"def _({found[1]}): ..." if found else "def _(): ..."
    try:
        function = ast.parse(said).body[0]
    except SyntaxError:  # a default, or several types
        return {}
    args = function.args.args if isinstance(function, ast.FunctionDef) else []
    return {one.arg: one.annotation for one in args if one.annotation is not None}


def bound_of_variable(value: ast.expr) -> ast.expr | None:
    """Return what `TypeVar("T", bound=Base)` is bound to."""
    if not isinstance(value, ast.Call) or last_name(value.func) != "TypeVar":
        return None
    return next((one.value for one in value.keywords if one.arg == "bound"), None)
