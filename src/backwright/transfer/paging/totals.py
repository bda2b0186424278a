"""The total of a list that comes in pages: counted by the database, where the rows read were counted."""

from __future__ import annotations

import ast

from backwright.transfer.grow.sources import last_name
from backwright.transfer.guarding.program import Program
from backwright.transfer.paging.caching import totals
from backwright.transfer.paging.finding import ListQuery, Way

_RUNS = frozenset({"execute", "exec", "scalars"})
_TAKES = frozenset({"scalars", "all", "unique", "mappings", "list", *_RUNS})


def lengths(program: Program, way: Way) -> list[ast.Call] | None:
    """Return the lengths of what was read that stand for a total; None where they cannot be counted instead.

    They can where one query is run in the function that counts its rows, and nothing else is done to them before.
    """
    found = list(totals(program, way.functions))
    if not found:
        return []
    query = way.queries[0]
    is_run = query.legacy or last_name(query.run.func) in _RUNS
    if len(way.queries) != 1 or not is_run or not isinstance(query.run.func, ast.Attribute):
        return None
    rows = _rows(query)
    for function, call, _ in found:
        named = call.args[0] if len(call.args) == 1 else None
        if (
            function is not query.function
            or not isinstance(named, ast.Name)
            or named.id not in rows
        ):
            return None
    words = [one for one in ast.walk(query.function.node) if isinstance(one, ast.Name | ast.arg)]
    kept = {one.id if isinstance(one, ast.Name) else one.arg for one in words}
    ours = {id(call) for call, _ in kept_totals(query)}
    if "total" in kept and not any(id(call) in ours for _, call, _ in found):
        return None  # a name of another thing
    return [call for _, call, _ in found]


def kept_totals(query: ListQuery) -> list[tuple[ast.Call, str]]:
    """Return the lengths that are kept under a name of their own: `total = len(rows)`."""
    return [
        (node.value, node.targets[0].id)
        for node in ast.walk(query.function.node)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Call) and last_name(node.value.func) == "len"
    ]  # fmt: skip


def _rows(query: ListQuery) -> set[str]:
    """Return the names of what a query has read, as it came."""
    stored: dict[str, list[ast.expr]] = {}
    for node in ast.walk(query.function.node):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            stored.setdefault(node.targets[0].id, []).append(node.value)
    found: set[str] = set()
    for _ in stored:  # a result is often kept before its rows are taken out of it
        found |= {
            name for name, values in stored.items()
            if len(values) == 1 and _is_taken(values[0], query, found)
        }  # fmt: skip
    return found


def _is_taken(value: ast.expr, query: ListQuery, known: set[str]) -> bool:
    """Tell whether an expression does no more than take all rows out of what a query has read."""
    while True:
        if value is query.run or (isinstance(value, ast.Name) and value.id in known):
            return True
        if isinstance(value, ast.Await):
            value = value.value
        elif isinstance(value, ast.Call) and last_name(value.func) in _TAKES:
            if isinstance(value.func, ast.Attribute):
                value = value.func.value
            elif len(value.args) == 1:
                value = value.args[0]
            else:
                return False
        else:
            return False


def counting(query: ListQuery, shown: str) -> tuple[str, dict[str, set[str]]]:
    """Return the expression that counts all rows of a query as it is shown, and what it imports."""
    if query.legacy:
        return f"{shown}.order_by(None).count()", {}
    owner = ast.unparse(query.run.func.value) if isinstance(query.run.func, ast.Attribute) else ""
    waits = any(
        isinstance(one, ast.Await) and any(part is query.run for part in ast.walk(one))
        for one in ast.walk(query.function.node)
    )
    count = f"select(func.count()).select_from({shown}.order_by(None).subquery())"
    asked = f"{owner}.scalar({count})"
    said = f"await {asked}" if waits else asked
    return f"{said} or 0", {"sqlalchemy": {"func", "select"}}
