"""Routers that well-known libraries make: their routes as their documentation gives them."""

from __future__ import annotations

import re

from backwright.project.interpret import calls, framework, knowing
from backwright.project.interpret.values import Call, External, Instance, settle
from backwright.project.interpret.world import Handler

_USER_ROUTES: dict[str, tuple[tuple[str, str], ...]] = {
    "get_auth_router": (("POST", "/login"), ("POST", "/logout")),
    "get_register_router": (("POST", "/register"),),
    "get_reset_password_router": (("POST", "/forgot-password"), ("POST", "/reset-password")),
    "get_verify_router": (("POST", "/request-verify-token"), ("POST", "/verify")),
    "get_users_router": (
        ("GET", "/me"),
        ("PATCH", "/me"),
        ("GET", "/{id}"),
        ("PATCH", "/{id}"),
        ("DELETE", "/{id}"),
    ),
    "get_oauth_router": (("GET", "/authorize"), ("GET", "/callback")),
    "get_oauth_associate_router": (("GET", "/authorize"), ("GET", "/callback")),
}
# Which arguments are the schemas that a route gives and takes.
_SCHEMAS: dict[tuple[str, str], tuple[int | None, int | None]] = {
    ("get_register_router", "POST /register"): (0, 1),
    ("get_verify_router", "POST /verify"): (0, None),
    ("get_users_router", "GET /me"): (0, None),
    ("get_users_router", "PATCH /me"): (0, 1),
    ("get_users_router", "GET /{id}"): (0, None),
    ("get_users_router", "PATCH /{id}"): (0, 1),
}
_WITHOUT_USERS = frozenset({"/authorize", "/logout"})
_STRATEGIC = frozenset({"/login", "/logout", "/callback"})
_GUARDED = frozenset({"/me", "/{id}", "/logout"})


def _router(call: Call, callee: External, routes: tuple[tuple[str, str], ...]) -> Instance:
    """Make a router with the given routes, of a library's own functions."""
    made = calls.library_instance(External("fastapi.APIRouter"), call)
    held = [_route(method, path, callee, made) for method, path in routes]
    made.attributes.update(prefix="", dependencies=[], routes=held, user_middleware=[], handlers={})
    return made


def _route(method: str, path: str, callee: External, made: Instance) -> Instance:
    route = Instance(External("fastapi.routing.APIRoute"), file=made.file, line=made.line)
    route.attributes.update(path=path, endpoint=callee, methods=[method], dependencies=[])
    return route


def _users_router(call: Call, callee: External) -> object:
    """Model fastapi-users: `fastapi_users.get_auth_router(backend)`, and the functions behind them.

    Routes that ask for a user say so; all of them use the manager of users that the project gives.
    """
    if callee.root != "fastapi_users" and "FastAPIUsers" not in callee.name:
        return calls.library_instance(callee, call)
    made = _router(call, callee, _USER_ROUTES[callee.last])
    users = callee.owner
    manager = users.args[0] if isinstance(users, Instance) and users.args else None
    manager = call.kwargs.get("get_user_manager", manager)
    backend = settle(call.argument(1 if "oauth" in callee.last else 0, "backend"))
    strategy = backend.kwargs.get("get_strategy") if isinstance(backend, Instance) else None
    for route in framework.held(made, "routes"):
        if not isinstance(route, Instance):
            continue
        path, (method,) = str(route.attributes["path"]), framework.held(route, "methods")
        guard = Instance(External("fastapi_users.FastAPIUsers().current_user", users))
        wanted: list[object] = [guard] if path in _GUARDED else []
        wanted += [manager] if path not in _WITHOUT_USERS else []
        wanted += [strategy] if path in _STRATEGIC else []
        route.attributes["dependencies"] = [
            Instance(External("fastapi.Depends"), [one]) for one in wanted if one is not None
        ]
        route.kwargs = _user_schemas(call, callee.last, f"{method} {path}")
    return made


