"""Which endpoints the tests call, as far as reading tells."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from backwright.audit.sources import Source, argument, assigned, last_name
from backwright.audit.subject import Subject
from backwright.project.types import Endpoint

_VERBS = {one: one.upper() for one in ("get", "post", "put", "patch", "delete", "head", "options")}
_ANY = "\0"
_GENERATED = re.compile(r"\b(schemathesis|from_asgi|from_dict)\b")
_DEEPEST = 6
_TOLD_APART = 2


@dataclass(frozen=True, slots=True)
class Sent:
    """A request of a test: its verb (empty: any), and its path, with a NUL for what is not known."""

    verb: str
    path: str


@dataclass(frozen=True, slots=True)
class Suite:
    """What the tests send, which functions they name, whether all endpoints are tried by a tool.

    `astray` are the requests that fit no endpoint: of an application that the tests build themselves,
    with another prefix.
    """

    sent: tuple[Sent, ...]
    astray: tuple[Sent, ...]
    named: frozenset[str]
    everything: bool

    def calls(self, endpoint: Endpoint) -> bool | None:
        """Tell whether a test calls an endpoint; `None` where a request's path is not known."""
        if self.everything or endpoint.handler.rpartition(":")[2].rpartition(".")[2] in self.named:
            return True
        fits = [one for one in self.sent if one.verb in {"", endpoint.method}]
        if any(_matches(one.path, endpoint.path) for one in fits):
            return True
        if any(_ends_so(one.path, endpoint) for one in self.astray if one in fits):
            return True
        unknown = any(not one.path.replace(_ANY, "").strip("/") for one in fits)
        return None if unknown else False


def suite_of(subject: Subject) -> Suite:
    """Read what the tests of a project send."""
    sent: dict[Sent, None] = {}
    named: set[str] = set()
    for source in subject.tests:
        for call in source.nodes(ast.Call):
            for one in _sent(subject, source, call):
                sent[one] = None
            named.add(last_name(call.func))
            for given in call.args:
                if last_name(call.func) in {"url_path_for", "url_for"} and isinstance(
                    given, ast.Constant
                ):
                    named.add(str(given.value))
    text = "\n".join(one.text for one in subject.tests)
    paths = {one.path for one in subject.project.endpoints}
    astray = [
        one
        for one in sent
        if _ANY not in one.path and not any(_matches(one.path, path) for path in paths)
    ]
    return Suite(tuple(sent), tuple(astray), frozenset(named), bool(_GENERATED.search(text)))


def _sent(subject: Subject, source: Source, call: ast.Call) -> Iterator[Sent]:
    """Yield the request that a call sends, if it is one of a client."""
    if not isinstance(call.func, ast.Attribute):
        return
    if call.func.attr in _VERBS:
        verb, given = _VERBS[call.func.attr], argument(call, 0, "url")
    elif call.func.attr in {"request", "websocket_connect", "stream"}:
        first = call.args[0] if call.args else None
        known = first.value if isinstance(first, ast.Constant) else ""
        is_socket = call.func.attr == "websocket_connect"
        verb = "WEBSOCKET" if is_socket else str(known).upper()
        given = argument(call, 0 if is_socket else 1, "url")
    else:
        return
    if given is None:
        return
    path = _path(subject, source, given, 0)
    if path.startswith(("/", _ANY, "http")) or "/" in path:
        yield Sent(verb, _clean(path))


def _clean(path: str) -> str:
    path = re.sub(r"^https?://[^/]*", "", path)
    return re.split(r"[?#]", path, maxsplit=1)[0]


def _path(subject: Subject, source: Source, node: ast.expr, depth: int) -> str:
    """Return a path as far as its parts are known."""
    known = subject.constant(source, node)
    if isinstance(known, str):
        return known
    if depth > _DEEPEST:
        return _ANY
    inner = partial(_path, subject, source, depth=depth + 1)
    if isinstance(node, ast.JoinedStr):
        return "".join(inner(one) for one in node.values)
    if isinstance(node, ast.FormattedValue):
        return inner(node.value)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return inner(node.left) + inner(node.right)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        return re.sub(r"%[sdi]", _ANY, inner(node.left))
    if isinstance(node, ast.Call) and last_name(node.func) in {"url_path_for", "url_for"}:
        return ""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        given = inner(node.func.value) if node.func.attr == "format" else _ANY
        return re.sub(r"{[^}]*}", _ANY, given)
    bound = _bound(source, node)
    return inner(bound) if bound is not None else _ANY


def _bound(source: Source, node: ast.expr) -> ast.expr | None:
    """Return what a local name is bound to, if that is once."""
    function = source.function_around(node) if isinstance(node, ast.Name) else None
    if function is None or not isinstance(node, ast.Name):
        return None
    bound = assigned(function, node.id)
    return bound[0] if bound and len(bound) == 1 else None


def _ends_so(sent: str, endpoint: Endpoint) -> bool:
    """Tell whether a path is an endpoint's behind a prefix that the application does not have."""
    parts = sent.strip("/").split("/")
    own = len(endpoint.path.strip("/").split("/"))
    if own < _TOLD_APART or not 0 < len(parts) - own <= _TOLD_APART:
        return False
    return _matches("/" + "/".join(parts[-own:]), endpoint.path)


def _matches(sent: str, path: str) -> bool:
    """Tell whether a request's path is one of an endpoint."""
    pattern = "".join(
        "(?:[^/]+|.+)"
        if part.endswith(":path}")
        else "[^/]+"
        if part.startswith("{")
        else re.escape(part)
        for part in re.split(r"({[^}]*})", path.rstrip("/"))
    )
    if _ANY not in sent:
        return re.fullmatch(pattern + "/?", sent) is not None
    pieces = sent.rstrip("/").split(_ANY)
    if not "".join(pieces).strip("/"):
        return False
    shown = re.sub(r"{[^}]*}", "x", path.rstrip("/"))
    if pieces[0] == "":  # a prefix that is not known
        return re.fullmatch(f".*{_loose(pieces[1:])}/?", shown) is not None
    return re.fullmatch(_loose(pieces), shown) is not None


def _loose(pieces: list[str]) -> str:
    """Return the pattern of a path whose unknown parts are one segment each; known ids fit too."""
    known = [
        re.sub(r"(?<=/)(\\?-?\d+|[0-9a-f]{8}\\?-[0-9a-f\\-]+)(?=/|$)", "[^/]+", re.escape(one))
        for one in pieces
    ]
    return "[^/]+".join(known)
