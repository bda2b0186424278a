"""Where the modules of accounts go: each has a name that nothing else has, or will have."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from pathlib import PurePosixPath

from backwright.errors import UsageError
from backwright.project.types import Endpoint
from backwright.spec.names import Names, names_of
from backwright.transfer.draft import Draft
from backwright.transfer.grow.homes import read_homes
from backwright.transfer.guarding.host import Host

AUTH = names_of("auth", plural="auth")
_WAYS = (AUTH, names_of("accounts", plural="accounts"), names_of("sign-in", plural="sign-in"))
_ROUTE = re.compile(r"@router\.(get|post|put|patch|delete)\(\s*\"([^\"]*)\"")
# What each module is called where its own name is taken.
_OTHERS = {
    "security": "passwords",
    "older_passwords": "older_hashes",
    "auth": "accounts",
    "routes/auth": "account_routes",
    "owned_rows": "rows_of_accounts",
}


def called(endpoints: Iterable[Endpoint], routes: str) -> Names:
    """Return what the endpoints of accounts stand below: `/auth`, unless one of the host's answers there already.

    Args:
        endpoints: those of the host.
        routes: the module of the endpoints, as the template has it.
    """
    ours = {(verb.upper(), path) for verb, path in _ROUTE.findall(routes)}
    there = [(one.method, one.path) for one in endpoints]

    def is_free(names: Names) -> bool:
        ends = {(verb, f"/{names.plural_kebab}{path}") for verb, path in ours}
        return not any(
            verb == method and path.endswith(end) for method, path in there for verb, end in ends
        )

    return next((names for names in _WAYS if is_free(names)), AUTH)


def homes(host: Host, names: Collection[str]) -> dict[str, str]:
    """Return the file of each module; one that is there already is not written over.

    Where each domain of a host has a folder, all of them stand in that of accounts.

    Args:
        host: the host.
        names: the modules of the template that it needs.

    Raises:
        UsageError: every name for one is taken.
    """
    package = _package(host)
    routes = PurePosixPath(read_homes(host.sources, AUTH).routes)
    has_folder = routes.parent == package / AUTH.snake
    package = routes.parent if has_folder else package
    found: dict[str, str] = {}
    for name in (one for one in _OTHERS if one in names):
        path = routes if name == "routes/auth" else package / f"{name}.py"
        other = path.with_name(f"{_OTHERS[name]}.py")
        ways = (other, path) if has_folder and name == AUTH.snake else (path, other)
        found[name] = _free(host.draft, [str(one) for one in ways], found.values())
    return found


def _package(host: Host) -> PurePosixPath:
    """Return the folder of the application, or the one package below it that all else stands in."""
    app = PurePosixPath(host.project.apps[0].file)
    used = [
        *(one.file for one in host.project.models),
        *(one.file for one in host.project.endpoints),
    ]
    used += [file for file in (host.sources.file(host.session.getter[0]),) if file]
    others = [PurePosixPath(one) for one in used if one != app.as_posix()]
    if not all(one.is_relative_to(app.parent) for one in others):
        return app.parent
    below = {one.relative_to(app.parent).parts[0] for one in others}
    name = next(iter(below), "")
    return app.parent / name if len(below) == 1 and not name.endswith(".py") else app.parent


def _free(draft: Draft, ways: list[str], taken: Collection[str]) -> str:
    for one in ways:
        there = (one, f"{one.removesuffix('.py')}/__init__.py")
        if one not in taken and not any(draft.exists(path) for path in there):
            return one
    raise UsageError(f"{' and '.join(ways)} are there already", remedy="rename one of them")
