"""Rows that are kept or counted on their way to a client: pages would be taken for one another."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from backwright.transfer.grow.sources import last_name
from backwright.transfer.guarding.program import Function, Program
from backwright.transfer.paging.finding import Way

_STORES = frozenset({"set", "setex", "put", "add", "hset", "set_json", "mset"})
_STORE_NAMES = re.compile(r"(?i)cache|redis|memo")
_TOTALS = re.compile(r"(?i)total\w*|\w*count|\w*_total")


def kept(program: Program, way: Way) -> tuple[Function, int, str] | None:
    """Return where what was read is kept for the next request, by whom and in what; None if nowhere."""
    for function in way.functions:
        own = _own_names(program, function)
        for node in program.walk(function):
            targets = node.targets if isinstance(node, ast.Assign) else []
            for target in targets:
                base = target.value if isinstance(target, ast.Subscript) else None
                if isinstance(base, ast.Name) and base.id not in own:
                    return function, target.lineno, base.id
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                where = ast.unparse(node.func.value)
                if node.func.attr in _STORES and _STORE_NAMES.search(where):
                    return function, node.lineno, where
    return None


def counted(program: Program, way: Way) -> tuple[Function, ast.Call, str] | None:
    """Return where the rows that were read are counted as the total of the list; None if nowhere."""
    return next(totals(program, way.functions), None)


def totals(
    program: Program, functions: Iterable[Function]
) -> Iterator[tuple[Function, ast.Call, str]]:
    """Yield the lengths that functions give as a total, and its name."""
    for function in functions:
        for node in program.walk(function):
            if isinstance(node, ast.Dict):
                pairs = [
                    (str(getattr(key, "value", "")), value)
                    for key, value in zip(node.keys, node.values, strict=True)
                ]
            elif isinstance(node, ast.Call):
                pairs = [(one.arg or "", one.value) for one in node.keywords]
            elif isinstance(node, ast.Assign):
                pairs = [(last_name(one), node.value) for one in node.targets]
            else:
                continue
            for name, value in pairs:
                is_length = isinstance(value, ast.Call) and last_name(value.func) == "len"
                if isinstance(value, ast.Call) and is_length and _TOTALS.fullmatch(name):
                    yield function, value, name


def _own_names(program: Program, function: Function) -> set[str]:
    """Return the names that a function has for itself."""
    names = {one.arg for one in function.parameters}
    for node in program.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names
