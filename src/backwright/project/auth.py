"""How a project authenticates as a whole: approach, library, algorithm, hashing, token URL."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from backwright.project.apps import is_test
from backwright.project.fastapi_users import read_fastapi_users
from backwright.project.guards import SCHEMES
from backwright.project.interpret import ancestry, knowing
from backwright.project.interpret.values import (
    External,
    Instance,
    Module,
    settle,
)
from backwright.project.interpret.world import World
from backwright.project.signing import JWT_LIBRARIES, SigningCall, signing_call
from backwright.project.types import AuthApproach, AuthFacts, Endpoint

_HASHING = ("bcrypt", "argon2", "argon2_cffi", "pwdlib", "passlib", "scrypt", "pbkdf2", "werkzeug")
# What names a dependency that gives the caller, the surest first (at last, their token alone),
# and what is never one.
_CURRENT_USER = (
    re.compile(r"(?i)(current|active|auth\w*|logged|signed)_?\w*?_?(user|account|member|admin)"),
    re.compile(r"(?i)get_?current|get_?user|get_?me$|require_?(auth|user|login)|authenticate"),
    re.compile(
        r"(?i)^_?(get|decode|read|verify)_?(access_?)?(jwt|token|claims|identity|principal)"
    ),
)
_NO_USER = re.compile(
    r"(?i)manager|repo|service|controller|template|cache|use_?case|factory|provider|strategy|_?db$"
    r"|database|session|permission|checker|gateway|crud|_?dao$|_?store$"
)
_KEYS = ("APIKeyHeader", "APIKeyQuery", "APIKeyCookie")
_BASIC = ("HTTPBasic", "HTTPDigest")


def read_auth(
    world: World, endpoints: list[Endpoint], pins: dict[str, tuple[int, ...]]
) -> AuthFacts:
    """Return how the project authenticates, judged by what its guards use.

    `pins` are the versions of libraries whose defaults changed.
    """
    guarded = [one for one in endpoints if one.auth != "none"]
    schemes = [one for one in world.instances if _is_scheme(one) and not is_test(one.file)]
    roots = _libraries(world)
    if (users := read_fastapi_users(world, pins.get("fastapi-users"))) is not None:
        hashing = _hashing(world, roots) or users.hashing
        return replace(users, hashing=hashing, current_user=_current_user(guarded))
    token = signing_call(world)
    approach = _approach(world, schemes, roots, guarded, issues_tokens=token is not None)
    if approach == "none":
        return AuthFacts("none", hashing=_hashing(world, roots))
    scheme = next(
        (one for one in schemes if ancestry.inherits(one.cls, "OAuth2PasswordBearer")), None
    )
    scheme = scheme or (schemes[0] if schemes else None)
    library = _library(approach, roots)
    place = _place(scheme, token, roots, library)
    return AuthFacts(
        approach,
        library=library,
        algorithm=token.algorithm(world) if token is not None else None,
        secret=token.secret() if token is not None else None,
        hashing=_hashing(world, roots),
        token_url=_token_url(scheme),
        current_user=_current_user(guarded),
        file=place[0] if place else None,
        line=place[1] if place else None,
    )


def _is_scheme(one: Instance) -> bool:
    return ancestry.inherits(one.cls, *SCHEMES)


def _libraries(world: World) -> dict[str, Module]:
    """Return the libraries that the project's modules import, each with one module that does."""
    found: dict[str, Module] = {}
    for module in world.modules.known():
        if is_test(module.file):
            continue
        for value in module.names.values():
            if isinstance(value, External):
                found.setdefault(value.root, module)
                if value.root in {"passlib", "pwdlib"}:
                    found.setdefault(value.name, module)
    return found


def _approach(
    world: World,
    schemes: list[Instance],
    roots: dict[str, Module],
    guarded: list[Endpoint],
    *,
    issues_tokens: bool,
) -> AuthApproach:
    if not guarded and not schemes and not issues_tokens:
        return "none"
    if roots.keys() & JWT_LIBRARIES.keys():
        return "jwt"
    used = Counter(_kind(one) for one in schemes)
    if used["api-key"] and used["api-key"] >= used["basic"]:
        return "api-key"
    if used["basic"]:
        return "basic"
    if any(_uses_session(module) for module in world.modules.known()):
        return "session"
    return "other" if guarded else "none"


def _kind(scheme: Instance) -> AuthApproach:
    if ancestry.inherits(scheme.cls, *_KEYS):
        return "api-key"
    return "basic" if ancestry.inherits(scheme.cls, *_BASIC) else "other"


def _uses_session(module: Module) -> bool:
    return "SessionMiddleware" in module.names or "session_cookie" in module.names


def _library(approach: AuthApproach, roots: dict[str, Module]) -> str | None:
    if approach != "jwt":
        return None
    return next((name for root, name in JWT_LIBRARIES.items() if root in roots), None)


def _hashing(world: World, roots: dict[str, Module]) -> str | None:
    for name in ("passlib.context.CryptContext", "pwdlib.PasswordHash"):
        if name in roots or name.partition(".")[0] in roots:
            schemes = _context_schemes(world)
            library = name.partition(".")[0]
            return f"{library} ({', '.join(schemes)})" if schemes else library
    return next((name for name in _HASHING if name in roots), None)


def _context_schemes(world: World) -> list[str]:
    for made in world.instances:
        if isinstance(made.cls, External) and made.cls.last == "CryptContext":
            given = settle(made.kwargs.get("schemes"))
            known = [given] if isinstance(given, str) else knowing.elements(given) or []
            return [text for one in known if (text := knowing.text(one))]
        if isinstance(made.cls, External) and made.cls.last.endswith("Hasher"):
            return [made.cls.last.removesuffix("Hasher").lower()]
    return []


def _token_url(scheme: Instance | None) -> str | None:
    if scheme is None:
        return None
    given = scheme.kwargs.get("tokenUrl", scheme.attributes.get("tokenUrl"))
    if given is None and ancestry.inherits(scheme.cls, "OAuth2PasswordBearer") and scheme.args:
        given = scheme.args[0]
    return knowing.text(given) if given is not None else None


def _current_user(guarded: list[Endpoint]) -> str | None:
    """Return the dependency that most guarded endpoints get their user from."""
    names = Counter(name for one in guarded for name in one.dependencies if ":" in name)
    last = {name: name.removesuffix("()").rpartition(":")[2] for name in names}
    for pattern in _CURRENT_USER:
        fit = [
            name
            for name in names
            if pattern.search(last[name].rpartition(".")[2]) and not _NO_USER.search(last[name])
        ]
        best = max((names[name] for name in fit), default=0)
        if best:
            return min(name for name in fit if names[name] == best)
    return None


def _place(
    scheme: Instance | None,
    token: SigningCall | None,
    roots: dict[str, Module],
    library: str | None,
) -> tuple[str, int] | None:
    if scheme is not None:
        return scheme.file, scheme.line
    if token is not None:
        return token.module.file, token.call.lineno
    for root, name in JWT_LIBRARIES.items():
        if name == library and root in roots:
            return roots[root].file, 1
    return None
