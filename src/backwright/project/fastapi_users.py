"""How a project authenticates by fastapi-users: its transports, strategies and defaults."""

from __future__ import annotations

from backwright.project.apps import is_test
from backwright.project.interpret import ancestry, knowing
from backwright.project.interpret.values import External, Instance
from backwright.project.interpret.world import World
from backwright.project.types import AuthApproach, AuthFacts

PWDLIB_SINCE = (13,)
_LIBRARY = "fastapi_users"


def read_fastapi_users(world: World, version: tuple[int, ...] | None) -> AuthFacts | None:
    """Return the facts of a project that makes a `FastAPIUsers`, `None` for any other."""
    made = [one for one in world.instances if not is_test(one.file)]
    users = next((one for one in made if _is(one, "FastAPIUsers")), None)
    if users is None:
        return None
    transports = [one for one in made if ancestry.inherits(one.cls, "BearerTransport")]
    old = version is not None and version < PWDLIB_SINCE
    return AuthFacts(
        _approach(world, made),
        library="fastapi-users",
        hashing="passlib (bcrypt)" if old else "pwdlib (argon2, bcrypt)",
        token_url=_token_url(transports),
        file=users.file,
        line=users.line,
    )


def _is(one: Instance, name: str) -> bool:
    cls = one.cls
    if isinstance(cls, External):
        return cls.root == _LIBRARY and cls.last == name
    return ancestry.inherits(cls, name)


def _approach(world: World, made: list[Instance]) -> AuthApproach:
    """Tell by the strategy: signed tokens, or sessions kept in a database or in Redis."""
    names = {one.cls.name.rpartition(".")[2] for one in made}
    for module in world.modules.known():
        names.update(one.last for one in module.names.values() if isinstance(one, External))
    if "JWTStrategy" in names:
        return "jwt"
    return "session" if names & {"DatabaseStrategy", "RedisStrategy"} else "other"


def _token_url(transports: list[Instance]) -> str | None:
    for one in transports:
        given = one.kwargs.get("tokenUrl", one.args[0] if one.args else None)
        if given is not None:
            return knowing.text(given)
    return None
