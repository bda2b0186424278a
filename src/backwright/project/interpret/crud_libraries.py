"""Routers that libraries make out of a model, views of classes, versions of applications.

fastapi-crudrouter, FastCRUD, fastapi-utils (and fastapi-restful), fastapi-versioning: their routes
as their sources give them, by version where versions differ.
"""

from __future__ import annotations

from backwright.project.interpret import ancestry, calls, framework, knowing
from backwright.project.interpret.values import (
    Call,
    Class,
    External,
    Function,
    Instance,
    Native,
    settle,
)
from backwright.project.interpret.world import Handler

_CRUD_ROUTES = (
    ("get_all_route", "GET", ""),
    ("create_route", "POST", ""),
    ("delete_all_route", "DELETE", ""),
    ("get_one_route", "GET", "/{item_id}"),
    ("update_route", "PUT", "/{item_id}"),
    ("delete_one_route", "DELETE", "/{item_id}"),
)
_FAST_ROUTES = {
    "create": ("POST", "", "create"),
    "read": ("GET", "", "get"),
    "read_multi": ("GET", "", "get_multi"),
    "read_paginated": ("GET", None, "get_paginated"),
    "update": ("PATCH", "", "update"),
    "delete": ("DELETE", "", "delete"),
    "db_delete": ("DELETE", "db_delete", "db_delete"),
}
_FAST_NAMED_SINCE = (0, 15)  # before, each route had a name of its own in its path
_FAST_PAGES_SINCE = (0, 9)
_FAST_BODIES = {"create": (2, "create_schema"), "update": (3, "update_schema")}
_OF_ONE = frozenset({"read", "update", "delete", "db_delete"})


def newer(call: Call, library: str, since: tuple[int, ...]) -> bool:
    """Tell whether a library is of a version or later; an unpinned one is the newest."""
    pin = call.frame.world.pins.get(library)
    return pin is None or pin >= since


def _add(router: object, path: str, method: str, call: Call, **options: object) -> None:
    """Add a route to a router as `add_api_route` does, at the place of `call`."""
    callee = External("fastapi.APIRouter.add_api_route", router)
    endpoint = options.pop("endpoint", External("…"))
    given = {"methods": [method], **options}
    framework.HANDLERS[".add_api_route"](
        Call(call.frame, call.node, [path, endpoint], given), callee
    )


def _depends(given: object) -> list[object]:
    """Return callables as the dependencies that FastCRUD makes of them."""
    return [
        one if isinstance(settle(one), Instance) else Instance(External("fastapi.Depends"), [one])
        for one in knowing.elements(given) or []
    ]


def _fill_crud_router(call: Call, callee: External) -> object:
    """Model `SQLAlchemyCRUDRouter(schema=…, prefix=…)` of fastapi-crudrouter."""
    router = callee.owner
    if not isinstance(router, Instance):
        return None
    schema = settle(call.argument(0, "schema"))
    prefix = knowing.text(call.kwargs.get("prefix") or "")
    name = prefix or (schema.name if isinstance(schema, Class) else "")
    router.attributes["prefix"] = "/" + name.lower().strip("/")
    for switch, method, path in _CRUD_ROUTES:
        given = settle(call.kwargs.get(switch, True))
        if given is False:
            continue
        dependencies = given if isinstance(given, list) else []
        shown = Instance(External("typing.List[]"), [schema]) if not path else schema
        answer = schema if method == "POST" else shown
        endpoint = External(f"fastapi_crudrouter.{switch}")
        options: dict[str, object] = {
            "dependencies": dependencies,
            "response_model": answer,
            "endpoint": endpoint,
            framework.TAKES: call.kwargs.get(switch.replace("route", "schema")),
        }
        _add(router, path, method, call, **options)
    return None


def _fast_router(call: Call, callee: External) -> object:
    """Model FastCRUD's `crud_router(session=…, model=…, path=…)`."""
    if callee.root not in {"fastcrud", "crudfastapi", "CRUDFastAPI"}:
        return calls.library_instance(callee, call)
    router = framework.HANDLERS[".APIRouter"](
        Call(call.frame, call.node, [], {}), External("fastapi.APIRouter")
    )
    plain = newer(call, "fastcrud", _FAST_NAMED_SINCE)
    names = settle(call.kwargs.get("endpoint_names"))
    wanted = knowing.elements(call.kwargs.get("included_methods") or list(_FAST_ROUTES))
    without = knowing.elements(call.kwargs.get("deleted_methods") or []) or []
    for operation, (method, new, old) in _FAST_ROUTES.items():
        if operation not in (wanted or ()) or operation in without:
            continue
        if operation == "db_delete" and call.argument(5, "delete_schema") is None:
            continue
        if operation == "read_paginated" and not newer(call, "fastcrud", _FAST_PAGES_SINCE):
            continue
        name: object = new if plain else old
        if isinstance(names, dict) and operation in names:
            name = settle(names[operation])
        if name is None:
            continue
        path = _fast_path(call, operation, knowing.text(name) or "")
        options: dict[str, object] = {
            "dependencies": _depends(call.kwargs.get(f"{operation}_deps")),
            "endpoint": External(f"fastcrud.{operation}"),
        }
        if operation in _FAST_BODIES:
            options[framework.TAKES] = call.argument(*_FAST_BODIES[operation])
        _add(router, path, method, call, **options)
    return router


