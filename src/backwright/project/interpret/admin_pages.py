"""SQLAdmin: the pages that it mounts in an application, and those that its views expose."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backwright.project.interpret import ancestry, calls, core, framework, knowing
from backwright.project.interpret.crud_libraries import newer
from backwright.project.interpret.values import Call, Class, External, Function, Instance, settle
from backwright.project.interpret.world import Handler

_PAGES = (
    ("/", "GET"),
    ("/{identity}/list", "GET"),
    ("/{identity}/details/{pk:path}", "GET"),
    ("/{identity}/delete", "DELETE"),
    ("/{identity}/create", "GET POST"),
    ("/{identity}/edit/{pk:path}", "GET POST"),
    ("/{identity}/export/{export_type}", "GET"),
    ("/{identity}/ajax/lookup", "GET"),
    ("/login", "GET POST"),
    ("/logout", "GET"),
)
_FILES = (
    ("/{identity}/import", "POST"),
    ("/{identity}/{pk:path}/{column_name}/download/", "GET"),
    ("/{identity}/{pk:path}/{column_name}/preview/", "GET"),
)
_OPEN = frozenset({"/login", "/logout"})
_GUARD = External("sqladmin.authentication.AuthenticationBackend().authenticate")
_PATHS_SINCE = (0, 16)
_FILES_SINCE = (0, 29)


def _admin(call: Call, callee: External) -> object:
    """Model `Admin(app, engine, base_url="/admin")`."""
    made = calls.library_instance(callee, call)
    _prepare(made, call)
    return made


def _initialized(call: Call, callee: External) -> object:
    """Model `super().__init__(app, engine)` of a subclass of `Admin`."""
    if callee.root == "sqladmin" and isinstance(callee.owner, Instance):
        _prepare(callee.owner, call)
        return None
    return framework.HANDLERS[".__init__"](call, callee)


def _prepare(admin: Instance, call: Call) -> None:
    """Give a panel its pages, in an application that is mounted in the one given."""
    make = framework.HANDLERS[".Starlette"]
    pages = make(Call(call.frame, call.node, [], {}), External("starlette.applications.Starlette"))
    listed: tuple[tuple[str, str], ...] = _PAGES
    if newer(call, "sqladmin", _FILES_SINCE):
        listed += _FILES
    slashes = newer(call, "sqladmin", _PATHS_SINCE)
    guarded = call.kwargs.get("authentication_backend") is not None
    for path, methods in listed:
        shown = path if slashes else path.replace("{pk:path}", "{pk}")
        is_guarded = guarded and path not in _OPEN
        _add_page(
            pages, shown, methods.split(), External("sqladmin.Admin"), call, guarded=is_guarded
        )
    app, base = settle(call.argument(0, "app")), call.kwargs.get("base_url", "/admin")
    admin.attributes.update(admin=pages, app=app, base_url=base)
    if framework.is_router(app):
        mount = core.attribute(app, "mount", call.frame)
        core.call_value(mount, [base], {"app": pages, "name": "admin"}, call.frame, call.node)


def _add_page(
    pages: object, path: str, methods: list[str], endpoint: object, call: Call, *, guarded: bool
) -> None:
    kwargs: dict[str, object] = {"methods": list(methods)}
    if guarded:
        kwargs["dependencies"] = [Instance(External("fastapi.Depends"), [Instance(_GUARD)])]
    add = External("starlette.applications.Starlette.add_route", pages)
    framework.HANDLERS[".add_route"](Call(call.frame, call.node, [path, endpoint], kwargs), add)


def _add_view(call: Call, callee: External) -> object:
    """Model `admin.add_view(View)`: the pages that its methods expose, and its actions."""
    admin, view = callee.owner, settle(call.argument(0, "view"))
    pages = admin.attributes.get("admin") if isinstance(admin, Instance) else None
    if pages is None or not isinstance(view, Class):
        return calls.library_instance(callee, call)
    for function, made in _marked(view):
        path, methods = _exposed(view, made)
        _add_page(pages, path, methods, function, call, guarded=False)
    return None


def _marked(view: Class) -> Iterator[tuple[Function, Instance]]:
    """Yield the methods of a view with their `@expose(…)` or `@action(…)`."""
    for function in view.names.values():
        for made in function.decorators if isinstance(function, Function) else []:
            if not isinstance(made, Instance) or not isinstance(made.cls, External):
                continue
            if made.cls.root == "sqladmin" and isinstance(function, Function):
                yield function, made


def _exposed(view: Class, made: Instance) -> tuple[str, list[str]]:
    """Return path and methods of what `@expose(…)` or `@action(…)` makes of a method."""
    model = settle(view.keywords.get("model"))
    identity = _dashed(model.name) if isinstance(model, Class) else ""
    identity = knowing.text(ancestry.find(view, "identity") or identity) or identity
    is_page = getattr(made.cls, "last", "") == "expose"
    told = made.kwargs.get("path" if is_page else "name", made.args[0] if made.args else "")
    name = knowing.text(told) or ""
    if not is_page:
        return f"/{identity}/action/{re.sub('[_ ]', '-', name).lower()}", ["GET"]
    listed = knowing.elements(made.kwargs.get("methods", ["GET"])) or []
    methods = [knowing.text(one) or "GET" for one in listed]
    return (f"/{identity}{name}" if model is not None else name), methods


def _dashed(name: str) -> str:
    """Write a class's name as SQLAdmin writes it in paths: `BlogPost` as `blog-post`."""
    apart = re.sub("(.)([A-Z][a-z]+)", r"\1-\2", name)
    return re.sub("([a-z0-9])([A-Z])", r"\1-\2", apart).lower()


HANDLERS: dict[str, Handler] = {
    **{f"{name}Admin.__init__": _initialized for name in (".", "sqladmin.")},
    "sqladmin.Admin": _admin,
    "sqladmin.application.Admin": _admin,
    **{f".{name}": _add_view for name in ("add_view", "add_base_view", "add_model_view")},
}
