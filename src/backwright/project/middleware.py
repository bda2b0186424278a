"""The middleware of the applications, in the order in which it is added."""

from __future__ import annotations

from backwright.project.apps import FoundApp
from backwright.project.interpret.framework import held
from backwright.project.interpret.values import Class, External, Function, Instance, settle
from backwright.project.types import Middleware


def read_middleware(apps: list[FoundApp]) -> list[Middleware]:
    """Return what stands around each application, the outermost last.

    What the application is made with is given from the outermost to the innermost; what is added
    later stands around that, each around the ones before.
    """
    found = []
    for app in apps:
        made = [one for one in held(app.instance, "user_middleware") if isinstance(one, Instance)]
        given = set(map(id, _given(app)))
        first = [one for one in made if id(one) in given]
        later = [one for one in made if id(one) not in given]
        found += [
            Middleware(app.object, _name(one), one.file or app.file, one.line)
            for one in (*reversed(first), *later)
        ]
    return found


def _given(app: FoundApp) -> list[object]:
    """Return what an application is made with."""
    settings = app.instance.attributes.get("settings")
    value = settle(settings.get("middleware")) if isinstance(settings, dict) else None
    return list(value) if isinstance(value, list | tuple) else []


def _name(made: Instance) -> str:
    """Return the name of a middleware's class, or of the function that is one."""
    target = settle(made.args[0]) if made.args else settle(made.kwargs.get("cls"))
    if isinstance(target, External):
        return target.last
    if isinstance(target, Class | Function):
        return target.name
    return ""
