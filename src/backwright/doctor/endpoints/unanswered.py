"""Requests that found no route: the nearest one, and what is different."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from backwright.doctor.edits import finished, rewritten, segment
from backwright.doctor.endpoints.not_included import unreached
from backwright.doctor.endpoints.path_words import slashed
from backwright.doctor.evidence import Evidence
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import FunctionNode, called, keyword, literal
from backwright.doctor.tracebacks import Request
from backwright.project.types import Endpoint
from backwright.report.doctor_types import Cause, Repair
from backwright.values import Place

_NEAR = 0.55
_INSTEAD = {"PUT": ("PATCH", "POST"), "PATCH": ("PUT", "POST"), "POST": ("PUT", "PATCH")}


@diagnosis
def unanswered(evidence: Evidence) -> Iterator[Cause]:
    """Tell of each request that was answered 307, 404 or 405 what the router has instead."""
    explained: set[tuple[str, str, int]] = set()
    for request in evidence.requests:
        path = request.path.partition("?")[0]
        key = (request.method, path, request.status)
        if key in explained or request.method == "OPTIONS":
            continue
        explained.add(key)
        cause = None
        if request.status in (307, 308):
            cause = _slash(evidence, request, path)
        elif request.status == 405:
            cause = _method(evidence, request, path)
        elif request.method == "WEBSOCKET" and request.status in (403, 404):
            cause = _no_socket(evidence, request, path)
        elif request.status == 404 and not _matching(evidence, path, request.method):
            cause = _unredirected(evidence, request, path) or _slashless(evidence, request, path)
            cause = cause or _nowhere(evidence, request, path)
        if cause is not None:
            yield cause


def _matching(evidence: Evidence, path: str, method: str = "") -> list[Endpoint]:
    """Return the endpoints that match a path."""
    return [
        one for one in evidence.project.endpoints
        if (not method or one.method == method) and _pattern(one.path).fullmatch(path)
    ]  # fmt: skip


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"(\{[^}]+\})", path)
    return re.compile(
        "".join(
            (".+" if part.endswith(":path}") else "[^/]+")
            if part.startswith("{")
            else re.escape(part)
            for part in parts
        )
    )


def _slash(evidence: Evidence, request: Request, path: str) -> Cause | None:
    other = path.rstrip("/") if path.endswith("/") else f"{path}/"
    found = _matching(evidence, other, request.method)
    if not found:
        return None
    one = found[0]
    return Cause(
        "endpoints", "trailing-slash",
        f"{request} is redirected: the route is {one.path}, {'without' if path.endswith('/') else 'with'} "
        "a slash at its end; a client may drop its Authorization header or its body on the way, and "
        "behind a proxy the redirect may lead to http",
        evidence=(f"{request} → {request.status}",), place=Place(one.file, one.line),
        remedy=f"call {other}, or declare the route as {_other(one.path)}",
        proof=f"curl -i -X {request.method} http://127.0.0.1:8000{path}",
        repairs=_both_ways(evidence, one),
    )  # fmt: skip


def _unredirected(evidence: Evidence, request: Request, path: str) -> Cause | None:
    """Return the cause where a slash is all that differs, and the application does not redirect."""
    other = path.rstrip("/") if path.endswith("/") else f"{path}/"
    found = _matching(evidence, other, request.method)
    for file, call in evidence.sources.calls("FastAPI", "APIRouter") if found else ():
        word = keyword(call, "redirect_slashes")
        if word is None or literal(word) is not False:
            continue
        return Cause(
            "endpoints", "slash-not-redirected",
            f"there is no route {path}, but {other}: redirect_slashes=False keeps FastAPI from leading the one to the other",
            evidence=(f"{request} → {request.status}",), place=Place(file, word.lineno),
            remedy=f"call {other}, declare the route as {path}, or let it redirect",
            proof=f"curl -i -X {request.method} http://127.0.0.1:8000{path}",
            repairs=rewritten(evidence, file, [(word, "True")]),
        )  # fmt: skip
    return None


def _both_ways(evidence: Evidence, one: Endpoint) -> tuple[Repair, ...]:
    """Return the repair that declares a route without and with its slash, one of them in the document."""
    for mark, path in _marks(evidence, one):
        other = path.rstrip("/") if path.endswith("/") else f"{path}/"
        if not other and one.path == "/":
            return ()
        text = evidence.sources.text(one.file)
        written = ast.get_source_segment(text, mark) or ""
        made = written.replace(segment(evidence, one.file, mark.args[0]), f'"{other}"', 1)
        return _marked(
            evidence, one, mark, f"{made[:-1].rstrip().rstrip(',')}, include_in_schema=False)"
        )
    return ()


def _marks(evidence: Evidence, one: Endpoint) -> Iterator[tuple[ast.Call, str]]:
    """Yield the decorators that declare an endpoint by its method, with their paths."""
    function = evidence.sources.function_at(Place(one.file, one.line)) or next(
        (node for node in evidence.sources.nodes(one.file) if isinstance(node, FunctionNode)
         and any(mark.lineno <= one.line <= node.lineno for mark in node.decorator_list)), None)  # fmt: skip
    for mark in function.decorator_list if function else ():
        path = literal(mark.args[0]) if isinstance(mark, ast.Call) and mark.args else None
        if (
            isinstance(mark, ast.Call)
            and isinstance(path, str)
            and called(mark).upper() == one.method
        ):
            yield mark, path


def _marked(evidence: Evidence, one: Endpoint, mark: ast.Call, words: str) -> tuple[Repair, ...]:
    """Return the repair that puts a decorator before another one."""
    text = evidence.sources.text(one.file)
    lines = text.splitlines(keepends=True)
    lines.insert(mark.lineno - 1, f"{' ' * (mark.col_offset - 1)}@{words}\n")
    return finished(one.file, text, "".join(lines))


def _also_head(evidence: Evidence, one: Endpoint) -> tuple[Repair, ...]:
    """Return the repair that answers HEAD where GET is answered: the server leaves the body out."""
    for mark, _ in _marks(evidence, one):
        if isinstance(mark.func, ast.Attribute):
            owner = ast.unparse(mark.func.value)
            path = segment(evidence, one.file, mark.args[0])
            return _marked(evidence, one, mark, f"{owner}.head({path}, include_in_schema=False)")
    return ()


def _other(path: str) -> str:
    return path.rstrip("/") or '""' if path.endswith("/") else f"{path}/"


def _slashless(evidence: Evidence, request: Request, path: str) -> Cause | None:
    """Return the cause of a route whose path does not begin with a slash, which no request can have."""
    for one in evidence.project.endpoints:
        if one.path.startswith("/") or not _pattern(f"/{one.path}").fullmatch(path):
            continue
        mark = next(_marks(evidence, one), None)
        place = Place(one.file, mark[0].lineno if mark else one.line)
        return Cause(
            "endpoints", "path-without-slash",
            f"the path of {one.handler.rpartition(':')[2]} is {one.path!r}: it does not begin with a slash, and no "
            "request can have such a path",
            (f"{request} → {request.status}",), place, f'begin it with one: "/{one.path}"',
            f"curl -i -X {one.method} http://127.0.0.1:8000/{one.path}", repairs=slashed(evidence, place),
        )  # fmt: skip
    return None


def _method(evidence: Evidence, request: Request, path: str) -> Cause | None:
    found = _matching(evidence, path)
    if not found or any(one.method == request.method for one in found):
        return None  # it takes the method: something before it answers
    wanted = _INSTEAD.get(request.method, ())
    found.sort(key=lambda one: wanted.index(one.method) if one.method in wanted else len(wanted))
    methods = list(dict.fromkeys(one.method for one in found))
    read = next((one for one in found if one.method == "GET"), None)
    return Cause(
        "endpoints", "method-not-allowed",
        f"{path} takes {', '.join(methods)}, and was called by {request.method}",
        evidence=(f"{request} → 405",), place=Place(found[0].file, found[0].line),
        remedy=f"call it by {methods[0]}, or add a route for {request.method} beside {found[0].handler}",
        proof=f"curl -i -X {methods[0]} http://127.0.0.1:8000{path}",
        repairs=_also_head(evidence, read) if read and request.method == "HEAD" else (),
    )  # fmt: skip


def _no_socket(evidence: Evidence, request: Request, path: str) -> Cause | None:
    """Return the cause of a web socket that is refused: there is none at its path, which is said by 403."""
    if _matching(evidence, path, "WEBSOCKET"):
        return None
    sockets = [one for one in evidence.project.endpoints if one.method == "WEBSOCKET"]
    near = next((one for one in sockets if _ends(one.path, path) or _pattern(one.path).search(path)
                 or re.search(f"{_pattern('/' + one.path.strip('/').partition('/')[2]).pattern}$", path)),
                sockets[0] if len(sockets) == 1 else None)  # fmt: skip
    return Cause(
        "endpoints", "websocket-unknown",
        f"there is no web socket at {path} (which is answered 403, not 404)"
        + (f"; the nearest is {near.path}" if near else ""),
        evidence=(f"{request} → {request.status}",), place=Place(near.file, near.line) if near else None,
        remedy=f"connect to {near.path}" if near else "declare it: @app.websocket(…)",
        proof="the log says: connection open",
    )  # fmt: skip


def _nowhere(evidence: Evidence, request: Request, path: str) -> Cause | None:
    unincluded = _not_included(evidence, request, path)
    if unincluded is not None:
        return unincluded
    near = _nearest(evidence, path, request.method)
    if near is None:
        return None
    return Cause(
        "endpoints", "path-unknown",
        f"there is no route {path}; the nearest is {near.method} {near.path}{_difference(path, near.path)}",
        evidence=(f"{request} → 404",), place=Place(near.file, near.line),
        remedy=f"call {near.path}, or mend the prefix where its router is included",
        proof=f"curl -i -X {near.method} http://127.0.0.1:8000{near.path}",
    )  # fmt: skip


def _nearest(evidence: Evidence, path: str, method: str) -> Endpoint | None:
    def likeness(one: Endpoint) -> float:
        plain = re.sub(r"\{[^}]+\}", "1", one.path)
        asked = re.sub(r"/(\d+|[0-9a-f-]{36})(?=/|$)", "/1", path)
        shares_end = bool(asked.strip("/")) and (plain.endswith(asked) or asked.endswith(plain))
        return (
            SequenceMatcher(None, plain, asked).ratio()
            + 0.3 * shares_end
            + 0.1 * (one.method == method)
        )

    best = max(evidence.project.endpoints, key=likeness, default=None)
    return best if best is not None and likeness(best) >= _NEAR else None


def _difference(asked: str, there: str) -> str:
    """Say what the path that was asked for lacks or has too much."""
    plain = re.sub(r"\{[^}]+\}", "1", there)
    asked = re.sub(r"/(\d+|[0-9a-f-]{36})(?=/|$)", "/1", asked)
    if plain.endswith(asked) and plain != asked:
        return f" (the prefix {plain.removesuffix(asked)} is missing)"
    if asked.endswith(plain) and plain != asked:
        return f" (the prefix {asked.removesuffix(plain)} is too much)"
    return ""


def _not_included(evidence: Evidence, request: Request, path: str) -> Cause | None:
    """Return the cause where a route for the path stands in a router that no application includes."""
    for router in unreached(evidence):
        for method, end in router.routes:
            if method == request.method and _ends(path, end):
                return router.cause(evidence, f"{request} → {request.status}")
    return None


def _ends(path: str, end: str) -> bool:
    return bool(end.strip("/")) and re.search(f"{_pattern(end).pattern}$", path) is not None
