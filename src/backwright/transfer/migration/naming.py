"""Names for the constraints that Alembic leaves without one: what has no name cannot be dropped."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator

from backwright.source.text import Splice, lines_between, splice

_ENDS = {"create_foreign_key": "fkey", "create_unique_constraint": "key"}
_TYPES = {"foreignkey": "fkey", "unique": "key"}
_LONGEST = 63  # bytes of a name that PostgreSQL keeps
_WARNING = "# WARNING: constraint name is None"  # Alembic's, in three lines above what has no name
_WARNED = 3


def name_constraints(code: str) -> str:
    """Return a migration whose unnamed foreign keys and unique constraints are named.

    The names are those that PostgreSQL itself would give. In the way down the last one made is
    the first to go.
    """
    functions = {n.name: n for n in ast.parse(code).body if isinstance(n, ast.FunctionDef)}
    if not {"upgrade", "downgrade"} <= set(functions):
        return code
    made: dict[tuple[str, str], list[str]] = defaultdict(list)
    edits: list[tuple[ast.Constant, str]] = []
    for call, table in _calls(functions["upgrade"], ""):
        end = _ENDS.get(_called(call))
        if end and (unnamed := _unnamed(call)):
            name = f"{table}_{'_'.join(_columns(call))}_{end}"[:_LONGEST]
            made[table, end].append(name)
            edits.append((unnamed, name))
    for call, table in _calls(functions["downgrade"], ""):
        end = _TYPES.get(_type(call), "")
        unnamed = _unnamed(call) if _called(call) == "drop_constraint" else None
        if unnamed and made[table, end]:
            edits.append((unnamed, made[table, end].pop()))
    for node, name in sorted(edits, key=lambda one: (-one[0].lineno, -one[0].col_offset)):
        line = lines_between(code, node.lineno, node.lineno)
        text = f"{line[: node.col_offset]}{name!r}{line[node.end_col_offset :]}"
        first = max(node.lineno - _WARNED, 1)
        warned = lines_between(code, first, first).lstrip().startswith(_WARNING)
        code = splice(code, [Splice(first if warned else node.lineno, node.lineno + 1, text)])
    return code


def _calls(node: ast.AST, table: str) -> Iterator[tuple[ast.Call, str]]:
    """Yield the operations of a function in order, each with the table that it changes."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.With):
            batch = child.items[0].context_expr
            named = _text(batch.args[0]) if isinstance(batch, ast.Call) and batch.args else ""
            yield from _calls(child, named)
        elif isinstance(child, ast.Expr) and isinstance(child.value, ast.Call):
            call = child.value
            place = call.args[1] if len(call.args) > 1 and not table else None
            yield call, table or (_text(place) if place else "")


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _unnamed(call: ast.Call) -> ast.Constant | None:
    """Return the `None` that stands where a constraint's name would."""
    first = call.args[0] if call.args else None
    return first if isinstance(first, ast.Constant) and first.value is None else None


def _columns(call: ast.Call) -> list[str]:
    """Return the first list of columns of an operation: those of the table itself."""
    lists = [one for one in call.args if isinstance(one, ast.List)]
    return [_text(one) for one in lists[0].elts] if lists else []


def _type(call: ast.Call) -> str:
    return next((_text(k.value) for k in call.keywords if k.arg == "type_"), "")


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
