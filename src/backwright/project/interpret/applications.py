"""What applications are given beside routes: middleware, handlers of errors, what runs at start."""

from __future__ import annotations

from backwright.project.interpret import calls, knowing
from backwright.project.interpret.framework import held, router_of
from backwright.project.interpret.values import Call, External, Instance, Native, settle
from backwright.project.interpret.world import Handler


def _middleware(call: Call, callee: External) -> object:
    """Model `add_middleware(Class, …)` and `@app.middleware("http")`."""
    router = router_of(callee)
    if router is None:
        return calls.library_instance(callee, call)

    def register(outer: Call) -> object:
        made = Instance(External("starlette.middleware.Middleware"), [outer.args[0]], call.kwargs)
        made.file, made.line = call.frame.module.file, call.line
        held(router, "user_middleware").append(made)
        return outer.args[0]

    if callee.last == "middleware":
        return Native("middleware", register)
    if call.args or "middleware_class" in call.kwargs:
        target = call.argument(0, "middleware_class")
        register(Call(call.frame, call.node, [target], {}))
    return None


def _exception_handler(call: Call, callee: External) -> object:
    router = router_of(callee)
    if router is None:
        return calls.library_instance(callee, call)
    caught = settle(call.argument(0, "exc_class_or_status_code"))
    handlers = router.attributes["handlers"]

    def register(outer: Call) -> object:
        if isinstance(handlers, dict):
            handlers[caught] = outer.args[0] if outer.args else None
        return outer.args[0] if outer.args else None

    if callee.last == "exception_handler":
        return Native("exception_handler", register)
    register(Call(call.frame, call.node, [call.argument(1, "handler")], {}))
    return None


def _on_event(call: Call, callee: External) -> object:
    """Model `@app.on_event("startup")` and `app.add_event_handler("startup", function)`."""
    router = router_of(callee)
    if router is None:
        return calls.library_instance(callee, call)
    at_start = knowing.text(call.argument(0, "event_type")) == "startup"

    def register(outer: Call) -> object:
        if at_start and outer.args:
            held(router, "startup").append(outer.args[0])
        return outer.args[0] if outer.args else None

    if callee.last == "on_event":
        return Native("on_event", register)
    register(Call(call.frame, call.node, [call.argument(1, "func")], {}))
    return None


HANDLERS: dict[str, Handler] = {
    ".add_middleware": _middleware,
    ".middleware": _middleware,
    ".add_exception_handler": _exception_handler,
    ".exception_handler": _exception_handler,
    ".on_event": _on_event,
    ".add_event_handler": _on_event,
}
