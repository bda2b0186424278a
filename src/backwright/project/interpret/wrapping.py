"""The model of `functools`: wrappers that keep the function they wrap."""

from __future__ import annotations

from backwright.project.interpret import core, knowing
from backwright.project.interpret.values import (
    Bound,
    Call,
    Class,
    External,
    Function,
    Native,
    Unknown,
    settle,
)
from backwright.project.interpret.world import Handler


def _wraps(call: Call, callee: External) -> object:  # noqa: ARG001
    inner = call.argument(0, "wrapped")

    def mark(outer: Call) -> object:
        function = settle(outer.args[0])
        target = function.function if isinstance(function, Bound) else function
        wrapped = settle(inner)
        if isinstance(target, Function) and isinstance(wrapped, (Function, Bound)):
            target.wraps = wrapped
            plain = wrapped.function if isinstance(wrapped, Bound) else wrapped
            target.name, target.attributes = plain.name, dict(plain.attributes)
        return function

    return Native("functools.wraps()", mark)


def _update_wrapper(call: Call, callee: External) -> object:
    made = _wraps(Call(call.frame, call.node, [call.argument(1, "wrapped")], {}), callee)
    return core.call_value(made, [call.argument(0, "wrapper")], {}, call.frame, call.node)


def _cached(call: Call, callee: External) -> object:
    """Model `lru_cache` with and without arguments: the function stays itself."""
    first = settle(call.args[0]) if call.args else None
    if isinstance(first, (Function, Class)):
        return first
    return Native(callee.last, lambda inner: inner.args[0] if inner.args else None)


def _reduce(call: Call, callee: External) -> object:  # noqa: ARG001
    known = knowing.elements(call.argument(1, "iterable"))
    if known is None:
        return Unknown("what is reduced is not known")
    values = [*call.args[2:3], *known]
    if not values:
        return Unknown("nothing to reduce")
    result = values[0]
    for value in values[1:]:
        result = core.call_value(call.args[0], [result, value], {}, call.frame, call.node)
    return result


HANDLERS: dict[str, Handler] = {
    "functools.cache": _cached,
    "functools.lru_cache": _cached,
    "functools.reduce": _reduce,
    "functools.update_wrapper": _update_wrapper,
    "functools.wraps": _wraps,
}
