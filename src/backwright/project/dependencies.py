"""The dependency graph of an endpoint: `Depends` and `Security` wherever FastAPI looks for them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from backwright.project.annotations import Type, class_of, read_type, type_of_class
from backwright.project.columns import class_frame
from backwright.project.interpret import ancestry, knowing, signatures
from backwright.project.interpret.values import (
    Bound,
    Class,
    External,
    Frame,
    Function,
    Instance,
    is_external,
    settle,
)
from backwright.project.modules import Modules

MARKERS = ("Depends", "Security")
_DEEPEST = 25


@dataclass(frozen=True, slots=True, eq=False)
class Parameter:
    """A parameter of a function that FastAPI calls: its type, and what gives its value."""

    name: str
    type: Type | None
    default: object
    has_default: bool
    marker: Instance | None


@dataclass(frozen=True, slots=True, eq=False)
class Dependency:
    """A callable that FastAPI calls for an endpoint, and what that one depends on.

    `declared` is the type of the parameter that it gives a value to.
    """

    target: object
    scopes: tuple[str, ...]
    inner: tuple[Dependency, ...]
    declared: Type | None = None


def is_marker(value: object) -> bool:
    """Tell whether a value is `Depends(…)` or `Security(…)`."""
    value = settle(value)
    return isinstance(value, Instance) and is_external(value.cls, *MARKERS)


def parameters(target: object) -> list[Parameter]:
    """Return the parameters that FastAPI fills in when it calls `target`."""
    target = settle(target)
    if isinstance(target, Bound):
        return _of_function(target.function, skip_first=True)
    if isinstance(target, Function):
        given = settle(target.attributes.get("__signature__"))
        if isinstance(given, Instance) and given.cls is signatures.SIGNATURE:
            return [_of_signature(one) for one in given.state]
        inside = target.wraps
        if inside is not None:
            return parameters(inside)
        is_method = target.owner is not None and target.kind != "staticmethod"
        own = _of_function(target, skip_first=is_method)
        return own + _of_view(target.owner) if target.owner and is_method else own
    if isinstance(target, Class):
        return _of_class(target)
    if isinstance(target, Instance):
        if isinstance(target.cls, External):
            is_partial = target.cls.last == "partial" and bool(target.args)
            return parameters(target.args[0]) if is_partial else []
        method = ancestry.find(target.cls, "__call__")
        return _of_function(method, skip_first=True) if isinstance(method, Function) else []
    return []


def _of_function(function: Function, *, skip_first: bool) -> list[Parameter]:
    """Return a function's parameters; its annotations are read once."""
    known: dict[str, Parameter] = function.parameters or {}
    function.parameters = known
    spec = function.node.args
    positional = [*spec.posonlyargs, *spec.args]
    wanted = [*(positional[1:] if skip_first else positional), *spec.kwonlyargs]
    for one in wanted:
        if one.arg not in known:
            known[one.arg] = _parameter(one, function)
    return [known[one.arg] for one in wanted]


def _of_signature(given: Instance) -> Parameter:
    """Return a parameter of a signature that a decorator has put together."""
    if given.state is not None:
        return _parameter(*given.state)
    default = settle(given.attributes["default"])
    has_default = default is not signatures.EMPTY
    annotation = settle(given.attributes["annotation"])
    read = type_of_class(annotation) if isinstance(annotation, Class) else None
    shown = str(given.attributes["name"])
    return Parameter(shown, read, default, has_default, _marker(default, read))


def _frame_at(function: Function) -> Frame:
    """Return where annotations of a function are read: names as they were bound at its `def`."""
    rebound = function.module.rebound
    if not rebound or function.frame.kind != "module":
        return function.frame
    line = function.node.lineno
    first = {
        name: next((value for at, value in taken if at >= line), None)
        for name, taken in rebound.items()
    }
    names = {name: value for name, value in first.items() if value is not None}
    frame = function.frame
    return Frame(frame.world, frame.module, names, "function", frame.qualname, frame)


def _parameter(argument: ast.arg, function: Function) -> Parameter:
    read = read_type(argument.annotation, _frame_at(function)) if argument.annotation else None
    has_default = argument.arg in function.defaults
    default = settle(function.defaults.get(argument.arg))
    return Parameter(argument.arg, read, default, has_default, _marker(default, read))


def _marker(default: object, read: Type | None) -> Instance | None:
    candidates = (default, *(reversed(read.extras) if read is not None else ()))
    for one in candidates:
        if isinstance(one, Instance) and is_marker(one):
            return one
    return None


def _of_class(cls: Class) -> list[Parameter]:
    """Return the parameters of a class used as a dependency: of `__init__`, or its fields."""
    initializer = ancestry.find(cls, "__init__")
    if isinstance(initializer, Function):
        return _of_function(initializer, skip_first=True)
    found = {one.name: one for one in _fields(cls) if one.type is not None}
    return list(found.values())


