"""The model of FastAPI and Starlette: applications, routers, routes, includes, mounts.

A router is an `Instance` whose attributes `prefix`, `dependencies` and `routes` are what FastAPI
keeps under these names; programs read and change them as they do at run time.
"""

from __future__ import annotations

import ast

from backwright.project.interpret import ancestry, calls, core, knowing
from backwright.project.interpret.values import (
    Bound,
    Call,
    Class,
    External,
    Function,
    Instance,
    Native,
    Unknown,
    doubted,
    is_external,
    settle,
    why_unknown,
)
from backwright.project.interpret.world import Handler

_CADWYN_PAGES = {
    "changelog_url": "/changelog",
    "openapi_url": "/openapi.json",
    "docs_url": "/docs",
    "swagger_ui_oauth2_redirect_url": "/docs/oauth2-redirect",
    "redoc_url": "/redoc",
}
_APP_DEFAULTS: dict[str, object] = {
    "title": "FastAPI",
    "version": "0.1.0",
    "description": "",
    "debug": False,
    "root_path": "",
    "openapi_url": "/openapi.json",
    "docs_url": "/docs",
    "redoc_url": "/redoc",
    "swagger_ui_oauth2_redirect_url": "/docs/oauth2-redirect",
}
APPS = ("FastAPI", "Starlette", "FastAPIOffline", "Cadwyn")
CRUD_ROUTERS = tuple(
    f"{name}CRUDRouter"
    for name in ("SQLAlchemy", "Memory", "Databases", "Tortoise", "Ormar", "Gino")
)
ROUTERS = (*APPS, "APIRouter", "Router", "InferringRouter", "VersionedAPIRouter", *CRUD_ROUTERS)
VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")
INCLUDE = "backwright.Include"
TAKES = "backwright.takes"  # among a route's options: the body of a route that a library makes


def is_router(value: object) -> bool:
    """Tell whether a value is a router or an application."""
    return isinstance(value, Instance) and "routes" in value.attributes and _routes(value)


def is_app(value: object) -> bool:
    """Tell whether a value is an application."""
    return is_router(value) and isinstance(value, Instance) and _made_by(value, APPS)


def _routes(value: Instance) -> bool:
    """Tell whether a value is made by a class of routers, perhaps one of a library not known."""
    return _made_by(value, ROUTERS) or _router_base(value.cls) is not None


def _router_base(cls: object) -> External | None:
    """Return the library's class, unknown but named as routers are, that a class is (from)."""
    line = ancestry.ancestors(cls) if isinstance(cls, Class) else [cls]
    named = (one for one in line if isinstance(one, External) and one.last not in ROUTERS)
    return next((one for one in named if one.last.endswith("Router")), None)


def _made_by(value: Instance, names: tuple[str, ...]) -> bool:
    return ancestry.inherits(value.cls, *names)


def _make(call: Call, callee: External) -> object:
    made = calls.library_instance(callee, call)
    _prepare(made, call)
    return made


def _initialize(call: Call, callee: External) -> object:
    """Model `super().__init__(...)` of a router's subclass; other libraries' do nothing."""
    owner = callee.owner
    if isinstance(owner, Instance) and _routes(owner):
        _prepare(owner, call)
    elif isinstance(owner, Instance):
        for key, value in call.kwargs.items():
            owner.attributes.setdefault(key, value)
        owner.args = owner.args or call.args
    return None


def _prepare(made: Instance, call: Call) -> None:
    is_application = _made_by(made, APPS)
    given = knowing.elements(call.argument(0 if is_application else -1, "routes", []))
    made.attributes.update(
        prefix="" if is_application else call.argument(-1, "prefix", ""),
        dependencies=_listed(call.kwargs.get("dependencies")),
        routes=[one for one in given or [] if isinstance(one, Instance)],
        user_middleware=_listed(call.kwargs.get("middleware")),
        handlers=settle(call.kwargs.get("exception_handlers")) or {},
        settings=dict(call.kwargs),
        startup=[call.kwargs.get("lifespan"), *_listed(call.kwargs.get("on_startup"))],
    )
    if is_application:
        given_too = {key: call.kwargs[key] for key in _APP_DEFAULTS if key in call.kwargs}
        made.attributes.update({**_APP_DEFAULTS, **given_too})
        made.attributes["router"] = made  # for what programs ask of it, one object is enough
    made.file, made.line = made.file or call.frame.module.file, made.line or call.line
    if _made_by(made, ("Cadwyn",)):
        _add_pages(made, call)
    fill = call.frame.world.calls.get("backwright.fill_crud_router")
    if fill is not None and _made_by(made, CRUD_ROUTERS):
        fill(call, External("backwright.fill_crud_router", made))


