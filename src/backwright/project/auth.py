"""How a project authenticates as a whole: approach, library, algorithm, hashing, token URL."""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import replace

from backwright.project.apps import is_test
from backwright.project.fastapi_users import read_fastapi_users
from backwright.project.guards import SCHEMES
from backwright.project.interpret import expressions, lookup
from backwright.project.interpret.flow import Raised
from backwright.project.interpret.values import (
    External,
    Instance,
    Module,
    settle,
)
from backwright.project.interpret.world import World, module_frame
from backwright.project.types import AuthApproach, AuthFacts, Endpoint

JWT_LIBRARIES = {
    "jwt": "PyJWT",
    "jose": "python-jose",
    "authlib": "Authlib",
    "joserfc": "joserfc",
    "fastapi_jwt_auth": "fastapi-jwt-auth",
    "async_fastapi_jwt_auth": "async-fastapi-jwt-auth",
    "fastapi_jwt": "fastapi-jwt",
    "jwcrypto": "jwcrypto",
    "authx": "authx",
    "fastapi_login": "fastapi-login",
}
_HASHING = ("bcrypt", "argon2", "argon2_cffi", "pwdlib", "passlib", "scrypt", "pbkdf2", "werkzeug")
_CURRENT_USER = re.compile(r"(?i)current_?(active_?)?_?user|get_?user|require_?(auth|user|login)")
_KEYS = ("APIKeyHeader", "APIKeyQuery", "APIKeyCookie")
_BASIC = ("HTTPBasic", "HTTPDigest")
_TOKEN_CALLS = frozenset({"encode", "decode"})


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
    token = _token_call(world, roots)
    approach = _approach(world, schemes, roots, guarded)
    if approach == "none":
        return AuthFacts("none", hashing=_hashing(world, roots))
    scheme = next(
        (one for one in schemes if lookup.inherits(one.cls, "OAuth2PasswordBearer")), None
    )
    scheme = scheme or (schemes[0] if schemes else None)
    library = _library(approach, roots)
    place = _place(scheme, token, roots, library)
    return AuthFacts(
        approach,
        library=library,
        algorithm=_keyword(world, token, ("algorithm", "algorithms"), 2),
        secret=_secret(token),
        hashing=_hashing(world, roots),
        token_url=_token_url(scheme),
        current_user=_current_user(guarded),
        file=place[0] if place else None,
        line=place[1] if place else None,
    )


def _is_scheme(one: Instance) -> bool:
    return lookup.inherits(one.cls, *SCHEMES)


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
    world: World, schemes: list[Instance], roots: dict[str, Module], guarded: list[Endpoint]
) -> AuthApproach:
    if not guarded and not schemes:
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
    if lookup.inherits(scheme.cls, *_KEYS):
        return "api-key"
    return "basic" if lookup.inherits(scheme.cls, *_BASIC) else "other"


def _uses_session(module: Module) -> bool:
    return "SessionMiddleware" in module.names or "session_cookie" in module.names


def _library(approach: AuthApproach, roots: dict[str, Module]) -> str | None:
    if approach != "jwt":
        return None
    return next((name for root, name in JWT_LIBRARIES.items() if root in roots), None)


def _token_call(world: World, roots: dict[str, Module]) -> tuple[Module, ast.Call] | None:
    """Return the first call that encodes (or decodes) a token by a known library."""
    if not roots.keys() & JWT_LIBRARIES.keys():
        return None
    for module in world.modules.known():
        if module.tree is None or is_test(module.file):
            continue
        if not any(
            isinstance(v, External) and v.root in JWT_LIBRARIES for v in module.names.values()
        ):
            continue
        for node in world.modules.nodes(module):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = module.names.get(getattr(node.func.value, "id", ""))
                known = isinstance(owner, External) and owner.root in JWT_LIBRARIES
                if known and node.func.attr in _TOKEN_CALLS:
                    return module, node
    return None


def _keyword(
    world: World, token: tuple[Module, ast.Call] | None, names: tuple[str, ...], index: int
) -> str | None:
    if token is None:
        return None
    module, call = token
    given = [one.value for one in call.keywords if one.arg in names]
    given += call.args[index : index + 1]
    if not given:
        return None
    try:
        value = expressions.evaluate(given[0], module_frame(world, module))
    except Raised:
        return None
    known = settle(value)
    if isinstance(known, list):
        known = known[0] if known else None
    return expressions.text(known) if known is not None else None


def _secret(token: tuple[Module, ast.Call] | None) -> str | None:
    """Return the expression that the signing key is given by, as written."""
    if token is None:
        return None
    call = token[1]
    given = [one.value for one in call.keywords if one.arg in {"key", "secret"}]
    given += call.args[1:2]
    if not given or isinstance(given[0], ast.Constant):
        return "a literal in the source" if given else None
    return ast.unparse(given[0])


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
            known = expressions.elements(made.kwargs.get("schemes")) or []
            return [text for one in known if (text := expressions.text(one))]
        if isinstance(made.cls, External) and made.cls.last.endswith("Hasher"):
            return [made.cls.last.removesuffix("Hasher").lower()]
    return []


def _token_url(scheme: Instance | None) -> str | None:
    if scheme is None:
        return None
    given = scheme.kwargs.get("tokenUrl", scheme.attributes.get("tokenUrl"))
    if given is None and lookup.inherits(scheme.cls, "OAuth2PasswordBearer") and scheme.args:
        given = scheme.args[0]
    return expressions.text(given) if given is not None else None


def _current_user(guarded: list[Endpoint]) -> str | None:
    """Return the dependency that most guarded endpoints get their user from."""
    votes: Counter[str] = Counter()
    for one in guarded:
        for name in one.dependencies:
            if ":" in name and _CURRENT_USER.search(name.rpartition(":")[2]):
                votes[name] += 1
    best = max(votes.values(), default=0)
    return min((name for name, count in votes.items() if count == best), default=None)


def _place(
    scheme: Instance | None,
    token: tuple[Module, ast.Call] | None,
    roots: dict[str, Module],
    library: str | None,
) -> tuple[str, int] | None:
    if scheme is not None:
        return scheme.file, scheme.line
    if token is not None:
        return token[0].file, token[1].lineno
    for root, name in JWT_LIBRARIES.items():
        if name == library and root in roots:
            return roots[root].file, 1
    return None