def _of_view(cls: Class) -> list[Parameter]:
    """Return the dependencies that a class-based view declares in its body."""
    return [one for one in _fields(cls) if one.marker is not None]


def _fields(cls: Class) -> Iterator[Parameter]:
    for body in reversed(ancestry.ancestors(cls)):
        if not isinstance(body, Class):
            continue
        noted = {one.name: one for one in body.annotations}
        for name in dict.fromkeys([*noted, *body.names]):
            annotation = noted.get(name)
            read = read_type(annotation.node, class_frame(body)) if annotation else None
            default = settle(body.names.get(name))
            yield Parameter(name, read, default, name in body.names, _marker(default, read))


def target_of(marker: Instance, read: Type | None) -> object:
    """Return what a marker depends on; `Depends()` means the annotated class."""
    given = settle(marker.args[0] if marker.args else marker.kwargs.get("dependency"))
    if given is not None:
        return given
    return class_of(read) if read is not None else None


def scopes_of(marker: Instance) -> tuple[str, ...]:
    """Return the scopes of `Security(…, scopes=[…])`."""
    given = marker.args[1] if len(marker.args) > 1 else marker.kwargs.get("scopes")
    given = settle(given)
    if isinstance(given, (list, tuple)):
        return tuple(one for one in given if isinstance(one, str))
    return ()


def dependency(
    marker: object, read: Type | None = None, around: tuple[object, ...] = ()
) -> Dependency | None:
    """Follow one marker to the callables behind it; `around` are those that it is inside of."""
    marker = settle(marker)
    if not isinstance(marker, Instance) or not is_marker(marker):
        return None
    target = target_of(marker, read)
    on_itself = any(one is target for one in around)
    inner = () if on_itself or len(around) > _DEEPEST else _inner(target, (*around, target))
    return Dependency(target, scopes_of(marker), inner, read)


def _inner(target: object, around: tuple[object, ...]) -> tuple[Dependency, ...]:
    found = [dependency(one.marker, one.type, around) for one in parameters(target) if one.marker]
    found += [dependency(one, None, around) for one in _of_library(target)]
    return tuple(one for one in found if one is not None)


def _of_library(target: object) -> list[object]:
    """Return what fastapi-users' `current_user(…)` depends on of the project's functions.

    They are the manager of users, and the strategy and the scheme of each backend.
    """
    target = settle(target)
    cls = target.cls if isinstance(target, Instance) else None
    if not (isinstance(cls, External) and cls.name.endswith("FastAPIUsers().current_user")):
        return []
    users = settle(cls.owner)
    if not isinstance(users, Instance):
        return []
    given = [*users.args, *users.kwargs.values()]
    backends = [settle(one) for part in given for one in knowing.elements(part) or []]
    parts = [one.kwargs.get("get_strategy") for one in backends if isinstance(one, Instance)]
    found = [one for one in (*given[:1], *parts) if one is not None]
    return [Instance(External("fastapi.Depends"), [one]) for one in found]


def dependencies_of(endpoint: object, outer: tuple[object, ...]) -> tuple[Dependency, ...]:
    """Return the dependencies of an endpoint: of its app and routers first, then its own."""
    found = [dependency(one) for one in outer]
    found += [dependency(one.marker, one.type) for one in parameters(endpoint) if one.marker]
    return tuple(one for one in found if one is not None)


def everything(found: tuple[Dependency, ...]) -> Iterator[Dependency]:
    """Yield dependencies and theirs, outer ones first."""
    for one in found:
        yield one
        yield from everything(one.inner)


def instance_names(modules: Modules) -> dict[int, str]:
    """Return the names of instances that modules hold, by identity, where they were made."""
    found: dict[int, str] = {}
    for module in modules.known():
        for name, value in module.names.items():
            if isinstance(value, Instance) and value.file == module.file:
                found.setdefault(id(value), f"{modules.name(module)}:{name}")
    return found


def name_of(target: object, modules: Modules, instances: dict[int, str]) -> str | None:
    """Return the name of a dependency, as `package.module:name`; a wrapper's is what it wraps."""
    target = settle(target)
    if isinstance(target, Bound):
        return name_of(target.function, modules, instances)
    if isinstance(target, Function) and isinstance(target.wraps, (Function, Bound)):
        return name_of(target.wraps, modules, instances)
    if isinstance(target, (Function, Class)):
        return f"{modules.name(target.module)}:{target.qualname}"
    if isinstance(target, External):
        return target.name
    if not isinstance(target, Instance):
        return None
    if id(target) in instances:
        return instances[id(target)]
    cls = target.cls
    if isinstance(cls, Class):
        return f"{modules.name(cls.module)}:{cls.qualname}()"
    return f"{cls.name}()"
