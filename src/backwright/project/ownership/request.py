"""A request with credentials: dependencies give the caller, the rest is what the request says."""

from __future__ import annotations

import re
from collections.abc import Iterable

from backwright.project.annotations import class_of
from backwright.project.anonymous import likeness
from backwright.project.dependencies import Parameter, parameters, target_of
from backwright.project.guards import SCHEMES, settle_generator
from backwright.project.interpret import ancestry, core
from backwright.project.interpret.flow import Raised
from backwright.project.interpret.values import (
    NATIVE,
    Bound,
    Class,
    External,
    Frame,
    Function,
    Instance,
    Unknown,
    is_external,
    settle,
)
from backwright.project.interpret.world import DEEPEST
from backwright.project.ownership.callers import CURRENT_USER
from backwright.project.ownership.ground import Followed, Ground
from backwright.project.ownership.looking import CREDENTIAL, REQUEST, Onlooker, Seen
from backwright.project.ownership.terms import CALLER_NAME, caller, given, walk
from backwright.project.routes import Route
from backwright.project.types import Model

STEPS_OF_A_CALLER = 6_000
DEEPEST_OF_A_CALLER = 24
_FORMS = ("OAuth2PasswordRequestForm", "OAuth2PasswordRequestFormStrict", "BackgroundTasks")
_AUTHENTICATES = re.compile(r"(?i)auth|jwt|token|current_?user|login|bearer|clerk|claims|keycloak")
_REQUESTS = frozenset({"Request", "HTTPConnection", "WebSocket"})
_SOURCES = ("Header", "Cookie")


class Signed:
    """One request of an authenticated caller, for one route."""

    def __init__(self, ground: Ground) -> None:
        """Prepare a request of one of the project's users."""
        world = self.world = ground.world
        self.ground = ground
        self._callers = ground.callers
        self._said = 0
        self.index = ground.index
        self.user = ground.user
        self.looking = Onlooker(world, ground.index, ground.user)
        self.frame = Frame(world, world.modules.first(), {}, "function")
        self.request = Instance(External(REQUEST))
        self._given: dict[tuple[int, ...], object] = {}

    def follow(self, route: Route) -> tuple[Seen, bool]:
        """Follow a route; tell what was seen, and whether it was followed to its end."""
        world = self.world
        kept = (world.steps, world.deepest, len(world.instances), len(world.functions))
        classes = len(world.classes)
        world.witness, world.deepest = self.looking, DEEPEST_OF_A_CALLER
        world.steps = given = min(STEPS_OF_A_CALLER, max(self.ground.steps, 0))
        try:
            self._run(route)
            return self.looking.seen, world.steps > 0
        finally:
            world.witness = None
            self.ground.steps -= given - world.steps
            world.steps, world.deepest = kept[0], DEEPEST
            del world.instances[kept[2] :], world.functions[kept[3] :], world.classes[classes:]

    def _run(self, route: Route) -> None:
        for marker in route.dependencies:
            if isinstance(marker := settle(marker), Instance):
                self._value(target_of(marker, None))
        seen = self.looking.seen
        endpoint = settle(route.endpoint)
        values = self._arguments(parameters(endpoint))
        receiver = _view(endpoint, values)
        target = Bound(endpoint, receiver) if receiver is not None else endpoint  # type: ignore[arg-type]
        seen.early = {id(one) for one in seen.made}
        seen.result = self._call(target, values)

    def _arguments(self, wanted: Iterable[Parameter]) -> dict[str, object]:
        return {one.name: self._argument(one) for one in wanted}

    def _argument(self, one: Parameter) -> object:
        if one.marker is not None:
            return self._value(target_of(one.marker, one.type))
        if one.type is not None and one.type.shown.rpartition(".")[2] in _REQUESTS:
            return self.request
        markers = (one.default, *(one.type.extras if one.type else ()))
        sent = any(isinstance(v, Instance) and is_external(v.cls, *_SOURCES) for v in markers)
        if sent and CREDENTIAL.search(one.name):
            return caller()
        self._said += 1
        return given(one.name, class_of(one.type) if one.type is not None else None)

    def _value(self, target: object) -> object:
        """Return what a dependency gives, once for a request."""
        target = settle(target)
        name = _identity(target)
        if name in self._callers:
            return caller()
        if name not in self._given:
            self._given[name] = Unknown("it depends on itself")
            self._given[name] = self._once(target, name)
        return self._given[name]

    def _once(self, target: object, name: tuple[int, ...]) -> object:
        """Follow a dependency; one that is the same for all routes is followed for the first."""
        like = likeness(target)
        kept = self.ground.followed.get(like)
        if kept is not None:
            self.looking.seen.add(kept.did)
            return kept.value
        said, before = self._said, self.looking.seen.copy()
        value = self._of_dependency(target)
        if said != self._said:
            return value
        if isinstance(value, Instance) and _is_caller(value):
            self._callers[name] = target
        elif isinstance(value, NATIVE) and self.world.steps > 0:
            did = self.looking.seen.since(before)
            self.ground.followed[like] = Followed(target, value, did)
        return value

    def _of_dependency(self, target: object) -> object:
        if isinstance(target, Instance) and ancestry.inherits(target.cls, *SCHEMES):
            return caller()
        if target is None or is_external(target, *_FORMS):
            return given("form")
        library = target.cls if isinstance(target, Instance) else target
        if isinstance(library, External) and library.last != "partial":
            return caller() if _AUTHENTICATES.search(library.name) else Instance(library)
        wanted = parameters(target)
        value = settle_generator(self._call(target, self._arguments(wanted)))
        return self._as_caller(target, wanted, value)

    def _as_caller(self, target: object, wanted: list[Parameter], value: object) -> object:
        """Tell the caller from other things that dependencies give."""
        plain = settle(value)
        if isinstance(plain, tuple):  # `(user, db)`: the session is not the caller's, too
            return tuple(
                self._as_caller(target, wanted, one)
                if self._models(one) or _speaks_of_caller(one)
                else one
                for one in plain
            )
        if isinstance(plain, Instance) and isinstance(plain.cls, Class):
            return value if self.index.of(plain.cls) is None and _keeps(plain) else caller()
        models = {model.name for model in self._models(value)}
        if models - {self.user.name}:
            return value
        function = target.function if isinstance(target, Bound) else target
        named = isinstance(function, Function) and CURRENT_USER.search(function.name)
        takes = any(self._is_credential(one) for one in wanted) or _is_decoded(plain)
        if takes or (models and _speaks_of_caller(value)):
            return caller()
        return caller() if named and not isinstance(plain, (Function, Class)) else value

    def _models(self, value: object) -> list[Model]:
        found = (self.index.of(one) for one in walk(value) if isinstance(one, Class))
        return [one for one in found if one is not None]

    def _is_credential(self, one: Parameter) -> bool:
        value = self._argument(one)
        return isinstance(value, Instance) and _is_caller(value)

    def _call(self, target: object, values: dict[str, object]) -> object:
        try:
            return core.call_value(target, [], dict(values), self.frame, None)
        except Raised:
            return Unknown("it raises an error")


