"""Calling: functions of the project are followed, those of libraries answered by their models."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from backwright.project.interpret import ancestry, core
from backwright.project.interpret.core import call_value
from backwright.project.interpret.flow import Flow, Raised
from backwright.project.interpret.values import (
    NATIVE,
    Bound,
    Call,
    Class,
    External,
    Frame,
    Function,
    FunctionNode,
    Instance,
    Native,
    Unknown,
    either,
    is_external,
    settle,
)
from backwright.source.syntax import children

_RECURSIONS = 3
_KINDS = {
    "property": "property",
    "cached_property": "property",
    "computed_field": "property",
    "hybrid_property": "property",
    "staticmethod": "staticmethod",
    "classmethod": "classmethod",
    "field_validator": "classmethod",
    "declared_attr": "declared_attr",
    "directive": "declared_attr",
    "cascading": "declared_attr",
}


def make_function(node: FunctionNode, name: str, frame: Frame) -> Function:
    """Return the function that a `def` or `lambda` makes; its defaults are evaluated now."""
    defaults: dict[str, object] = {}
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    with_default = positional[len(positional) - len(arguments.defaults) :]
    for argument, default in zip(with_default, arguments.defaults, strict=True):
        defaults[argument.arg] = core.evaluate(default, frame)
    for argument, default_or_none in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default_or_none is not None:
            defaults[argument.arg] = core.evaluate(default_or_none, frame)
    between = {"module": "", "class": ".", "function": ".<locals>."}[frame.kind]
    qualname = frame.qualname + between + name
    owner = frame.owner if frame.kind == "class" else None
    function = Function(name, qualname, frame.module, node, frame, defaults, owner=owner)
    if frame.kind == "class" and name in {"__init_subclass__", "__class_getitem__"}:
        function.kind = "classmethod"
    if not isinstance(node, ast.Lambda) and not frame.world.anonymous:
        frame.world.functions.append(function)
    return function


def decorated(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, value: object, frame: Frame
) -> object:
    """Apply the decorators of a definition, last one first."""
    for expression in reversed(node.decorator_list):
        decorator = settle(core.evaluate(expression, frame))
        if isinstance(value, (Function, Class)):
            value.decorators.append(decorator)
        value = _apply(decorator, value, frame, expression)
    return value


def _apply(decorator: object, value: object, frame: Frame, node: ast.expr) -> object:
    external = decorator.cls if isinstance(decorator, Instance) else decorator
    if isinstance(external, External) and isinstance(value, Function):
        if isinstance(external.owner, Function) and external.root == "builtins":
            return external.owner
        if external.last in _KINDS:
            value.kind = _KINDS[external.last]
            return value
        if external.root == "functools" and external.last in {"cache", "lru_cache"}:
            value.kept = {}
            return value
    given = call_value(decorator, [value], {}, frame, node)
    if isinstance(given, Unknown) and any(one is value for one in given.candidates):
        return value
    result = settle(given)
    followed = isinstance(decorator, (Function, Bound, Class, Native))
    if result is None or isinstance(result, Unknown):
        return value if not followed or isinstance(result, Unknown) else result
    is_opaque = isinstance(result, Instance) and isinstance(result.cls, External)
    return value if is_opaque and (not followed or isinstance(value, Class)) else result


def _call_library(callee: External, call: Call) -> object:
    witness = call.frame.world.witness
    if witness is not None and (told := witness.called(callee, call)) is not None:
        return told
    handlers = call.frame.world.calls
    handler = handlers.get(callee.name) or handlers.get("." + callee.last)
    if handler is None and callee.last.endswith("Router"):
        handler = handlers[".APIRouter"]  # a library's own kind of router
    if handler is not None:
        return handler(call, callee)
    return library_instance(callee, call)


def library_instance(callee: External, call: Call) -> Instance:
    """Return the opaque result of calling a library."""
    made = Instance(callee, call.args, call.kwargs, {}, call.frame.module.file, call.line)
    call.frame.world.instances.append(made)
    if call.frame.world.witness is not None:
        call.frame.world.witness.made(made)
    return made


def _call_instance(callee: Instance, call: Call) -> object:
    if isinstance(callee.cls, Class):
        method = ancestry.find(callee.cls, "__call__")
        if isinstance(method, Function):
            first = {"classmethod": [callee.cls], "staticmethod": []}.get(method.kind, [callee])
            return call_function(method, [*first, *call.args], call.kwargs, call.frame)
        return Unknown("what it does when called is not known")
    if callee.cls.last in {"partial", "partialmethod"} and callee.args:
        args = [*callee.args[1:], *call.args]
        inner = call.frame
        return call_value(callee.args[0], args, callee.kwargs | call.kwargs, inner, call.node)
    if callee.cls.name.endswith("[]"):  # `Library[Type](…)` makes what `Library(…)` makes
        return _call_library(External(callee.cls.name[:-2], callee), call)
    handler = call.frame.world.calls.get(callee.cls.name + "()")
    if handler is not None:
        return handler(call, External(callee.cls.name + "()", callee))
    only = settle(call.args[0]) if len(call.args) == 1 else None
    if isinstance(only, (Function, Class, Bound)):
        return only
    return library_instance(External(callee.cls.name + "()", callee), call)


def call_function(
    function: Function, args: list[object], kwargs: dict[str, object], frame: Frame
) -> object:
    """Follow a function of the project and return its result; within the budget."""
    if function.kept is not None:
        return _kept(function, args, kwargs, frame)
    return _follow(function, args, kwargs, frame)


def _kept(
    function: Function, args: list[object], kwargs: dict[str, object], frame: Frame
) -> object:
    """Return what a function with a cache gave before for the same arguments.

    What a request gets is not kept: there arguments are made up.
    """
    kept = function.kept or {}
    given = [*args, *(part for pair in sorted(kwargs.items()) for part in pair)]
    key = tuple((type(one), one) if isinstance(one, NATIVE) else id(one) for one in given)
    if key in kept:
        return kept[key][0]
    found = _follow(function, args, kwargs, frame)
    if frame.world.notes:
        function.kept = {**kept, key: (found, given)}
    return found


def _follow(
    function: Function, args: list[object], kwargs: dict[str, object], frame: Frame
) -> object:
    world = frame.world
    if function.kind == "classmethod" and not (args and isinstance(args[0], (Class, Unknown))):
        args = [function.owner, *args]
    again = world.stack.count(function)
    if again and world.witness is not None:  # what it makes of a part is made of that part
        given = tuple(one for one in (*args, *kwargs.values()) if not isinstance(one, NATIVE))
        return Unknown(f"{function.name} calls itself", given)
    if again >= _RECURSIONS or len(world.stack) >= world.deepest or not world.spend():
        return Unknown(f"the calls of {function.name} are too deep to follow")
    function.calls += 1
    inner = Frame(world, function.module, {}, "function", function.qualname, function.frame)
    inner.owner, inner.receiver = function.owner or function.frame.owner, function.frame.receiver
    if function.owner is not None and args:
        inner.receiver = args[0]
    inner.names.update(arguments(function, args, kwargs))
    world.stack.append(function)
    try:
        return _result(function, inner, frame)
    finally:
        world.stack.pop()


def _result(function: Function, inner: Frame, outer: Frame) -> object:
    if isinstance(function.node, ast.Lambda):
        return core.evaluate(function.node.body, inner)
    anonymous = inner.world.anonymous
    try:
        flow = core.run(function.node.body, inner)
    except Raised as raised:
        if inner.returned:
            outer.raised.append(raised.value)
        elif anonymous or is_external(raised.value, "ImportError"):
            raise
        else:
            return Unknown(f"{function.name} raises an error")
        flow = Flow.STOPPED
    if flow is Flow.NEXT and not (_is_generator(function.node) and inner.returned):
        inner.returned.append(None)
    if anonymous and inner.raised:
        if not inner.returned:
            raise Raised(inner.raised[0], function.node.lineno)
        outer.raised.extend(inner.raised)
    if _is_generator(function.node):
        return list(inner.returned)
    return either(inner.returned) if inner.returned else None


def _is_generator(node: FunctionNode) -> bool:
    known = getattr(node, "_backwright_generator", None)
    if known is None:
        known = _yields(node)
        node._backwright_generator = known  # type: ignore[union-attr]
    return bool(known)


def _yields(node: ast.AST) -> bool:
    inner = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
    waiting = list(children(node))
    while waiting:
        child = waiting.pop()
        if isinstance(child, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(child, inner):
            waiting += children(child)
    return False


def arguments(
    function: Function, args: list[object], kwargs: dict[str, object]
) -> dict[str, object]:
    """Bind the arguments of a call to the parameters' names."""
    spec = function.node.args
    bound: dict[str, object] = {}
    positional = [one.arg for one in (*spec.posonlyargs, *spec.args)]
    bound.update(zip(positional, args, strict=False))
    rest = dict(kwargs)
    for name in (*positional[len(args) :], *(one.arg for one in spec.kwonlyargs)):
        if name in rest:
            bound[name] = rest.pop(name)
        elif name in function.defaults:
            bound[name] = function.defaults[name]
        else:
            bound[name] = Unknown(f"nothing gives the argument {name}")
    if spec.vararg:
        bound[spec.vararg.arg] = tuple(args[len(positional) :])
    if spec.kwarg:
        bound[spec.kwarg.arg] = rest
    return bound


CALLABLES: dict[type, Callable[[Any, Call], object]] = {
    Function: lambda callee, call: call_function(callee, call.args, call.kwargs, call.frame),
    Bound: lambda callee, call: call_function(
        callee.function, [callee.receiver, *call.args], call.kwargs, call.frame
    ),
    External: _call_library,
    Native: lambda callee, call: callee.call(call),
    Instance: _call_instance,
}
