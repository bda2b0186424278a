"""Web sockets that depend on what takes requests alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.doctor.edits import finished
from backwright.doctor.evidence import Evidence
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import FunctionNode, called
from backwright.report.doctor_types import Cause, Repair
from backwright.source.imports import add_imports
from backwright.values import Place

_SCHEMES = r"(?P<scheme>OAuth2\w*|HTTP(?:Bearer|Basic|Digest)|APIKey\w+|OpenIdConnect)"


@diagnosis
def request_wanted(evidence: Evidence) -> Iterator[Cause]:
    """Tell which scheme of security a web socket depends on, which takes no web socket."""
    pattern = rf"{_SCHEMES}\.__call__\(\) missing 1 required positional argument: 'request'"
    for ground, raised, match in evidence.raised(pattern):
        scheme = match["scheme"]
        found = next(evidence.sources.calls(scheme), None)
        socket = next(_sockets(evidence), None)
        yield Cause(
            "endpoints", "websocket-security",
            f"{socket[1].name if socket else 'a web socket'} depends on {scheme}, which takes the request of an HTTP "
            "call, and a web socket has none",
            (raised.text,), Place(socket[0], socket[1].lineno) if socket else ground.place,
            "upgrade fastapi, whose newer schemes take both; or take the token by a function of HTTPConnection, or from "
            "the query: a browser's WebSocket cannot send headers", "connect again", repairs=_of_both(evidence, *found) if found else (),
            failure=ground.number, count=ground.count,
        )  # fmt: skip


def _sockets(evidence: Evidence) -> Iterator[tuple[str, FunctionNode]]:
    """Yield the functions of web sockets that have dependencies."""
    for file in evidence.sources.own:
        for node in evidence.sources.nodes(file):
            if (
                isinstance(node, FunctionNode)
                and len(node.args.args) + len(node.args.kwonlyargs) > 1
            ):
                marks = (one for one in node.decorator_list if isinstance(one, ast.Call))
                if any(called(one) in ("websocket", "websocket_route") for one in marks):
                    yield file, node


def _of_both(evidence: Evidence, file: str, call: ast.Call) -> tuple[Repair, ...]:
    """Return the repair that makes of a scheme one that takes requests and web sockets."""
    text = evidence.sources.text(file)
    made = next((one for one in evidence.sources.nodes(file)
                 if isinstance(one, ast.Assign) and one.value is call), None)  # fmt: skip
    if made is None or made.col_offset or not isinstance(call.func, ast.Name):
        return ()
    scheme = call.func.id
    own = f"Connection{scheme}"
    lines = text.splitlines(keepends=True)
    line = lines[call.lineno - 1]
    lines[call.lineno - 1] = line.replace(f"{scheme}(", f"{own}(", 1)
    answer = "HTTPAuthorizationCredentials" if scheme == "HTTPBearer" else "str"
    block = (
        f'class {own}({scheme}):\n    """Takes the token of requests and of web sockets."""\n\n'
        f"    async def __call__(self, connection: HTTPConnection) -> {answer} | None:\n"
        "        return await super().__call__(connection)\n\n\n"
    )
    gap = "" if not lines[made.lineno - 2].strip() and not lines[made.lineno - 3].strip() else "\n"
    lines.insert(made.lineno - 1, f"{gap}{block}")
    wanted = {"fastapi.requests": {"HTTPConnection"}}
    if scheme == "HTTPBearer":
        wanted["fastapi.security"] = {answer}
    return finished(file, text, add_imports("".join(lines), wanted))
