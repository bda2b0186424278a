"""A row that may not exist is used as if it did.

Why: `first()`, `one_or_none()`, `scalar_one_or_none()` and `session.get()` give `None` where nothing was
found; the next attribute is an `AttributeError`, and the client gets 500 instead of 404.

Bad:

    from sqlalchemy.orm import Session
    def rename(db: Session, model: type, key: int, name: str) -> None:
        row = db.query(model).filter_by(id=key).first()
        row.name = name
        db.commit()

Good:

    from sqlalchemy.orm import Session
    def rename(db: Session, model: type, key: int, name: str) -> None:
        row = db.query(model).filter_by(id=key).first()
        if row is None:
            raise LookupError(key)
        row.name = name
        db.commit()

Good:

    from sqlalchemy.orm import Session
    def name_of(db: Session, model: type, key: int) -> str | None:
        row = db.query(model).filter_by(id=key).first()
        return row.name if row else None

Good:

    from sqlmodel import Field, Session, SQLModel
    class Room(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        name: str
    class Booking(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        room_id: int = Field(foreign_key="room.id")
    def where(db: Session, booking: Booking) -> str:
        room = db.get(Room, booking.room_id)
        return room.name

Leave it: where the row is made beforehand in every deployment (a seeded role); an assert says so.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.audit.fixes.query_types import rows_of
from backwright.audit.fixes.repair import Fix, end_of, inserted, margin, needs, step
from backwright.audit.rule import Found, Judged, Looked, at, rule
from backwright.audit.sources import FunctionNode, Source, last_name, own_nodes, parameters
from backwright.audit.subject import Subject

_MAYBE = frozenset({"first", "one_or_none", "scalar_one_or_none"})
_NO_ROWS = frozenset({"count", "func", "exists", "max", "min", "sum"})


@rule(item=3, level="warning")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge each name that a lookup gives, in the function that looks up."""
    for source in subject.program:
        if not any(word in source.text for word in ("first(", "one_or_none(", "get(")):
            continue
        for function in source.functions:
            for name, lookup in _lookups(function):
                used = _used(function, name, lookup)
                if (
                    used is None
                    or _is_tested(function, name)
                    or _is_referred_to(subject, source, function, lookup)
                ):
                    yield Looked(at(source, lookup))
                    continue
                yield Found(
                    at(source, used),
                    f"{name} may be None: {ast.unparse(lookup.func)[-60:]}() found nothing "
                    f"(line {lookup.lineno}), and nobody asks",
                    f"if {name} is None:\n    raise HTTPException(404, …)",
                    fix=_refusing(subject, source, function, name, lookup),
                )


def _refusing(
    subject: Subject, source: Source, function: FunctionNode, name: str, lookup: ast.Call
) -> Fix | None:
    """Return what answers 404 behind the lookup, where it stands in an endpoint itself."""
    statement = next((one for one in source.above(lookup) if isinstance(one, ast.stmt)), None)
    if (source.file, function.lineno) not in subject.handled or statement is None:
        return None
    error = subject.names.bound(source, "HTTPException").library
    if (error and not error.endswith(".HTTPException")) or "HTTPException" in source.bindings:
        return None
    rows = rows_of(subject, source, lookup, awaited=False)
    what = last_name(rows[0]) if rows is not None else name.replace("_", " ").capitalize()
    outer, unit = margin(source, statement.lineno), step(source)
    text = (
        f"\n{outer}if {name} is None:\n"
        f'{outer}{unit}raise HTTPException(status_code=404, detail="{what} not found")'
    )
    imported = () if error else needs(source.file, [("fastapi", "HTTPException")])
    return Fix((inserted(source, end_of(statement), text),), imported)


def _is_referred_to(
    subject: Subject, source: Source, function: FunctionNode, lookup: ast.Call
) -> bool:
    """Tell whether a row is looked up by another row's foreign key that is never null: it is there."""
    keys = [
        side for one in ast.walk(lookup) if isinstance(one, ast.Compare) for side in one.comparators
    ]
    keys += lookup.args[1:] if last_name(lookup.func) == "get" else []
    if len(keys) != 1 or not isinstance(key := keys[0], ast.Attribute):
        return False
    rows = rows_of(subject, source, lookup, awaited=False)
    model = subject.model_of(subject.names.meaning(source, rows[0])) if rows is not None else None
    if model is None or not isinstance(key.value, ast.Name):
        return False
    row = subject.model_of(subject.names.meaning(source, key.value))
    if row is None and key.value.id in {one.arg for one, _ in parameters(function)}:
        return False  # what the request says refers to nothing
    refers = [
        column
        for one in ([row] if row is not None else subject.project.models)
        for column in one.columns
        if column.name == key.attr and (column.foreign_key or "").startswith(f"{model.table}.")
    ]
    return bool(refers) and not any(one.nullable for one in refers)


