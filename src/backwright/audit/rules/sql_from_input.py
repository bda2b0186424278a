"""SQL is put together from what the request says.

Why: a text in the query becomes part of the command (SQL injection): it reads other tables, skips the
password, or deletes.

Bad:

    from fastapi import FastAPI
    from sqlalchemy import text
    from sqlalchemy.orm import Session
    app = FastAPI()
    @app.get("/items")
    def search(name: str, db: Session) -> list[object]:
        return db.execute(text(f"SELECT * FROM item WHERE name = '{name}'")).all()

Bad:

    from sqlalchemy.orm import Session
    def find(db: Session, name: str) -> list[object]:
        return db.execute("SELECT * FROM item WHERE name = '%s'" % name).all()

Good:

    from fastapi import FastAPI
    from sqlalchemy import text
    from sqlalchemy.orm import Session
    TABLE = "item"
    app = FastAPI()
    @app.get("/items")
    def search(name: str, db: Session) -> list[object]:
        return db.execute(text(f"SELECT * FROM {TABLE} WHERE name = :name"), {"name": name}).all()

Bad:

    from fastapi import FastAPI
    from sqlalchemy.orm import Session
    app = FastAPI()
    @app.get("/items")
    def search(db: Session, skip: int | None = 0, name: str | None = None) -> list[object]:
        return db.execute(f"SELECT * FROM item {f'WHERE name = {name}' if name else ''} OFFSET 0").all()

Good:

    from typing import Optional
    from fastapi import FastAPI
    from sqlalchemy.orm import Session
    app = FastAPI()
    @app.get("/items")
    def items(db: Session, skip: Optional[int] = 0, limit: int | None = 10) -> list[object]:
        return db.execute(f"SELECT * FROM item LIMIT {limit} OFFSET {skip}").all()

Good:

    from fastapi import FastAPI, Request
    from sqlalchemy.orm import Session
    app = FastAPI()
    def found(db: Session, kind: str, name: str) -> list[object]:
        return db.execute(f"SELECT * FROM {kind} WHERE name = :name", {"name": name}).all()
    def mine(db: Session, request: Request) -> list[object]:
        return db.execute(f"SELECT * FROM note WHERE owner_id = {request.state.user_id}").all()
    @app.get("/clients")
    def clients(name: str, db: Session) -> list[object]:
        return found(db, kind="client", name=name)

Leave it: never; names of columns that clients choose come from a fixed list.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.identity import mentions
from backwright.audit.inputs import derived, inputs_of
from backwright.audit.refusing import passed_to
from backwright.audit.rule import Found, Judged, at, rule
from backwright.audit.sources import FunctionNode, Source, last_name, own_nodes, parameters
from backwright.audit.subject import Subject

_SQL = re.compile(r"(?is)\b(select\b.+\bfrom|insert\s+into|update\b.+\bset|delete\s+from|where)\b")
_RUNS = frozenset(
    {
        "execute",
        "exec",
        "text",
        "exec_driver_sql",
        "scalar",
        "scalars",
        "fetch",
        "fetchrow",
        "fetchval",
    }
)
_SAFE = frozenset({"int", "float", "bool", "UUID", "uuid.UUID", "date", "datetime", "Decimal"})
_CONSTANT = re.compile(r"^(table|schema|column|cls|model)(_?name)?$|table|schema_name")


@rule(item=4, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge the texts that are run as SQL."""
    for source in subject.program:
        for call in source.nodes(ast.Call):
            if last_name(call.func) not in _RUNS or not call.args:
                continue
            function = source.function_around(call)
            shown = _expression(function, call.args[0])
            if function is None or not _SQL.search(ast.unparse(shown)):
                continue
            names = _given(function)
            put = (one for one in _parts(shown) if derived(one, names) and not _is_state(one))
            inner = next(put, None)
            if inner is not None and not _is_fixed(subject, function, inner):
                yield Found(
                    at(source, call),
                    f"{ast.unparse(inner)} becomes part of the SQL",
                    'bind it: text("… WHERE name = :name"), {"name": name}',
                    level=None if _is_asked(subject, source, function, inner) else "warning",
                )


