"""What rows a query gives: of which model, and whether one, perhaps one, or many."""

from __future__ import annotations

import ast

from backwright.audit.sources import Source, assigned, last_name
from backwright.audit.subject import Subject

_ENDS = {
    "all": "list", "first": "maybe", "one_or_none": "maybe", "scalar_one_or_none": "maybe",
    "one": "one", "scalar_one": "one",
}  # fmt: skip
_THROUGH = frozenset(
    {
        "filter", "filter_by", "where", "order_by", "limit", "offset", "options", "execution_options",
        "with_for_update", "join", "outerjoin", "group_by", "distinct", "unique",
    }
)  # fmt: skip
_RUN = frozenset({"exec", "scalars", "execute"})


def rows_of(
    subject: Subject, source: Source, node: ast.Call, *, awaited: bool
) -> tuple[ast.expr, str] | None:
    """Return the model of a query's rows and how many come: `one`, `maybe`, `list`, `sequence`.

    `None` where the call is no query, or gives anything else than whole rows of one model.
    """
    if not isinstance(node.func, ast.Attribute):
        return None
    if last_name(node.func) == "get":
        return _by_key(subject, source, node, awaited=awaited)
    end = _ENDS.get(node.func.attr)
    if end is None or node.args or awaited:
        return None
    found = _below(node)
    if found is None:
        return None
    call, is_query = found
    model = call.args[0] if is_query else _chosen(source, call.args[0])
    shape = "sequence" if end == "list" and not is_query else end
    return None if model is None else _model(subject, source, model, shape)


def _below(node: ast.Call) -> tuple[ast.Call, bool] | None:
    """Return the call that runs a statement or begins a query, and whether it is the latter."""
    assert isinstance(node.func, ast.Attribute)  # noqa: S101 - the caller has looked
    held: ast.AST = node.func.value
    scalars = node.func.attr.startswith("scalar")
    while isinstance(held, ast.Call) and isinstance(held.func, ast.Attribute):
        name = held.func.attr
        if name == "query":
            return (held, True) if len(held.args) == 1 else None
        if name in _RUN and held.args:
            return (held, False) if name != "execute" or scalars else None
        if name == "scalars":
            scalars = True
        elif name not in _THROUGH:
            return None
        held = held.func.value
        held = held.value if isinstance(held, ast.Await) else held
    return None


def _by_key(
    subject: Subject, source: Source, node: ast.Call, *, awaited: bool
) -> tuple[ast.expr, str] | None:
    if len(node.args) != 2 or node.keywords or not isinstance(node.func, ast.Attribute):
        return None
    owner = subject.names.library(source, node.func.value)
    is_async = owner.endswith("AsyncSession()")
    if not owner.endswith("Session()") or is_async != awaited:
        return None
    return _model(subject, source, node.args[0], "maybe")


def _chosen(source: Source, node: ast.expr) -> ast.expr | None:
    """Return the one model that a statement selects, past the name that holds it."""
    function = source.function_around(node)
    if isinstance(node, ast.Name) and function is not None:
        given = assigned(function, node.id)
        if not given or len(given) != 1 or given[0] is None:
            return None
        node = given[0]
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr == "select":
            break
        if node.func.attr not in _THROUGH:
            return None
        node = node.func.value
    if not isinstance(node, ast.Call) or last_name(node.func) != "select" or len(node.args) != 1:
        return None
    return node.args[0]


def _model(
    subject: Subject, source: Source, node: ast.expr, shape: str
) -> tuple[ast.expr, str] | None:
    found = subject.names.meaning(source, node)
    if not isinstance(found.node, ast.ClassDef) or subject.model_of(found) is None or found.made:
        return None
    return node, shape