def _fast_path(call: Call, operation: str, name: str) -> str:
    base = knowing.text(call.argument(6, "path", "")) or ""
    path = f"{base}/{name}" if name else base
    if operation not in _OF_ONE:
        return path
    return "/".join([path, *(f"{{{key}}}" for key in _keys(call.argument(1, "model")))])


def _keys(model: object) -> list[str]:
    """Return the names of a model's primary key, `id` where it is not known."""
    from backwright.project.models import mapped_columns  # a reader of models needs this floor

    model = settle(model)
    columns = mapped_columns(model) if isinstance(model, Class) else ()
    return [one.name for one in columns if one.primary_key] or ["id"]


def _class_view(call: Call, callee: External) -> object:
    """Model `@cbv(router, *urls)`: methods named as verbs become routes of the given paths."""
    router, *urls = call.args or [call.kwargs.get("router")]

    def register(outer: Call) -> object:
        cls = settle(outer.args[0]) if outer.args else None
        if isinstance(cls, Class):
            for url in urls:
                _view_routes(router, cls, knowing.text(url) or "", call)
        return cls

    return Native(callee.last, register)


def _view_routes(router: object, cls: Class, url: str, call: Call) -> None:
    for verb in sorted(framework.VERBS):
        method = ancestry.find(cls, verb)
        if isinstance(method, Function):
            _add(router, url, verb.upper(), call, endpoint=method)


def _add_resource(call: Call, callee: External) -> object:
    """Model `Api(app).add_resource(resource, "/path", prefix=…)` of fastapi-utils."""
    api = callee.owner
    app = settle(api.args[0]) if isinstance(api, Instance) and api.args else None
    resource = settle(call.args[0]) if call.args else None
    if not framework.is_router(app) or not isinstance(resource, Instance):
        return calls.library_instance(callee, call)
    if not isinstance(resource.cls, Class):
        return calls.library_instance(callee, call)
    make = framework.HANDLERS[".APIRouter"]
    router = make(Call(call.frame, call.node, [], {}), External("fastapi.APIRouter"))
    for url in call.args[1:]:
        _view_routes(router, resource.cls, knowing.text(url) or "", call)
    include = External("fastapi.FastAPI.include_router", app)
    return framework.HANDLERS[".include_router"](
        Call(call.frame, call.node, [router], call.kwargs), include
    )


def _version(call: Call, callee: External) -> object:
    """Model `@version(1, 2)` of fastapi-versioning."""
    if callee.root != "fastapi_versioning":
        return calls.library_instance(callee, call)
    number = (settle(call.argument(0, "major")), settle(call.argument(1, "minor", 0)))

    def mark(outer: Call) -> object:
        function = settle(outer.args[0]) if outer.args else None
        if isinstance(function, Function):
            function.attributes["_api_version"] = number
        return function

    return Native("version", mark)


def _versioned(call: Call, callee: External) -> object:
    """Model `VersionedFastAPI(app)`: a mounted application for each version, routes added up."""
    app = settle(call.argument(0, "app"))
    make = framework.HANDLERS[".FastAPI"]
    blank = Call(call.frame, call.node, [], {})
    if callee.root != "fastapi_versioning" or not framework.is_router(app):
        return calls.library_instance(callee, call)
    parent = make(Call(call.frame, call.node, [], dict(call.kwargs)), External("fastapi.FastAPI"))
    shown = knowing.text(call.kwargs.get("prefix_format", "/v{major}_{minor}")) or ""
    default = settle(call.kwargs.get("default_version", (1, 0)))
    known: dict[tuple[str, str], Instance] = {}
    versions = _by_version(app, default)
    latest = knowing.truth(call.kwargs.get("enable_latest", False)) is True
    for number in sorted(versions):
        known.update(versions[number])
        prefix = shown.format(major=number[0], minor=number[1])
        for place in (prefix, *(["/latest"] if latest and number == max(versions) else [])):
            inner = make(blank, External("fastapi.FastAPI"))
            if isinstance(inner, Instance):
                framework.held(inner, "routes").extend(dict.fromkeys(known.values()))
            mount = External("fastapi.FastAPI.mount", parent)
            framework.HANDLERS[".mount"](Call(call.frame, call.node, [place, inner], {}), mount)
        for page in ("docs", "openapi.json"):
            _add(parent, f"{prefix}/{page}", "GET", call, endpoint=callee)
    return parent


def _by_version(
    app: object, default: object
) -> dict[tuple[int, ...], dict[tuple[str, str], Instance]]:
    """Return the routes of an application by the version of their functions."""
    from backwright.project.routes import plain_function, routes_of  # flattens what is included

    found: dict[tuple[int, ...], dict[tuple[str, str], Instance]] = {}
    for one in routes_of(app, {}) if isinstance(app, Instance) else []:
        function = plain_function(one.endpoint)
        number = (function.attributes if function else {}).get("_api_version", default)
        if not (isinstance(number, tuple) and all(isinstance(part, int) for part in number)):
            continue
        route = Instance(External("fastapi.routing.APIRoute"), [], one.options, {}, one.file)
        route.line = one.line
        route.attributes.update(
            path=one.path,
            endpoint=one.endpoint,
            methods=list(one.methods),
            dependencies=list(one.dependencies),
        )
        held = found.setdefault(number, {})
        held.update({(one.path, method): route for method in one.methods})
    return found


HANDLERS: dict[str, Handler] = {
    "backwright.fill_crud_router": _fill_crud_router,
    ".crud_router": _fast_router,
    ".cbv": _class_view,
    ".add_resource": _add_resource,
    ".VersionedFastAPI": _versioned,
    ".version": _version,
}