def _add_pages(made: Instance, call: Call) -> None:
    """Add the pages that Cadwyn serves as routes of its own: FastAPI's are no endpoints."""
    documented = settle(call.kwargs.get("openapi_url", "")) is not None
    for name, path in _CADWYN_PAGES.items():
        given = settle(call.kwargs.get(name, path))
        if given is not None and (documented or name == "changelog_url"):
            add = External("fastapi.FastAPI.add_route", made)
            _add_route(Call(call.frame, call.node, [given, External(f"cadwyn.{name}")], {}), add)


def _listed(value: object) -> list[object]:
    return list(knowing.elements(value) or []) if value is not None else []


def held(router: Instance, name: str) -> list[object]:
    """Return a list that a router keeps: its routes, dependencies or middleware."""
    value = router.attributes.get(name)
    return value if isinstance(value, list) else []


def router_of(callee: External) -> Instance | None:
    """Return the router that a method was looked up on."""
    owner = settle(callee.owner)
    if isinstance(owner, Instance) and is_router(owner):
        return owner
    return None


def _overridden(router: Instance, method: str) -> Bound | None:
    """Return the project's own version of a router's method, if its class has one."""
    found = ancestry.find(router.cls, method)
    return Bound(found, router) if isinstance(found, Function) else None


def _verb(call: Call, callee: External) -> object:
    """Model `router.get(path, …)`: a decorator by way of the router's `api_route`."""
    router = router_of(callee)
    if router is None:
        return calls.library_instance(callee, call)
    kwargs = {**call.kwargs, "methods": [callee.last.upper()]}
    mine = _overridden(router, "api_route")
    if mine is not None:
        return core.call_value(mine, call.args, kwargs, call.frame, call.node)
    return _api_route(Call(call.frame, call.node, call.args, kwargs), callee)


def _api_route(call: Call, callee: External) -> object:
    router = router_of(callee)
    if router is None:
        return calls.library_instance(callee, call)
    name = "add_api_websocket_route" if callee.last == "websocket" else "add_api_route"

    def register(outer: Call) -> object:
        endpoint = outer.args[0] if outer.args else None
        path = call.argument(0, "path")
        kwargs = {key: value for key, value in call.kwargs.items() if key != "path"}
        mine = _overridden(router, name)
        if mine is not None:
            core.call_value(mine, [path, endpoint], kwargs, call.frame, call.node)
        else:
            inner = Call(call.frame, call.node, [path, endpoint], kwargs)
            _add_api_route(inner, External(f"{callee.name}.{name}", router))
        return endpoint

    return Native(callee.last, register)


def _add_api_route(call: Call, callee: External) -> object:
    """Model `add_api_route` and `add_api_websocket_route`: the router's prefix comes first."""
    router = router_of(callee)
    if router is None:
        return calls.library_instance(callee, call)
    websocket = callee.last == "add_api_websocket_route"
    kind = "fastapi.routing.APIWebSocketRoute" if websocket else "fastapi.routing.APIRoute"
    route = _route(call, kind, ["WEBSOCKET"] if websocket else ["GET"])
    route.attributes["path"] = joined(router.attributes["prefix"], route.attributes["path"])
    own = _listed(call.kwargs.get("dependencies"))
    route.attributes["dependencies"] = [*held(router, "dependencies"), *own]
    _append(router, route)
    return None


def _append(router: Instance, route: Instance) -> None:
    held(router, "routes").append(route)


def joined(left: object, right: object) -> object:
    """Join two parts of a path, each as text; `Unknown` if one of them is not known."""
    texts = [knowing.text(one) for one in (left, right)]
    if texts[0] is None or texts[1] is None:
        return Unknown(why_unknown(left if texts[0] is None else right))
    return doubted(texts[0] + texts[1], left, right)


def _route(call: Call, kind: str, default: list[str]) -> Instance:
    """Make the route object of a call with a path, an endpoint and perhaps methods."""
    given = knowing.elements(call.kwargs.get("methods")) if "methods" in call.kwargs else None
    methods = [knowing.text(one) for one in given or []] or default
    route = Instance(External(kind), call.args, call.kwargs, {}, call.frame.module.file, call.line)
    route.attributes.update(
        path=call.argument(0, "path"),
        endpoint=call.argument(1, "endpoint"),
        methods=[one.upper() for one in methods if one],
        dependencies=_listed(call.kwargs.get("dependencies")),
        name=call.kwargs.get("name"),
        written=_written(call.node),
    )
    return route


def _written(node: ast.AST) -> dict[str, ast.expr]:
    """Return the keywords of a call as they are written."""
    keywords = node.keywords if isinstance(node, ast.Call) else []
    return {one.arg: one.value for one in keywords if one.arg is not None}


def _contexts(call: Call, callee: External) -> object:  # noqa: ARG001
    """Model `iter_route_contexts(routes)`: included routes too, each with the route it is of."""
    found: list[object] = []
    waiting = list(reversed(knowing.elements(call.argument(0, "routes")) or []))
    while waiting:
        one = settle(waiting.pop())
        if not isinstance(one, Instance):
            continue
        if is_external(one.cls, "Include"):
            child = one.attributes["router"]
            waiting += reversed(held(child, "routes") if isinstance(child, Instance) else [])
            continue
        context = Instance(
            External("fastapi.routing.RouteContext"), attributes=dict(one.attributes)
        )
        context.attributes["original_route"] = one
        found.append(context)
    return found


