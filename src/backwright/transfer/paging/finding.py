"""The query behind a list: from the handler down through the host's functions to where rows are read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from backwright.transfer.grow.sources import last_name
from backwright.transfer.guarding.program import Function, Program

_RUNS = frozenset({"execute", "exec", "scalars", "stream_scalars", "fetch_all"})
_ONE = frozenset(
    {"first", "one", "one_or_none", "scalar", "scalar_one", "scalar_one_or_none", "fetchone", "get"}
)
_ALL = frozenset({"unique", "scalars", "mappings", "tuples", "yield_per"})
_QUERIES = frozenset({"select", "query"})
_WRITES = frozenset({"update", "delete", "insert", "commit"})
_CUTS = frozenset({"limit", "offset", "slice", "paginate"})
_DEEPEST = 8


@dataclass(frozen=True, eq=False)
class ListQuery:
    """A query whose rows are all read.

    Attributes:
        function: Where it is run.
        query: The expression of the query: a chain of calls, or the name that it is kept under.
        run: The call that reads the rows.
        parts: The calls that the query is made of, as far as this function makes them.
    """

    function: Function
    query: ast.expr
    run: ast.Call
    parts: tuple[ast.Call, ...]

    @property
    def legacy(self) -> bool:
        """Whether it is SQLAlchemy's older `session.query(…)`."""
        return any(last_name(one.func) == "query" for one in self.parts)

    @property
    def of(self) -> ast.expr | None:
        """What it selects: the model, of a column its own; None where it is something made."""
        start = next((one for one in self.parts if last_name(one.func) in _QUERIES), None)
        if start is not None and start.args:
            return _model(start.args[0])
        if start is not None and isinstance(start.func, ast.Attribute):
            return start.func.value  # `table.select()`
        return None

    @property
    def order(self) -> ast.Call | None:
        """The call that sorts it; the last one counts."""
        sorting = [one for one in self.parts if last_name(one.func) == "order_by"]
        return max(sorting, key=lambda one: one.lineno) if sorting else None

    @property
    def is_cut(self) -> bool:
        """Whether it takes some of the rows only, already."""
        return any(last_name(one.func) in _CUTS for one in self.parts)


def _model(node: ast.expr) -> ast.expr | None:
    """Return the model of `Model`, `module.Model`, `Model.column`, `self.model`, `table.c.column`."""
    if isinstance(node, ast.Name):
        return node
    if not isinstance(node, ast.Attribute):
        return None
    shown = ast.unparse(node)
    is_column = node.attr[:1].islower() and not shown.startswith(("self.", "cls."))
    return node.value if is_column and node.attr != "c" else node


@dataclass(frozen=True, eq=False)
class Way:
    """How a handler comes to its list: the calls on the way down, each with who makes it."""

    queries: tuple[ListQuery, ...]
    calls: tuple[tuple[Function, ast.Call], ...]

    @property
    def functions(self) -> tuple[Function, ...]:
        """The functions on the way, the handler first."""
        return (*(one for one, _ in self.calls), self.queries[0].function)


def ways(program: Program, handler: Function) -> list[Way]:
    """Return the ways from a handler to lists of rows, the shortest first."""
    found: list[Way] = []
    waiting: list[tuple[Function, tuple[tuple[Function, ast.Call], ...]]] = [(handler, ())]
    seen = {handler}
    while waiting:
        function, calls = waiting.pop(0)
        queries = tuple(list_queries(program, function))
        if queries:
            found.append(Way(queries, calls))
        if len(calls) >= _DEEPEST:
            continue
        for call, targets in program.callees(function):
            fresh = [one for one in targets if one not in seen and one.node.name != "__init__"]
            if len(fresh) > 1:
                fresh = [one for one in fresh if list(list_queries(program, one))] or fresh[:1]
            seen |= set(fresh)
            waiting += [(one, (*calls, (function, call))) for one in fresh]
    return found


