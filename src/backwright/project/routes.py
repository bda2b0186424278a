"""From applications to their routes: prefixes joined, includes and mounts followed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from backwright.project.interpret import ancestry, framework, knowing
from backwright.project.interpret.values import (
    Bound,
    Class,
    External,
    Function,
    Instance,
    Unknown,
    settle,
    why_unknown,
)
from backwright.project.types import Unresolved

DEEPEST = 30


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """One route of an application with its full path and everything that guards it.

    `apps` are the applications that a request passes, outermost first; `written` are the
    keywords of the call that made it, unevaluated.
    """

    methods: tuple[str, ...]
    path: str
    endpoint: object
    dependencies: tuple[object, ...]
    options: dict[str, object]
    file: str
    line: int
    apps: tuple[Instance, ...]
    written: dict[str, ast.expr] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class _Way:
    """What was passed on the way to a route; `within` are the routers that were included."""

    prefix: str
    dependencies: tuple[object, ...]
    apps: tuple[Instance, ...]
    depth: int = 0
    within: tuple[Instance, ...] = ()


def routes_of(app: Instance, unresolved: dict[Unresolved, None]) -> list[Route]:
    """Return the routes of an application, in the order in which it matches them."""
    return list(_follow(app, _Way("", (), (app,)), None, unresolved))


def _follow(
    router: Instance, way: _Way, count: int | None, unresolved: dict[Unresolved, None]
) -> Iterator[Route]:
    routes = router.attributes.get("routes")
    if way.depth > DEEPEST or not isinstance(routes, list):
        return
    for one in routes[:count]:
        kind = one.cls.name if isinstance(one, Instance) and isinstance(one.cls, External) else ""
        if kind == framework.INCLUDE:
            yield from _included(one, way, unresolved)
        elif kind.endswith("Mount"):
            yield from _mounted(one, way, unresolved)
        elif kind:
            route = _route(one, way, unresolved)
            if route is not None:
                yield route


def _included(include: Instance, way: _Way, unresolved: dict[Unresolved, None]) -> Iterator[Route]:
    prefix = knowing.text(include.attributes["prefix"])
    if prefix is None:
        why = f"the prefix is not known: {why_unknown(include.attributes['prefix'])}"
        unresolved.setdefault(Unresolved(include.file, include.line, why))
        return
    _doubtful(include.attributes["prefix"], include, unresolved)
    dependencies = (*way.dependencies, *include.attributes["dependencies"])  # type: ignore[misc]
    child, count = include.attributes["router"], include.attributes["count"]
    if child in way.within:
        why = "a router is included in itself; its routes are listed once"
        unresolved.setdefault(Unresolved(include.file, include.line, why))
        return
    if isinstance(child, Instance):
        within = (*way.within, child)
        inner = _Way(way.prefix + prefix, dependencies, way.apps, way.depth + 1, within)
        yield from _follow(child, inner, count if isinstance(count, int) else None, unresolved)


def _doubtful(value: object, place: Instance, unresolved: dict[Unresolved, None]) -> None:
    if isinstance(value, Unknown):
        why = f"the path is not certain: {why_unknown(value)}"
        unresolved.setdefault(Unresolved(place.file, place.line, why))


def _mounted(mount: Instance, way: _Way, unresolved: dict[Unresolved, None]) -> Iterator[Route]:
    path = knowing.text(mount.attributes["path"])
    if path is None:
        why = f"the mount's path is not known: {why_unknown(mount.attributes['path'])}"
        unresolved.setdefault(Unresolved(mount.file, mount.line, why))
        return
    target = _application(mount.attributes["app"])
    prefix = way.prefix + path.rstrip("/")
    if target in way.apps:
        return  # what is mounted hands everything else back to the application around it
    if target is not None:
        inner = _Way(prefix, (), (*way.apps, target), way.depth + 1)
        yield from _follow(target, inner, None, unresolved)
    elif mount.attributes["routes"]:
        holder = Instance(mount.cls, attributes={"routes": mount.attributes["routes"]})
        yield from _follow(holder, _Way(prefix, (), way.apps, way.depth + 1), None, unresolved)
    elif not _static(mount.attributes["app"]):
        why = f"what is mounted at {prefix or '/'} is not read: "
        why += why_unknown(settle(mount.attributes["app"]))
        unresolved.setdefault(Unresolved(mount.file, mount.line, why))


def _application(value: object) -> Instance | None:
    """Return the application that a value is, or that a wrapper was made around."""
    value = settle(value)
    for _ in range(8):
        if not isinstance(value, Instance):
            return None
        if framework.is_router(value):
            return value
        inside = [*value.args, *value.kwargs.values(), *value.attributes.values()]
        value = next((one for one in inside if framework.is_router(one)), None)
    return None


def _static(value: object) -> bool:
    value = settle(value)
    cls = value.cls if isinstance(value, Instance) else value
    if isinstance(cls, Class):
        return any(isinstance(one, External) and "Static" in one.last for one in cls.bases)
    return isinstance(cls, External) and "Static" in cls.last


def _route(one: Instance, way: _Way, unresolved: dict[Unresolved, None]) -> Route | None:
    path = knowing.text(one.attributes.get("path"))
    if path is None:
        why = f"the path is not known: {why_unknown(one.attributes.get('path'))}"
        unresolved.setdefault(Unresolved(one.file, one.line, why))
        return None
    _doubtful(one.attributes.get("path"), one, unresolved)
    methods = one.attributes.get("methods")
    names = tuple(str(name) for name in methods) if isinstance(methods, list) else ("GET",)
    own = one.attributes.get("dependencies")
    dependencies = (*way.dependencies, *(own if isinstance(own, list) else ()))
    endpoint = settle(one.attributes.get("endpoint"))
    written = one.attributes.get("written")
    return Route(
        names,
        way.prefix + path,
        endpoint,
        dependencies,
        one.kwargs,
        one.file,
        one.line,
        way.apps,
        written if isinstance(written, dict) else {},
    )


def plain_function(endpoint: object) -> Function | None:
    """Return the function that the project wrote for an endpoint, past wrappers and partials."""
    for _ in range(20):
        endpoint = settle(endpoint)
        if isinstance(endpoint, Bound):
            endpoint = endpoint.function
        if isinstance(endpoint, Instance):
            endpoint = _behind(endpoint)
        if not isinstance(endpoint, Function):
            return None
        if endpoint.wraps is None:
            return endpoint
        endpoint = endpoint.wraps
    return None


def _behind(instance: Instance) -> object:
    if isinstance(instance.cls, External):
        return instance.args[0] if instance.args else None

    return ancestry.find(instance.cls, "__call__")
