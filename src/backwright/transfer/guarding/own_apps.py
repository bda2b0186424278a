"""Applications that a host's tests make of some of its routers: accounts are reached there, too."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.transfer.grow.sources import Sources, last_name
from backwright.transfer.guarding.edits import Edits
from backwright.transfer.guarding.host import Host

_APPLICATION = ("fastapi", "FastAPI")
_OWN_PREFIX = re.compile(r"APIRouter\([^)]*prefix=\"([^\"]*)\"")
ROUTER = "auth_router"


def join_accounts(
    host: Host, sources: Sources, path: str, edits: Edits, prefix: str
) -> dict[str, set[str]]:
    """Register the endpoints of accounts where a module of tests registers others; return the imports.

    Args:
        host: the host, with accounts.
        sources: the modules, tests among them.
        path: the module of tests.
        edits: its edits.
        prefix: the path of the accounts' endpoints.
    """
    home = host.homes.get("routes/auth")
    if home is None:
        return {}
    own = _OWN_PREFIX.search(host.draft.text(home))
    rest = prefix.removesuffix(own[1]) if own else prefix
    given = f', prefix="{rest}"' if rest else ""
    places = [*_last_registrations(sources, path)]
    for statement, app in places:
        text = f"\n{' ' * statement.col_offset}{app}.include_router({ROUTER}{given})"
        edits.insert(edits.end(statement), text)
    return {sources.module(home): {f"router as {ROUTER}"}} if places else {}


def _last_registrations(sources: Sources, path: str) -> Iterator[tuple[ast.Expr, str]]:
    """Yield the last statement that registers a router with an application made in the same block."""
    for block in ast.walk(sources.trees[path]):
        body = getattr(block, "body", None)
        if not isinstance(body, list):
            continue
        made = {
            ast.unparse(one.targets[0])
            for one in body
            if isinstance(one, ast.Assign)
            and isinstance(one.value, ast.Call)
            and sources.resolve(path, one.value.func) == _APPLICATION
        }
        last: dict[str, ast.Expr] = {}
        for one in body:
            call = one.value if isinstance(one, ast.Expr) else None
            if isinstance(call, ast.Call) and last_name(call.func) == "include_router":
                app = ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""
                last |= {app: one} if app in made and isinstance(one, ast.Expr) else {}
        yield from ((statement, app) for app, statement in last.items())