def _user_schemas(call: Call, maker: str, route: str) -> dict[str, object]:
    """Return what a route of fastapi-users takes and gives: the schemas that the project gave."""
    public, takes = _SCHEMAS.get((maker, route), (None, None))
    found: dict[str, object] = {}
    if public is not None:
        found["response_model"] = call.argument(public, "user_schema")
    if takes is not None:
        name = "user_create_schema" if maker == "get_register_router" else "user_update_schema"
        found[framework.TAKES] = call.argument(takes, name)
    return {key: one for key, one in found.items() if one is not None}


def _graphql(call: Call, callee: External) -> object:
    """Model Strawberry's `GraphQLRouter(schema, path=…, prefix=…)`."""
    path = knowing.text(call.kwargs.get("path", "")) or ""
    prefix = knowing.text(call.kwargs.get("prefix", "")) or ""
    made = _router(call, callee, tuple((kind, prefix + path) for kind in ("GET", "POST")))
    socket = Instance(External("fastapi.routing.APIWebSocketRoute"), file=made.file)
    socket.line = made.line
    socket.attributes.update(
        path=prefix + path, endpoint=callee, methods=["WEBSOCKET"], dependencies=[]
    )
    framework.held(made, "routes").append(socket)
    getter = call.kwargs.get("context_getter")
    for route in framework.held(made, "routes") if getter is not None else []:
        if isinstance(route, Instance):
            route.attributes["dependencies"] = [Instance(External("fastapi.Depends"), [getter])]
    return made


def _instrument(call: Call, callee: External) -> object:
    """Model the chain `Instrumentator().instrument(app)`: it gives back itself."""
    owner = callee.owner
    is_it = isinstance(owner, Instance) and "Instrumentator" in callee.name
    return owner if is_it else calls.library_instance(callee, call)


def _expose(call: Call, callee: External) -> object:
    """Model `Instrumentator().expose(app, endpoint="/metrics")`: one plain route of the app."""
    app = call.argument(0, "app")
    if "Instrumentator" not in callee.name or not framework.is_router(app):
        return calls.library_instance(callee, call)
    path = call.kwargs.get("endpoint", "/metrics")
    add = External("fastapi.FastAPI.add_api_route", app)
    framework.HANDLERS[".add_api_route"](Call(call.frame, call.node, [path, callee], {}), add)
    return callee.owner


_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def _snake(call: Call, callee: External) -> object:
    """Model what turns `BlogPost` into `blog_post`, as table names are made."""
    shown = knowing.text(call.argument(0, "str_or_iter"))
    return calls.library_instance(callee, call) if shown is None else _WORDS.sub("_", shown).lower()


def _job_store(call: Call, callee: External) -> object:
    """Model APScheduler's `SQLAlchemyJobStore`, which keeps its jobs in a table beside the project's.

    The columns are those of `apscheduler.jobstores.sqlalchemy` (3.x). A store that a function makes
    has its table only once that runs: importing the application does not declare it.
    """
    if call.frame.kind == "function":
        why = "APScheduler adds a table of its own for its jobs once this runs"
        call.frame.world.note(call.frame.module, call.line, why)
        return calls.library_instance(callee, call)
    column, table = External("sqlalchemy.Column"), External("sqlalchemy.Table")
    columns: list[object] = [
        Instance(column, ["id", External("sqlalchemy.Unicode")], {"primary_key": True}),
        Instance(column, ["next_run_time", External("sqlalchemy.Float")], {"index": True}),
        Instance(column, ["job_state", External("sqlalchemy.LargeBinary")], {"nullable": False}),
    ]
    name = call.argument(2, "tablename", "apscheduler_jobs")
    args = [name, call.argument(3, "metadata"), *columns]
    schema = call.argument(5, "tableschema")
    kwargs = {} if settle(schema) is None else {"schema": schema}
    made = calls.library_instance(callee, call)
    made.attributes["jobs_t"] = calls.library_instance(
        table, Call(call.frame, call.node, args, kwargs)
    )
    return made


HANDLERS: dict[str, Handler] = {
    "humps.decamelize": _snake,
    "humps.depascalize": _snake,
    "inflection.underscore": _snake,
    "stringcase.snakecase": _snake,
    **{f".{name}": _users_router for name in _USER_ROUTES},
    ".GraphQLRouter": _graphql,
    ".SQLAlchemyJobStore": _job_store,
    ".instrument": _instrument,
    ".expose": _expose,
}
