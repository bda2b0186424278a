"""The row that an endpoint is below: how a project finds it by itself, or would."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from backwright.transfer.nested.ground import Ground, Side
from backwright.transfer.nested.handlers import Handler, Param, UnsaidError, handler_of, params_of
from backwright.transfer.nested.lookups import Lookup, before_deleting, lookup

_KINDS = ((r"uuid", "UUID", "uuid"), (r"str|char|text", "str", ""), (r"int|serial", "int", ""))


@dataclass(frozen=True, eq=False)
class Parent:
    """The row that an endpoint is below.

    Attributes:
        handler: The endpoint of the project that it is found like.
        code: Its module.
        params: What the new endpoint is given to find the row.
        found: The statements that find it.
        value: The expression of its key.
        key: The parameter that tells it.
        kind: The type of the key.
        path: Its path, as a decorator of the module says it.
        full: Its whole path.
    """

    handler: Handler
    code: str
    params: list[Param]
    found: Lookup
    value: str
    key: str
    kind: str
    path: str
    full: str


def parent_of(ground: Ground, side: Side, *, wants_row: bool = False) -> Parent:
    """Return how a row is found by itself: as where it is read, else as the project's others are.

    Raises:
        UnsaidError: no handler shows it.
    """
    if "get" not in side.verbs:
        return where_deleted(ground, side) or _plainly(ground, side)
    handler = handler_of(ground.program, side.verbs["get"])
    code = ground.code(handler.file)
    params = params_of(ground.program, handler, code)
    name = handler.keys[-1]
    key = next((p for p in params if p.name == name), None)
    if key is None:
        raise UnsaidError(f"{handler.function.name} has no parameter {name}")
    is_key = _names_key(side, name)
    program, project = ground.program, ground.project
    wanted = wants_row or not is_key
    found = lookup(program, project, handler, code, side.names.variable, wants_row=wanted)
    value = name if is_key else f"{found.row}.{side.key}"
    full = handler.endpoint.path
    kind = _kind_of(key)
    return Parent(handler, code, params, found, value, key.name, kind, handler.path, full)


def where_deleted(ground: Ground, side: Side) -> Parent | None:
    """Return how a row is found where it is deleted; None where another layer does that."""
    if "delete" not in side.verbs:
        return None
    handler = handler_of(ground.program, side.verbs["delete"])
    code = ground.code(handler.file)
    found = before_deleting(handler, code)
    params = params_of(ground.program, handler, code)
    key = next((p for p in params if handler.keys[-1:] == [p.name]), None)
    if found is None or key is None:
        return None
    value = key.name if _names_key(side, key.name) else f"{found.row}.{side.key}"
    full = handler.endpoint.path
    kind = _kind_of(key)
    return Parent(handler, code, params, found, value, key.name, kind, handler.path, full)


def _plainly(ground: Ground, side: Side) -> Parent:
    """Return how a row would be found beside the list of all, by the session that is given there."""
    handler = handler_of(ground.program, side.endpoint("list"))
    code = ground.code(handler.file)
    session = session_of(ground, handler)
    if not session:
        raise UnsaidError(f"{side.model.name} has no endpoint to get one, nor a session at hand")
    if side.model.owner is not None:
        raise UnsaidError(f"{side.model.name} has no endpoint to get one, and its rows have owners")
    name, row = f"{side.names.snake}_id", side.names.variable
    column = next(c for c in side.model.columns if c.name == side.key)
    kind, module = next(
        ((k, m) for pattern, k, m in _KINDS if re.search(pattern, column.type, re.IGNORECASE)),
        ("int", ""),
    )
    home = handler.file
    given = [p for p in params_of(ground.program, handler, code) if p.injected]
    params = [Param(name, f": {kind}", injected=False, required=True), *given]
    ground.needs.setdefault(home, set()).add(
        (ground.program.sources.module(side.model.file), side.model.name)
    )
    if module:
        ground.needs[home].add((module, kind))
    waits = "await " if is_awaited(ground, handler, session) else ""
    model = side.model.name
    found = f"{row} = {waits}{session}.get({model}, {name})\n"
    if f"{session}.query(" in code:
        found = f"{row} = {session}.query({model}).filter({model}.{side.key} == {name}).first()\n"
    path, full = (f"{p.rstrip('/')}/{{{name}}}" for p in (handler.path, handler.endpoint.path))
    looked_up = Lookup(found, row, refuses=False)
    return Parent(handler, code, params, looked_up, name, name, kind, path, full)


def session_of(ground: Ground, handler: Handler) -> str:
    """Return the parameter by which a handler is given a session; empty where it has none."""
    for param in handler.function.parameters:
        if ground.program.is_session(handler.function, ast.Name(param.arg, ast.Load())):
            return param.arg
    return ""


def is_awaited(ground: Ground, handler: Handler, session: str) -> bool:
    """Tell whether a handler's session is awaited: by what it does, else as the project's is."""
    text = ast.unparse(handler.node)
    if f"await {session}." in text or "AsyncSession" in text:
        return True
    database = ground.project.database
    plain = re.search(rf"(?<!await )\b{session}\.\w+\(", text)
    return handler.is_async and not plain and bool(database and database.is_async)


def _names_key(side: Side, name: str) -> bool:
    """Tell whether a parameter is a row's key, by its name."""
    snake, key = side.names.snake, side.key
    last = key.removeprefix(f"{snake}_")
    return name in (key, last, f"{snake}_{last}", f"{snake}{last}", "id", "pk", f"{snake}_id")


def _kind_of(key: Param) -> str:
    """Return a parameter's type, that within `Annotated[…]`."""
    kind = key.rest.partition("=")[0].strip().removeprefix(":").strip()
    inner = re.match(r"(?:\w+\.)?Annotated\[\s*([\w.]+)\s*,", kind)
    return inner[1] if inner else kind or "int"


def refusal(ground: Ground, parent: Parent, side: Side) -> str:
    """Return what answers 404 where nothing on the way does.

    Raises:
        UnsaidError: the row has no name.
    """
    row = parent.found.row
    if not row:
        raise UnsaidError(f"nothing says that a {side.names.human} is not there")
    ground.needs.setdefault(parent.handler.file, set()).add(("fastapi", "HTTPException"))
    said = f"{side.names.human[:1].upper()}{side.names.human[1:]} not found"
    return f'if {row} is None:\n    raise HTTPException(status_code=404, detail="{said}")\n'
