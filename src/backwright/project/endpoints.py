"""Endpoints as facts: handler, place, models, dependencies, authentication."""

from __future__ import annotations

import ast
import re
from collections.abc import Hashable, Iterator
from functools import partial

from backwright.project.annotations import Type, class_of, last_name, parsed, read_type, shown_value
from backwright.project.apps import FoundApp
from backwright.project.dependencies import (
    Parameter,
    dependencies_of,
    everything,
    instance_names,
    name_of,
    parameters,
)
from backwright.project.guards import Known, judge
from backwright.project.interpret import ancestry, core
from backwright.project.interpret.framework import TAKES
from backwright.project.interpret.values import (
    Class,
    External,
    Frame,
    Function,
    Instance,
    Unknown,
    is_external,
    settle,
)
from backwright.project.interpret.world import World
from backwright.project.refusals import forget_words
from backwright.project.routes import Route, plain_function, routes_of
from backwright.project.types import Endpoint

_TYPES = frozenset({"list", "dict", "tuple", "set", "str", "int", "bool", "float", "typing"})
_SCHEMA_BASES = ("BaseModel", "SQLModel", "TypedDict", "RootModel", "GenericModel")


def read_endpoints(world: World, apps: list[FoundApp]) -> dict[Endpoint, Route]:
    """Return the endpoints of all applications, in the order in which they are matched.

    Each comes with the route that it was read from.
    """
    found: dict[Endpoint, Route] = {}
    results: dict[Hashable, Known] = {}
    names = instance_names(world.modules)
    for app in apps:
        for route in routes_of(app.instance, world.unresolved):
            for endpoint in world.guarded(
                partial(_endpoints, world, app, route, results, names),
                [],
                (route.file, route.line),
            ):
                found.setdefault(endpoint, route)
    forget_words()
    return found


def _endpoints(
    world: World,
    app: FoundApp,
    route: Route,
    results: dict[Hashable, Known],
    instances: dict[int, str],
) -> list[Endpoint]:
    function = plain_function(route.endpoint)
    own = dependencies_of(route.endpoint, route.dependencies)
    names = [name_of(one.target, world.modules, instances) for one in everything(own)]
    file = function.module.file if function else route.file
    line = function.node.lineno if function else route.line
    auth = judge(world, route, results)
    return [
        Endpoint(
            app=app.object,
            method=method,
            path=route.path or "/",
            handler=_handler(world, route, function, instances),
            file=file,
            line=line,
            auth=auth,
            dependencies=tuple(dict.fromkeys(one for one in names if one)),
            request_model=_request_model(route),
            response_model=_response_model(route, function),
            owner_scoped=None,
        )
        for method in route.methods
    ]


def _handler(
    world: World, route: Route, function: Function | None, instances: dict[int, str]
) -> str:
    if function is not None:
        return f"{world.modules.name(function.module)}:{function.qualname}"
    return name_of(route.endpoint, world.modules, instances) or "…"


def _request_model(route: Route) -> str | None:
    """Return the type of the body: the first parameter that is one; a schema says more than text."""
    if route.methods == ("WEBSOCKET",):
        return None
    if (given := settle(route.options.get(TAKES))) is not None:
        return shown_value(given)
    bodies = [one for one in parameters(route.endpoint) if one.marker is None and _is_body(one)]
    types = [one.type for one in bodies if one.type is not None]
    if not types:
        return None
    kind = next((one for one in types if any(_classes(one))), types[0])
    cls = class_of(kind)
    if isinstance(kind.node, (ast.Name, ast.Attribute)) and isinstance(cls, Class):
        return cls.name
    parts = [part for part in _parts(kind.node) if not _is_none(part)]
    return " | ".join(_meant(part, kind.frame) for part in parts)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_body(one: Parameter) -> bool:
    markers = (one.default, *(one.type.extras if one.type else ()))
    if any(isinstance(v, Instance) and is_external(v.cls, "Body") for v in markers):
        return True
    held = any(
        isinstance(v, Instance) and is_external(v.cls, "Query", "Header", "Cookie", "Path")
        for v in markers
    )
    if held or one.type is None:
        return False
    return any(ancestry.inherits(cls, *_SCHEMA_BASES) for cls in _classes(one.type))


def _classes(kind: Type) -> Iterator[Class]:
    """Yield the project's classes that a type is, or is one of."""
    for part in _parts(kind.node):
        cls = class_of(read_type(part, kind.frame))
        if isinstance(cls, Class):
            yield cls


def _parts(node: ast.expr) -> list[ast.expr]:
    """Return the alternatives of a type."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return [*_parts(node.left), *_parts(node.right)]
    if isinstance(node, ast.Subscript) and last_name(node.value) == "Union":
        return list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
    return [node]


def _response_model(route: Route, function: Function | None) -> str | None:
    """Return `response_model` as written, else the endpoint's return annotation."""
    given = settle(route.options.get("response_model", Unknown("not given")))
    if not isinstance(given, Unknown):
        written = route.written.get("response_model")
        if written is not None and given is not None and _names_types(written):
            return _meant(written, function.frame if function else None)
        return None if given is None else shown_value(given)
    if function is None or isinstance(function.node, ast.Lambda) or function.node.returns is None:
        return None
    shown = _meant(function.node.returns, function.frame)
    return None if shown in {"None", "Any"} or _is_response(function, shown) else shown


def _meant(node: ast.expr, frame: Frame | None) -> str:
    """Write a type with the names that its classes have, not those that they are reached by."""
    node = parsed(node)
    shown = ast.unparse(node)
    for one in ast.walk(node) if frame is not None else ():
        if isinstance(one, (ast.Name, ast.Attribute)) and frame is not None:
            cls, written = settle(core.evaluate(one, frame)), ast.unparse(one)
            is_union = isinstance(cls, Instance) and is_external(cls.cls, "Union", "Union[]")
            meant = (
                cls.name if isinstance(cls, Class) else shown_value(cls) if is_union else written
            )
            if meant != written:
                shown = re.sub(rf"(?<![\w.]){re.escape(written)}\b", meant, shown)
    return shown


def _names_types(node: ast.expr) -> bool:
    """Tell whether a type is written with types alone: then it says more than its value does."""
    owners = {id(one.value) for one in ast.walk(node) if isinstance(one, ast.Attribute)}
    names = [
        last_name(one)
        for one in ast.walk(node)
        if isinstance(one, (ast.Name, ast.Attribute)) and id(one) not in owners
    ]
    types = all(name[:1].isupper() or name in _TYPES for name in names)
    return types and any(isinstance(one, ast.Subscript) for one in ast.walk(node))


def _is_response(function: Function, shown: str) -> bool:
    """Tell whether an annotation is a response itself, which FastAPI makes no model of."""
    if isinstance(function.node, ast.Lambda) or function.node.returns is None:
        return False
    cls = class_of(read_type(function.node.returns, function.frame))
    if isinstance(cls, (Class, External)):
        line = ancestry.ancestors(cls) if isinstance(cls, Class) else [cls]
        return any(isinstance(one, External) and one.last.endswith("Response") for one in line)
    return shown.isidentifier() and shown.endswith("Response")
