"""The server calls an address that the request says.

Why: the server stands where the client does not: it reaches the metadata service of the cloud, the
database's console, other services without a password (server-side request forgery).

Bad:

    import httpx
    from fastapi import FastAPI
    app = FastAPI()
    @app.get("/preview")
    async def preview(url: str) -> str:
        async with httpx.AsyncClient() as client:
            return (await client.get(url)).text

Good:

    import httpx
    from fastapi import FastAPI
    app = FastAPI()
    @app.get("/weather/{city}")
    async def weather(city: str) -> str:
        async with httpx.AsyncClient() as client:
            return (await client.get("https://weather.example/", params={"city": city})).text

Leave it: where the host is compared with a list of allowed ones before.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.asked import is_privileged
from backwright.audit.inputs import derived, inputs_of, shown
from backwright.audit.rule import Found, Judged, at, rule
from backwright.audit.sources import own_nodes
from backwright.audit.subject import Subject

_CALLS = re.compile(
    r"^(requests|httpx|aiohttp|urllib\.request)\b.*\b(get|post|put|patch|delete|head|request|urlopen|stream)$"
)
_CHECKED = re.compile(r"(?i)allow|whitelist|urlparse|hostname|netloc|validate_url")


@rule(item=4, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge the addresses that handlers call."""
    for handler in subject.handlers:
        names = {one.name for one in inputs_of(subject, handler)}
        if not names or _CHECKED.search(ast.unparse(handler.node)):
            continue
        for call in own_nodes(handler.node):
            if not isinstance(call, ast.Call) or not call.args:
                continue
            if not _CALLS.match(subject.names.library(handler.source, call.func)):
                continue
            where = next((one for one in call.args[:2] if _is_address(one, names)), None)
            if where is not None:
                yield Found(
                    at(handler.source, call),
                    f"{shown(handler)} calls the address {ast.unparse(where)} of the request",
                    "compare its host with a list of allowed ones first",
                    level="warning" if is_privileged(subject, handler.endpoints[0]) else None,
                    units=(at(handler.source, handler.node),),
                )


def _is_address(node: ast.expr, names: set[str]) -> bool:
    """Tell whether an address, or its beginning, is what the request says."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "str":
        return bool(node.args) and _is_address(node.args[0], names)
    if isinstance(node, ast.JoinedStr) and node.values:
        first = node.values[0]
        return isinstance(first, ast.FormattedValue) and derived(first.value, names)
    return derived(node, names)