def _is_state(node: ast.expr) -> bool:
    """Tell whether an expression is what the program itself has noted with a request."""
    return ".state." in f"{ast.unparse(node)}."


def _is_asked(subject: Subject, source: Source, function: FunctionNode, inner: ast.expr) -> bool:
    """Tell whether any text of a request gets there: to its handler, or to what that calls.

    What is looked for in a list of allowed words is no longer any text.
    """
    roots = {one.id for one in ast.walk(inner) if isinstance(one, ast.Name)}
    looks = (one for one in ast.walk(function) if isinstance(one, ast.Compare))
    if any(
        isinstance(one.ops[0], ast.In | ast.NotIn) and mentions(one.left, roots) for one in looks
    ):
        return False
    if (source.file, function.lineno) in subject.handled:
        return True
    for handler in subject.handlers:
        names = {one.name for one in inputs_of(subject, handler)}
        for call in own_nodes(handler.node):
            if isinstance(call, ast.Call) and last_name(call.func) == function.name:
                values = [one for name, one in passed_to(call, function) if name in roots]
                if any(derived(one, names) for one in values):
                    return True
    return False


def _is_fixed(subject: Subject, function: FunctionNode, inner: ast.expr) -> bool:
    """Tell whether every call of a function writes down what gets there."""
    roots = {one.id for one in ast.walk(inner) if isinstance(one, ast.Name)}
    given = [
        one
        for at_source in subject.program
        for call in at_source.nodes(ast.Call)
        if last_name(call.func) == function.name
        for name, one in passed_to(call, function)
        if name in roots
    ]
    return bool(given) and all(isinstance(one, ast.Constant) for one in given)


def _given(function: FunctionNode) -> set[str]:
    """Return the parameters that can hold any text."""
    return {
        one.arg
        for one, _ in parameters(function)
        if one.arg not in {"self", "cls"}
        and not _CONSTANT.search(one.arg)
        and (one.annotation is None or not set(_named(one.annotation)) <= _SAFE)
    }


def _named(annotation: ast.expr) -> Iterator[str]:
    """Yield the types that a parameter may have, but for none at all: `int` of `Optional[int]`."""
    if isinstance(annotation, ast.BinOp):
        yield from (*_named(annotation.left), *_named(annotation.right))
    elif isinstance(annotation, ast.Subscript) and last_name(annotation.value) == "Optional":
        yield from _named(annotation.slice)
    elif not isinstance(annotation, ast.Constant) or annotation.value is not None:
        yield ast.unparse(annotation)


def _expression(function: FunctionNode | None, node: ast.expr) -> ast.expr:
    """Return what a local name was bound to, if it was bound once."""
    if isinstance(node, ast.Name) and function is not None:
        bound = [
            one.value
            for one in ast.walk(function)
            if isinstance(one, ast.Assign) and any(last_name(it) == node.id for it in one.targets)
        ]
        return bound[0] if len(bound) == 1 else node
    return node


def _branches(node: ast.expr) -> Iterator[ast.expr]:
    """Yield an expression, or what is put into a text on either side of a condition."""
    if not isinstance(node, ast.IfExp):
        yield node
        return
    for one in (node.body, node.orelse):
        yield from _parts(one) if isinstance(one, ast.JoinedStr) else [one]


def _parts(node: ast.expr) -> Iterator[ast.expr]:
    """Yield what is put into a text as it is."""
    if isinstance(node, ast.JoinedStr):
        for one in node.values:
            if isinstance(one, ast.FormattedValue):
                yield from _branches(one.value)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        yield from node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        for side in (node.left, node.right):
            yield from _parts(side) if isinstance(side, ast.BinOp | ast.JoinedStr) else [side]
    elif isinstance(node, ast.Call) and last_name(node.func) == "format":
        yield from (*node.args, *(one.value for one in node.keywords))