def _identity(target: object) -> tuple[int, ...]:
    """Return what makes a dependency the same: a method is bound anew each time."""
    if isinstance(target, Bound):
        return (id(target.function), id(target.receiver))
    return (id(target),)


def _is_caller(value: Instance) -> bool:
    return isinstance(value.cls, External) and value.cls.name == CALLER_NAME


def _is_decoded(value: object) -> bool:
    """Tell whether a value is what a library read out of a signed token."""
    cls = value.cls if isinstance(value, Instance) else None
    return isinstance(cls, External) and cls.name.endswith("jwt.decode")


def _keeps(plain: Instance) -> bool:
    """Tell an object that works for the caller (a service) from the caller's own data."""
    if ancestry.inherits(plain.cls, "BaseModel", "SQLModel", "TypedDict"):
        return False
    cls = plain.cls
    methods = [one for one in cls.names.values() if isinstance(one, Function)]  # type: ignore[union-attr]
    return any(not one.name.startswith("_") for one in methods)


def _speaks_of_caller(value: object) -> bool:
    return any(isinstance(one, External) and one.name == CALLER_NAME for one in walk(value))


def _view(endpoint: object, values: dict[str, object]) -> Instance | None:
    """Return the instance of a class-based view, which holds what its body depends on."""
    if not isinstance(endpoint, Function) or endpoint.owner is None:
        return None
    if endpoint.kind == "staticmethod":
        return None
    spec = endpoint.node.args
    own = {one.arg for one in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs)}
    held = {name: values.pop(name) for name in list(values) if name not in own}
    return Instance(endpoint.owner, attributes=held)