def _plain_route(call: Call, callee: External) -> object:
    """Model Starlette's `Route(...)` and FastAPI's `APIRoute(...)` made by hand."""
    is_socket = "WebSocket" in callee.last
    endpoint = settle(call.argument(1, "endpoint"))
    default = ["WEBSOCKET"] if is_socket else _class_methods(endpoint)
    name = "fastapi.routing." if callee.last.startswith("API") else "starlette.routing."
    return _route(call, name + callee.last, default)


def _class_methods(endpoint: object) -> list[str]:
    if isinstance(endpoint, Class) and ancestry.inherits(endpoint, "HTTPEndpoint"):
        return [verb.upper() for verb in VERBS if ancestry.has(endpoint, verb)]
    return ["GET"]


def _add_route(call: Call, callee: External) -> object:
    """Model Starlette's `add_route`, `add_websocket_route` and their decorators."""
    router = router_of(callee)
    if router is None:
        return calls.library_instance(callee, call)
    socket = "websocket" in callee.last
    kind = "WebSocketRoute" if socket else "Route"

    def register(outer: Call) -> object:
        endpoint = outer.args[0] if outer.args else None
        args = [call.argument(0, "path"), endpoint]
        kwargs = {key: value for key, value in call.kwargs.items() if key != "path"}
        if len(call.args) > 1 and callee.last in {"route", "websocket_route"}:
            kwargs.setdefault("methods", call.args[1])
        made = _plain_route(Call(call.frame, call.node, args, kwargs), External(kind))
        if isinstance(made, Instance):
            _append(router, made)
        return endpoint

    if callee.last in {"route", "websocket_route"}:
        return Native(callee.last, register)
    if len(call.args) > 2:
        call.kwargs.setdefault("methods", call.args[2])
    register(Call(call.frame, call.node, [call.argument(1, "route")], {}))
    return None


def _include(call: Call, callee: External) -> object:
    parent = router_of(callee)
    if parent is None:
        return calls.library_instance(callee, call)
    child = settle(call.argument(0, "router"))
    world, module = call.frame.world, call.frame.module
    if not isinstance(child, Instance) or not is_router(child):
        shown = "None" if child is None else why_unknown(child)
        world.note(module, call.line, f"a router that is not known is included: {shown}")
        return None
    unread = _router_base(child.cls)
    if unread is not None and not held(child, "routes"):
        why = f"the routes that {unread.name} makes itself are not read"
        world.note(module, call.line, f"a router that is not known is included: {why}")
    prefix = joined(parent.attributes["prefix"], call.kwargs.get("prefix", ""))
    count = None if world.live_includes else len(held(child, "routes"))
    record = Instance(External(INCLUDE), file=module.file, line=call.line)
    record.attributes.update(
        router=child,
        prefix=prefix,
        count=count,
        dependencies=[
            *held(parent, "dependencies"),
            *_listed(call.kwargs.get("dependencies")),
        ],
    )
    _append(parent, record)
    return None


def _mount(call: Call, callee: External) -> object:
    router = router_of(callee)
    if router is None:
        return calls.library_instance(callee, call)
    made = _mount_object(call, callee)
    if isinstance(made, Instance):
        _append(router, made)
    return None


def _mount_object(call: Call, callee: External) -> object:  # noqa: ARG001
    """Make the `Mount` of `mount(path, app)` or `Mount(path, app=…, routes=…)`."""
    made = Instance(External("starlette.routing.Mount"), file=call.frame.module.file)
    made.line = call.line
    made.attributes.update(
        path=call.argument(0, "path"),
        app=call.argument(1, "app"),
        routes=_listed(call.argument(2, "routes")),
    )
    return made


HANDLERS: dict[str, Handler] = {
    "fastapi.routing.iter_route_contexts": _contexts,
    **{f".{name}": _make for name in ROUTERS},
    **{f".{name}.__init__": _initialize for name in ROUTERS},
    ".__init__": _initialize,
    **{f".{verb}": _verb for verb in VERBS},
    **{f".{name}": _api_route for name in ("api_route", "websocket")},
    **{f".{name}": _add_api_route for name in ("add_api_route", "add_api_websocket_route")},
    **{f".{name}": _plain_route for name in ("Route", "APIRoute")},
    **{f".{name}": _plain_route for name in ("WebSocketRoute", "APIWebSocketRoute")},
    **{f".{name}": _add_route for name in ("add_route", "add_websocket_route")},
    **{f".{name}": _add_route for name in ("route", "websocket_route")},
    ".include_router": _include,
    ".mount": _mount,
    ".Mount": _mount_object,
}
