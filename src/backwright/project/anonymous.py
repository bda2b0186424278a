"""A request without credentials, and what of it makes one route's request another's."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from backwright.project.interpret.values import (
    NATIVE,
    Bound,
    Class,
    External,
    Instance,
    settle,
)
from backwright.project.routes import Route

METHOD = frozenset[object]({"method"})
_OWN = METHOD | {"url"}
_DEEPEST = 4

# What `request.user` says when nobody is signed in, in Starlette's way and that of own backends.
_NO_USER: dict[str, object] = {
    "is_authenticated": False,
    **dict.fromkeys(("id", "user_id", "username", "email", "is_admin", "is_superuser", "role")),
}


class Said(dict[str, object]):
    """What a request says; `asked` is what somebody looked at of what is the route's own."""

    asked: frozenset[object] = frozenset()

    def __getitem__(self, name: str) -> object:
        """Return what the request says as `name`."""
        self.asked |= _OWN & {name}
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        """Tell whether the request says anything as `name`."""
        self.asked |= _OWN & {name}
        return super().__contains__(name)


def method_of(route: Route) -> str:
    """Return the method of a request to a route."""
    return route.methods[0] if route.methods else "GET"


def request_to(route: Route) -> tuple[Instance, Said]:
    """Return a request without credentials to a route, and what it says."""
    url = Instance(External("starlette.datastructures.URL"), attributes={"path": route.path})
    said = Said(
        method=method_of(route),
        url=url,
        headers=Instance(External("backwright.Credentials")),
        cookies=Instance(External("backwright.Credentials")),
        session=Instance(External("backwright.Credentials")),
        user=Instance(External("backwright.NoUser"), attributes=dict(_NO_USER)),
    )
    return Instance(External("starlette.requests.Request"), attributes=said), said


def likeness(value: object, depth: int = 0) -> Hashable:
    """Return what two dependencies have in common that do the same: `Allow(User)` made twice.

    It holds identities, so it is good for as long as `value` is kept.
    """
    value = settle(value)
    if isinstance(value, Bound):
        return ("method", id(value.function), likeness(value.receiver, depth))
    if isinstance(value, Instance) and isinstance(value.cls, Class) and depth < _DEEPEST:
        held = (value.args, value.kwargs.items(), value.attributes.items())
        return ("made", id(value.cls), *(_all(one, depth + 1) for one in held))
    if isinstance(value, (list, tuple)):
        return (type(value), _all(value, depth))
    if isinstance(value, NATIVE):
        return (type(value), value)
    return ("itself", id(value))


def _all(values: Iterable[object], depth: int) -> Hashable:
    return tuple(likeness(one, depth) for one in values)