def _lookups(function: FunctionNode) -> Iterator[tuple[str, ast.Call]]:
    """Yield the names that are bound once, to what a lookup gives."""
    for one in own_nodes(function):
        if not isinstance(one, ast.Assign) or len(one.targets) != 1:
            continue
        target = one.targets[0]
        value = one.value.body if isinstance(one.value, ast.IfExp) else one.value
        value = value.value if isinstance(value, ast.Await) else value
        if isinstance(target, ast.Name) and isinstance(value, ast.Call) and _is_lookup(value):
            bound = [
                it for it in own_nodes(function)
                if isinstance(it, ast.Name) and it.id == target.id and isinstance(it.ctx, ast.Store)
            ]  # fmt: skip
            if len(bound) == 1:
                yield target.id, value


def _is_lookup(call: ast.Call) -> bool:
    """Tell whether a call gives a row or `None`."""
    if not isinstance(call.func, ast.Attribute):
        return False
    if any(
        last_name(one) in _NO_ROWS
        for one in ast.walk(call)
        if isinstance(one, ast.Attribute | ast.Name)
    ):
        return False
    if call.func.attr in _MAYBE:
        inner = call.func.value
        while isinstance(inner, ast.Call | ast.Attribute | ast.Await):
            inner = inner.func if isinstance(inner, ast.Call) else inner.value
        return not call.args and isinstance(inner, ast.Name)
    is_session = last_name(call.func.value) in {"session", "db", "db_session", "async_session"}
    return call.func.attr == "get" and is_session and len(call.args) == 2


def _used(function: FunctionNode, name: str, lookup: ast.Call) -> ast.AST | None:
    """Return where an attribute of the row is used."""
    for one in own_nodes(function):
        if (
            isinstance(one, ast.Attribute)
            and isinstance(one.value, ast.Name)
            and one.value.id == name
            and one.lineno >= lookup.lineno
        ):
            return one
    return None


def _is_tested(function: FunctionNode, name: str) -> bool:
    """Tell whether the function asks about the name anywhere, or hands it to somebody who may."""
    for one in own_nodes(function):
        if isinstance(one, ast.If | ast.While | ast.IfExp | ast.Assert):
            tested = [one.test]
        elif isinstance(one, ast.BoolOp):
            tested = [*one.values]
        elif isinstance(one, ast.comprehension):
            tested = [*one.ifs]
        elif isinstance(one, ast.Compare | ast.Match):
            tested = [one.left if isinstance(one, ast.Compare) else one.subject]
        elif isinstance(one, ast.UnaryOp) and isinstance(one.op, ast.Not):
            tested = [one.operand]
        elif isinstance(one, ast.ExceptHandler) and last_name(one.type) in {
            "AttributeError",
            "Exception",
        }:
            return True
        elif isinstance(one, ast.Expr) and isinstance(one.value, ast.Call | ast.Await):
            call = one.value.value if isinstance(one.value, ast.Await) else one.value
            tested = (
                [*call.args, *(it.value for it in call.keywords)]
                if isinstance(call, ast.Call)
                else []
            )
            tested = [it for it in tested if isinstance(it, ast.Name)] if _may_refuse(call) else []
        else:
            continue
        if any(_asks_about(part, name) for part in tested):
            return True
    return False


def _asks_about(test: ast.AST, name: str) -> bool:
    """Tell whether a test speaks of the row itself, rather than of an attribute of it."""
    waiting = [test]
    while waiting:
        one = waiting.pop()
        if isinstance(one, ast.Name) and one.id == name:
            return True
        is_use = isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name)
        waiting += [] if is_use else list(ast.iter_child_nodes(one))
    return False


def _may_refuse(call: ast.expr) -> bool:
    """Tell whether a call may be a check: not one of the session's own."""
    return last_name(call) not in {
        "add",
        "delete",
        "refresh",
        "expunge",
        "merge",
        "append",
        "print",
    }
