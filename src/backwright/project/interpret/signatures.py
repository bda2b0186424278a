"""`inspect.signature` and `get_type_hints`: what functions say of themselves is read by others.

Decorators give their wrappers a signature of their own making, routers take answers from hints.
"""

from __future__ import annotations

import ast

from backwright.project.interpret import calls, core, knowing
from backwright.project.interpret.values import (
    Bound,
    Call,
    External,
    Function,
    Instance,
    Unknown,
    settle,
)
from backwright.project.interpret.world import Handler

PARAMETER = External("inspect.Parameter")
SIGNATURE = External("inspect.Signature")
EMPTY = External("inspect.Parameter.empty")


def _signature(call: Call, callee: External) -> object:
    """Model `inspect.signature(function)`; a wrapper's is that of what it wraps."""
    function = settle(call.args[0]) if call.args else None
    skip = isinstance(function, Bound)
    function = function.function if isinstance(function, Bound) else function
    for _ in range(8):
        if isinstance(function, Function) and isinstance(function.wraps, Function):
            function = function.wraps
    if not isinstance(function, Function):
        return calls.library_instance(callee, call)
    spec = function.node.args
    named = [*spec.posonlyargs, *spec.args][1 if skip else 0 :]
    return _made([*(_declared(one, function) for one in (*named, *spec.kwonlyargs))])


def _declared(argument: ast.arg, function: Function) -> Instance:
    """Return a declared parameter; `state` is where it stands."""
    made = Instance(PARAMETER, state=(argument, function))
    annotation = core.evaluate(argument.annotation, function.frame)
    made.attributes.update(
        name=argument.arg,
        kind=External("inspect.Parameter.POSITIONAL_OR_KEYWORD"),
        default=function.defaults.get(argument.arg, EMPTY),
        annotation=EMPTY if argument.annotation is None else annotation,
    )
    return made


def _made(parameters: list[object]) -> Instance:
    known = [one for one in map(settle, parameters) if isinstance(one, Instance)]
    made = Instance(SIGNATURE, state=known)
    made.attributes["parameters"] = {str(one.attributes.get("name")): one for one in known}
    return made


def _hints(call: Call, callee: External) -> object:
    """Model `get_type_hints(function)`: the annotated types by name, that of the result too."""
    function = settle(call.argument(0, "obj"))
    function = function.function if isinstance(function, Bound) else function
    if not isinstance(function, Function) or isinstance(function.node, ast.Lambda):
        return calls.library_instance(callee, call)
    spec = function.node.args
    nodes = {
        one.arg: one.annotation for one in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs)
    } | {"return": function.node.returns}
    return {name: _hint(node, function) for name, node in nodes.items() if node is not None}


def _hint(node: ast.expr, function: Function) -> object:
    found = core.evaluate(node, function.frame)
    if not isinstance(found, str):
        return found
    try:
        return core.evaluate(ast.parse(found.strip(), mode="eval").body, function.frame)
    except (SyntaxError, ValueError):
        return Unknown("an annotation is no expression")


def _new_signature(call: Call, callee: External) -> object:
    """Model `Signature(parameters)` and `signature.replace(parameters=…)`."""
    given = call.argument(0, "parameters")
    if given is None:
        return callee.owner
    return _made(knowing.elements(given) or [])


def _new_parameter(call: Call, callee: External) -> object:
    """Model `Parameter(name, kind, default=…, annotation=…)` and `parameter.replace(…)`."""
    old = callee.owner
    made = Instance(PARAMETER)
    made.attributes.update(name=None, kind=None, default=EMPTY, annotation=EMPTY)
    if isinstance(old, Instance):
        made.attributes.update(old.attributes)
    names = ("name", "kind")
    given = {name: call.argument(index, name) for index, name in enumerate(names)}
    given |= {name: call.kwargs.get(name) for name in ("default", "annotation")}
    made.attributes.update({name: one for name, one in given.items() if one is not None})
    return made


HANDLERS: dict[str, Handler] = {
    "inspect.signature": _signature,
    "inspect.Signature": _new_signature,
    "inspect.Signature().replace": _new_signature,
    **{f"{name}.get_type_hints": _hints for name in ("typing", "typing_extensions")},
    "inspect.Parameter": _new_parameter,
    "inspect.Parameter().replace": _new_parameter,
}
