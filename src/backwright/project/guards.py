"""Whether an endpoint asks for authentication: its dependencies followed without credentials.

A scheme alone protects nothing (it may be optional), and a guard needs no scheme. So each
dependency is followed as a request without credentials would run it: headers and cookies are
`None`, schemes raise or give `None` by their `auto_error`. What then certainly raises, guards.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import partial

from backwright.project.anonymous import METHOD, likeness, method_of, request_to
from backwright.project.dependencies import Parameter, parameters, target_of
from backwright.project.interpret import ancestry, calls, core, knowing
from backwright.project.interpret.flow import Raised
from backwright.project.interpret.values import (
    Bound,
    Call,
    Class,
    External,
    Frame,
    Function,
    Instance,
    Native,
    Unknown,
    is_external,
    settle,
)
from backwright.project.interpret.world import (
    DEEPEST,
    DEEPEST_OF_A_REQUEST,
    STEPS_OF_A_REQUEST,
    World,
)
from backwright.project.refusals import (
    REFUSED,
    is_refusal,
    may_refuse,
    status_of,
)
from backwright.project.routes import Route
from backwright.project.types import Auth

SCHEMES = (
    "OAuth2PasswordBearer",
    "OAuth2AuthorizationCodeBearer",
    "OAuth2",
    "OpenIdConnect",
    "HTTPBearer",
    "HTTPBasic",
    "HTTPDigest",
    "HTTPBase",
    "APIKeyHeader",
    "APIKeyCookie",
    "APIKeyQuery",
)
_SOURCES = ("Header", "Cookie")
_CREDENTIAL = re.compile(
    r"(?i)auth|token|api.?key|session|credential|jwt|bearer|secret|user|access"
)
_NO_CREDENTIAL = re.compile(r"(?i)csrf|xsrf|idempot|request.?id|user.?agent|language")
_DECODERS = frozenset(
    {"decode", "decode_token", "verify", "verify_token", "verify_id_token", "loads"}
    | {"get_unverified_header", "get_unverified_claims", "decode_complete", "verify_jwt"}
)
NOTHING = frozenset[object]()
PASSED = Instance(External("backwright.passed"))


@dataclass(slots=True)
class Outcome:
    """What following one callable came to: its value, the errors on some or on all paths."""

    value: object = None
    certain: bool = False
    raised: list[object] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Known:
    """The outcome of a dependency, whether it takes credentials, and asks what the route is.

    `target` is the dependency, kept for as long as it is known by its likeness.
    """

    outcome: Outcome
    used: bool
    asked: frozenset[object]
    target: object


class Anonymous:
    """One request without credentials, for one route.

    `results` is shared between routes: what does not look at the path comes out the same.
    """

    def __init__(self, world: World, route: Route, results: dict[Hashable, Known]) -> None:
        """Prepare a request to `route`."""
        self.world = world
        self.shared = results
        self.route = route
        self.used = False
        self.frame = Frame(world, world.modules.first(), {}, "function")
        self._results: dict[Hashable, Known] = {}
        self.request, self.said = request_to(route)

    def judge(self) -> Auth:
        """Tell whether the route asks for credentials, takes them, or neither."""
        handlers = {
            "backwright.Credentials().get": self._missing,
            ".__call__": self._scheme_call,
        }
        kept, steps = self.world.calls, self.world.steps
        self.world.calls = {**kept, **handlers, **{f".{name}": _decoding for name in _DECODERS}}
        self.world.anonymous, self.world.deepest = True, DEEPEST_OF_A_REQUEST
        try:
            return self._verdict()
        finally:
            self.world.calls, self.world.anonymous = kept, False
            self.world.steps, self.world.deepest = steps, DEEPEST

    def _verdict(self) -> Auth:
        if any(self._stopped_by(one, app) for app in self.route.apps for one in _middleware(app)):
            return "required"
        own = parameters(self.route.endpoint)
        verdicts = [self._refuses(self._marker(one)) for one in self.route.dependencies]
        verdicts += [self._refuses(self._argument(one)) for one in own]
        if True in verdicts or self._body_refuses(own):
            return "required"
        return "optional" if self.used else "none"

    def _refuses(self, outcome: Outcome) -> bool:
        if outcome.certain:
            return self.used or any(is_refusal(one) for one in outcome.raised)
        return any(
            status_of(one) == 401 or (is_refusal(one) and self.used) for one in outcome.raised
        )

    def _marker(self, marker: object) -> Outcome:
        marker = settle(marker)
        if not isinstance(marker, Instance):
            return Outcome(Unknown("a dependency is not known"))
        return self._call(target_of(marker, None))

    def _argument(self, one: Parameter) -> Outcome:
        """Give a parameter the value that a request without credentials gives it."""
        if one.marker is not None:
            return self._call(target_of(one.marker, one.type))
        source = next(
            (
                value
                for value in (one.default, *(one.type.extras if one.type else ()))
                if isinstance(value, Instance) and is_external(value.cls, *_SOURCES)
            ),
            None,
        )
        if source is not None:
            return self._header(one, source)
        kind = one.type.shown.rpartition(".")[2] if one.type is not None else ""
        if kind in {"Request", "HTTPConnection", "WebSocket"}:
            return self._connection(one, kind)
        return Outcome(Unknown(f"the request gives {one.name}"))

    def _connection(self, one: Parameter, kind: str) -> Outcome:
        """Give a parameter the request; one for the other kind of connection gets its default."""
        is_socket = self.route.methods == ("WEBSOCKET",)
        if kind == ("Request" if is_socket else "WebSocket"):
            self.said.asked |= METHOD
            return Outcome(one.default)
        return Outcome(self.request)

    def _header(self, one: Parameter, source: Instance) -> Outcome:
        alias = knowing.text(source.kwargs.get("alias")) if "alias" in source.kwargs else None
        name = alias or one.name
        is_credential = _CREDENTIAL.search(name) and not _NO_CREDENTIAL.search(name)
        if not is_credential:
            return Outcome(Unknown(f"the header {name}"))
        self.used = True
        default = settle(source.args[0] if source.args else source.kwargs.get("default", ...))
        if source is not one.default and one.has_default:
            default = one.default
        if default is ... or isinstance(default, Unknown):
            return Outcome(certain=True, raised=[422])
        return Outcome(default)

    def _call(self, target: object) -> Outcome:
        target = settle(target)
        key = likeness(target)
        known = self._results.get(key) or self._remembered(key)
        if known is None:
            itself = Outcome(Unknown("it depends on itself"))
            self._results[key] = Known(itself, used=False, asked=NOTHING, target=target)
            known = self._results[key] = self._learnt(target, self._called)
            self._remember(key, known)
        self.used = self.used or known.used
        self.said.asked |= known.asked
        return known.outcome

    def _remembered(self, key: Hashable) -> Known | None:
        """Return what came out for another route, where it comes out the same for this one."""
        return self.shared.get(key) or self.shared.get((method_of(self.route), key))

    def _remember(self, key: Hashable, known: Known) -> None:
        """Keep an outcome for other routes: for all of them, or for those of the same method."""
        if not known.asked:
            self.shared[key] = known
        elif known.asked == METHOD:
            self.shared[method_of(self.route), key] = known

    def _learnt(self, target: object, follow: Callable[[object], Outcome]) -> Known:
        """Follow a callable, and tell what that alone took of the request."""
        before = self.used, self.said.asked
        self.used, self.said.asked = False, NOTHING
        outcome = follow(target)
        known = Known(outcome, self.used, self.said.asked, target)
        self.used, self.said.asked = before
        return known

    def _called(self, target: object) -> Outcome:
        if isinstance(target, Instance) and _is_plain_scheme(target):
            return self._scheme(target)
        if isinstance(target, (External, Unknown)) or target is None:
            return Outcome(Unknown("a dependency of a library"))
        if isinstance(target, Instance) and isinstance(target.cls, External):
            return self._library(target)
        kwargs: dict[str, object] = {}
        raised: list[object] = []
        for one in parameters(target):
            outcome = self._argument(one)
            if outcome.certain and self._refuses(outcome):
                return outcome
            if outcome.certain:  # it fails for want of something else, which a real request has
                outcome = Outcome(Unknown(f"the request gives {one.name}"))
            raised.extend(outcome.raised)
            if (
                one.marker is not None
                or not one.has_default
                or outcome.value is self.request
                or isinstance(settle(one.default), Instance)
            ):
                kwargs[one.name] = outcome.value
        return self._followed(target, kwargs, raised)

    def _library(self, target: Instance) -> Outcome:
        """Judge a library's own dependency, e.g. fastapi-users' `current_user(…)`."""
        name = target.cls.name if isinstance(target.cls, External) else ""
        if name.endswith(("FastAPIUsers().current_user", "AuthenticationBackend().authenticate")):
            self.used = True
            optional = knowing.truth(target.kwargs.get("optional", False)) is True
            return Outcome(None) if optional else Outcome(certain=True, raised=[401])
        if name.endswith("partial") and target.args:
            return self._call(target.args[0])
        return Outcome(Unknown("a dependency of a library"))

    def _followed(self, target: object, kwargs: dict[str, object], raised: list[object]) -> Outcome:
        frame = self.frame
        frame.raised = []
        self.world.steps = STEPS_OF_A_REQUEST
        try:
            value = settle_generator(core.call_value(target, [], kwargs, frame, None))
        except Raised as error:
            return Outcome(certain=True, raised=[*raised, error.value])
        return Outcome(value, raised=[*raised, *frame.raised])

    def _scheme(self, scheme: Instance) -> Outcome:
        self.used = True
        given = scheme.kwargs.get("auto_error", scheme.attributes.get("auto_error", True))
        return (
            Outcome(None) if knowing.truth(given) is False else Outcome(certain=True, raised=[401])
        )

    def _scheme_call(self, call: Call, callee: External) -> object:
        """Model `super().__call__(request)` of a scheme's subclass."""
        owner = callee.owner
        if isinstance(owner, Instance) and ancestry.inherits(owner.cls, *SCHEMES):
            outcome = self._scheme(owner)
            if outcome.certain:
                raise Raised(401, call.line)
            return None
        return Unknown("a library is called")

    def _missing(self, call: Call, callee: External) -> object:  # noqa: ARG002
        """Model `request.headers.get(name)`, of cookies and the session too."""
        name = knowing.text(call.argument(0, "key")) or ""
        if _CREDENTIAL.search(name) and not _NO_CREDENTIAL.search(name):
            self.used = True
            return call.argument(1, "default")
        return Unknown(f"the header {name}")

    def _stopped_by(self, middleware: object, app: Instance) -> bool:
        """Tell whether a middleware answers this request itself."""
        middleware = settle(middleware)
        if not isinstance(middleware, Instance) or not middleware.args:
            return False
        target = settle(middleware.args[0])
        if not may_refuse(target):
            return False
        key = likeness(middleware)
        known = self._remembered(key)
        if known is None:
            follow = partial(self._answered, middleware, app)
            known = self._learnt(target, follow)
            self._remember(key, known)
        return known.outcome.certain

    def _answered(self, middleware: Instance, app: Instance, target: object) -> Outcome:
        return Outcome(certain=self._answers(target, middleware, app))

    def _answers(self, target: object, middleware: Instance, app: Instance) -> bool:
        passed = Native("call_next", lambda _: PASSED)
        if isinstance(target, Class):
            method = ancestry.find(target, "dispatch")
            if not isinstance(method, Function):
                return False
            call = Call(self.frame, target.node, [app], middleware.kwargs)
            made = core.call_value(target, call.args, call.kwargs, self.frame, None)
            target = Bound(method, made)
        if not isinstance(target, (Function, Bound)):
            return False
        self.frame.raised = []
        try:
            value = core.call_value(target, [self.request, passed], {}, self.frame, None)
        except Raised as error:
            return self.used or is_refusal(error.value)
        possible = value.candidates if isinstance(value, Unknown) and value.candidates else (value,)
        refused = [one for one in possible if status_of(one) in REFUSED]
        refused += [one for one in self.frame.raised if is_refusal(one)]
        return bool(refused) and (self.used or PASSED not in possible)

    def _body_refuses(self, own: list[Parameter]) -> bool:
        """Tell whether the endpoint itself certainly refuses a request without credentials."""
        asks = any(self._argument(one).value in (self.request, None) for one in own)
        wrapped = isinstance(self.route.endpoint, Function) and self.route.endpoint.wraps
        if not (asks or wrapped) or not may_refuse(self.route.endpoint):
            return False
        before = self.used
        kwargs = {one.name: self._argument(one).value for one in own}
        outcome = self._followed(self.route.endpoint, kwargs, [])
        return (
            outcome.certain
            and any(is_refusal(one) for one in outcome.raised)
            and (self.used or before)
        )


def _decoding(call: Call, callee: External) -> object:
    """Model a library's `decode(token)`: without a token it certainly raises."""
    given = [*call.args, *call.kwargs.values()]
    if callee.root != "builtins" and given and given[0] is None:
        raise Raised(Unknown("a token that is missing is refused"), call.line)
    return calls.library_instance(callee, call)


def _is_plain_scheme(value: Instance) -> bool:
    """Tell whether a value is a security scheme that refuses in the library's own way."""
    cls = value.cls
    own_way = isinstance(cls, External) or not ancestry.has(cls, "__call__")
    return own_way and ancestry.inherits(cls, *SCHEMES)


def settle_generator(value: object) -> object:
    """Return what a dependency with `yield` gives."""
    if isinstance(value, list) and len(value) == 1:
        return value[0]
    return value


def _middleware(app: Instance) -> list[object]:
    held = app.attributes.get("user_middleware")
    return held if isinstance(held, list) else []


def judge(world: World, route: Route, results: dict[Hashable, Known]) -> Auth:
    """Return whether a route needs authentication: required, optional or none.

    `results` is empty for the first route and kept for the others.
    """
    return Anonymous(world, route, results).judge()