def list_queries(program: Program, function: Function) -> Iterator[ListQuery]:
    """Yield the queries whose rows a function reads as a list."""
    parents = {
        child: node for node in program.walk(function) for child in ast.iter_child_nodes(node)
    }
    for call in program.walk(function):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            continue
        query = _query_of(call)
        if query is None:
            continue
        parts = tuple(_parts(program, function, query, 0))
        names = {last_name(one.func) for one in parts}
        if not names & _QUERIES or names & _WRITES or _counts(parts):
            continue
        if call.func.attr == "all" or _gives_list(program, function, parents, call):
            yield ListQuery(function, query, call, parts)


def _query_of(call: ast.Call) -> ast.expr | None:
    """Return the query that a call runs: `session.exec(query)`, `query.all()`."""
    assert isinstance(call.func, ast.Attribute)  # noqa: S101 - looked at before
    if call.func.attr in _RUNS and call.args:
        return call.args[0]
    if call.func.attr == "all" and not call.args:
        return call.func.value
    return None


def _parts(program: Program, function: Function, query: ast.expr, depth: int) -> Iterator[ast.Call]:
    """Yield the calls that a query is made of, through the names it is kept under."""
    node: ast.expr = query
    while True:
        if isinstance(node, ast.Call):
            yield node
            if last_name(node.func) in _RUNS:
                return  # rows, no query any more
            if not isinstance(node.func, ast.Attribute):
                return
            node = node.func.value
        elif isinstance(node, ast.Attribute):
            node = node.value
        elif isinstance(node, ast.Name) and depth < 4:
            for one in program.walk(function):
                targets = one.targets if isinstance(one, ast.Assign) else []
                if any(isinstance(t, ast.Name) and t.id == node.id for t in targets):
                    assert isinstance(one, ast.Assign)  # noqa: S101 - it has targets
                    if isinstance(one.value, ast.Call) and one.value is not query:
                        yield from _chain(one.value)
            return
        else:
            return


def _chain(node: ast.expr) -> Iterator[ast.Call]:
    while isinstance(node, ast.Call):
        yield node
        if last_name(node.func) in _RUNS or not isinstance(node.func, ast.Attribute):
            return
        node = node.func.value


def _counts(parts: tuple[ast.Call, ...]) -> bool:
    """Tell whether a query counts rows rather than gives them."""
    start = next((one for one in parts if last_name(one.func) in _QUERIES), None)
    return start is not None and bool(start.args) and "func." in ast.unparse(start.args[0])


def _gives_list(
    program: Program, function: Function, parents: dict[ast.AST, ast.AST], call: ast.Call
) -> bool:
    """Tell whether all rows of what a call has run are read."""
    node: ast.AST = call
    while (parent := parents.get(node)) is not None:
        if isinstance(parent, ast.Attribute):
            if parent.attr in _ONE:
                return False
            if parent.attr in ("all", "fetchall", "partitions"):
                return True
        elif isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name):
            return _is_read_whole(program, function, parents, parent.targets[0].id)
        elif isinstance(parent, ast.comprehension | ast.For | ast.AsyncFor | ast.Return):
            return True
        elif isinstance(parent, ast.Call) and node is not parent.func:
            return last_name(parent.func) in ("list", "tuple")
        elif isinstance(parent, ast.stmt):
            return False
        node = parent
    return False


def _is_read_whole(
    program: Program, function: Function, parents: dict[ast.AST, ast.AST], name: str
) -> bool:
    for one in program.walk(function):
        if not isinstance(one, ast.Name) or one.id != name or not isinstance(one.ctx, ast.Load):
            continue
        node: ast.AST = one
        is_all = True  # what stands there is still all of the rows
        while (parent := parents.get(node)) is not None and not isinstance(parent, ast.stmt):
            if isinstance(parent, ast.Attribute) and parent.attr in _ONE:
                return False
            if isinstance(parent, ast.Attribute) and parent.attr in ("all", "fetchall"):
                return True
            if isinstance(parent, ast.comprehension):
                return True
            if isinstance(parent, ast.Call) and last_name(parent.func) == "list":
                return True
            is_called = isinstance(parent, ast.Call) and parent.func is node
            is_all &= is_called or (isinstance(parent, ast.Attribute) and parent.attr in _ALL)
            node = parent
        if isinstance(parent, ast.For | ast.AsyncFor | ast.Return) and is_all:
            return True
    return False
