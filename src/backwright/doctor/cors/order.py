"""Preflights that do not reach the middleware for them, and answers that miss its headers."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from backwright.doctor.cors.allowed import middleware_call
from backwright.doctor.edits import rewritten
from backwright.doctor.evidence import Evidence
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import FunctionNode, called, keyword, last_name, literal
from backwright.doctor.tracebacks import Request
from backwright.report.doctor_types import Cause, Repair
from backwright.source.syntax import nodes
from backwright.values import Place

_ADD = "app.add_middleware(CORSMiddleware, allow_origins=[…], allow_methods=[…], allow_headers=[…])"
_REFUSING = frozenset({401, 403})


@diagnosis
def outer(evidence: Evidence) -> Iterator[Cause]:
    """Tell of a middleware around CORSMiddleware that answers by itself."""
    cors = evidence.project.cors
    if cors is None:
        return
    for line, what in _answering(evidence, cors.file, cors.line):
        caught = [
            one
            for one in evidence.requests
            if one.method == "OPTIONS" and (one.status in _REFUSING or one.status < 300)
        ]
        yield Cause(
            "cors", "cors-order",
            f"{what} is added after CORSMiddleware, so that it stands around it: it answers preflights "
            "itself, and its refusals have no CORS headers",
            evidence=tuple(f"{one} → {one.status}" for one in caught[:1]),
            place=Place(cors.file, line),
            remedy="add CORSMiddleware last: the last one added is the outermost",
            proof="curl -i -X OPTIONS -H 'Origin: …' -H 'Access-Control-Request-Method: GET' …: 200",
            seen="given" if evidence.origin else "happened" if caught else "source",
            repairs=_last(evidence, cors.file, cors.line),
        )  # fmt: skip


def _answering(evidence: Evidence, file: str, after: int) -> Iterator[tuple[int, str]]:
    """Yield line and name of middleware of the project, added later, that refuses by itself."""
    tree = evidence.sources.syntax(file)
    for one in nodes(tree) if tree else ():
        line = getattr(one, "lineno", 0)
        if line <= after:
            continue
        if isinstance(one, ast.Call) and called(one) == "add_middleware" and one.args:
            name = last_name(one.args[0])
            for _, cls in evidence.sources.classes(name):
                if _refuses(cls):
                    yield line, name
        if isinstance(one, FunctionNode) and _refuses(one):
            for mark in one.decorator_list:
                if isinstance(mark, ast.Call) and called(mark) == "middleware":
                    yield mark.lineno, one.name


def _refuses(node: ast.AST) -> bool:
    """Tell whether a middleware refuses by 401 or 403 whatever the method, or answers OPTIONS itself."""
    inside = nodes(node)
    if any(isinstance(one, ast.If) and _is_of_options(one) for one in inside):
        return True
    texts = {one.value for one in inside if isinstance(one, ast.Constant)}
    answers = any(
        isinstance(one, ast.Call) and last_name(one.func).endswith(("Response", "HTTPException"))
        and any(_is_refusal(word) for word in (*one.args, *(k.value for k in one.keywords)))
        for one in inside
    )  # fmt: skip
    return answers and "OPTIONS" not in texts


def _is_of_options(branch: ast.If) -> bool:
    """Tell whether a branch for OPTIONS returns a response that it has made, without CORS headers."""
    asks = any(
        isinstance(one, ast.Constant) and one.value == "OPTIONS" for one in ast.walk(branch.test)
    )
    last = branch.body[-1]
    made = last.value if isinstance(last, ast.Return) else None
    is_response = isinstance(made, ast.Call) and last_name(made.func).endswith("Response")
    return asks and is_response and "Access-Control-Allow-Origin" not in ast.unparse(branch)


def _is_refusal(node: ast.expr) -> bool:
    value = literal(node)
    is_status = isinstance(value, int) and value in _REFUSING
    return is_status or last_name(node).startswith(("HTTP_401", "HTTP_403"))


def _last(evidence: Evidence, file: str, line: int) -> tuple[Repair, ...]:
    """Return the repair that moves CORSMiddleware behind everything that is added beside it."""
    body = _beside(evidence, file, line)
    own = next((one for one in body if one.lineno <= line <= (one.end_lineno or 0)), None)
    later = [one for one in body if own is not None and one.lineno > own.lineno and _adds(one)]
    if own is None or not later:
        return ()
    return _moved(evidence, file, own, max(one.end_lineno or one.lineno for one in later))


def _beside(evidence: Evidence, file: str, line: int) -> Sequence[ast.stmt]:
    """Return the innermost block of statements that has one at a line."""
    found: Sequence[ast.stmt] = ()
    for node in evidence.sources.nodes(file):
        body = getattr(node, "body", None)
        if isinstance(body, list) and any(
            isinstance(one, ast.stmt) and one.lineno <= line <= (one.end_lineno or 0) for one in body
        ) and (not found or body[0].lineno >= found[0].lineno):  # fmt: skip
            found = body
    return found


def _adds(statement: ast.stmt) -> bool:
    return any(isinstance(n, ast.Call) and called(n) in ("add_middleware", "middleware")
               for n in nodes(statement))  # fmt: skip


def _moved(evidence: Evidence, file: str, own: ast.stmt, until: int) -> tuple[Repair, ...]:
    """Return the repair that moves a statement behind a line."""
    text = evidence.sources.text(file)
    lines = text.splitlines(keepends=True)
    start, end = own.lineno - 1, own.end_lineno or own.lineno
    behind = lines[until - 1]
    block = ["\n\n" if behind[:1].isspace() else "\n", *lines[start:end]]
    kept = [*lines[:start], *lines[end:until], *block, *lines[until:]]
    return (Repair(file, text, "".join(kept)),)


@diagnosis
def other_application(evidence: Evidence) -> Iterator[Cause]:
    """Tell of an application that is made anew, or wrapped, after the middleware was added to it."""
    cors = evidence.project.cors
    call = middleware_call(evidence, cors) if cors else None
    if cors is None or call is None or called(call) != "add_middleware":
        return
    owner = ast.unparse(call.func).rpartition(".")[0]
    body = _beside(evidence, cors.file, cors.line)
    own = next((one for one in body if one.lineno <= cors.line <= (one.end_lineno or 0)), None)
    later = [
        one for one in body
        if isinstance(one, ast.Assign) and one.lineno > cors.line and isinstance(one.value, ast.Call)
        and any(ast.unparse(target) == owner for target in one.targets)
    ]  # fmt: skip
    for anew in later[-1:]:
        wraps = "CORSMiddleware" in ast.unparse(anew.value)
        if own is None or wraps:
            continue
        yield Cause(
            "cors", "cors-other-application",
            f"CORSMiddleware is added to {owner} at line {own.lineno}, and line {anew.lineno} makes {owner} "
            "anew: the application that runs has none",
            (evidence.sources.line(Place(cors.file, anew.lineno)).strip(),),
            Place(cors.file, anew.lineno),
            f"add the middleware behind line {anew.lineno}",
            "curl -i -X OPTIONS -H 'Origin: …' -H 'Access-Control-Request-Method: GET' …: 200",
            "given" if evidence.origin else "source",
            _moved(evidence, cors.file, own, anew.end_lineno or anew.lineno),
        )  # fmt: skip


@diagnosis
def preflights(evidence: Evidence) -> Iterator[Cause]:
    """Tell what the log's preflights were answered with."""
    told: set[int] = set()
    for one in evidence.requests:
        if one.method != "OPTIONS" or one.status < 400 or one.status in told:
            continue
        told.add(one.status)
        cors = evidence.project.cors
        place = Place(cors.file, cors.line) if cors else None
        if one.status == 405 and cors is None and evidence.origin is None:
            apps = evidence.project.apps
            yield _cause("cors-missing", f"{one} was answered 405: the application has no CORSMiddleware, "
                         "so that a preflight finds no route", Place(apps[0].file, apps[0].line) if apps else None,
                         str(one))  # fmt: skip
        elif one.status == 400 and cors is not None:
            header = _header_cause(evidence, one)
            yield header or _cause(
                "cors-preflight", f"{one} was refused by CORSMiddleware: the origin, the method or a header "
                "is not allowed", place, str(one),
                "run it again with --origin and the page's origin: that tells which word is not allowed",
            )  # fmt: skip


def _header_cause(evidence: Evidence, one: Request) -> Cause | None:
    """Return the cause where the origin that was given and all methods are allowed, and not all headers."""
    cors = evidence.project.cors
    call = middleware_call(evidence, cors) if cors else None
    node = keyword(call, "allow_headers") if call else None
    listed = literal(node)
    methods = literal(keyword(call, "allow_methods")) if call else None
    if cors is None or node is None or not isinstance(listed, list | tuple) or "*" in listed:
        return None
    if (
        evidence.origin is None
        or evidence.origin not in (*cors.origins, "*")
        or methods not in (["*"], ("*",))
    ):
        return None
    return Cause(
        "cors", "cors-headers",
        f"{one} was refused although its origin and its method are allowed: the page sends a header that is "
        f"not among allow_headers ({', '.join(map(str, listed))})", (str(one),), Place(cors.file, node.lineno),
        'name it there (the browser says which), or allow_headers=["*"]',
        "curl -i -X OPTIONS -H 'Origin: …' -H 'Access-Control-Request-Method: GET' "
        "-H 'Access-Control-Request-Headers: …' …: 200",
        repairs=rewritten(evidence, cors.file, [(node, '["*"]')]),
    )  # fmt: skip


def _cause(name: str, text: str, place: Place | None, shown: str, remedy: str = _ADD) -> Cause:
    return Cause(
        "cors", name, text, (shown,), place, remedy,
        "curl -i -X OPTIONS -H 'Origin: …' -H 'Access-Control-Request-Method: GET' …: 200",
    )  # fmt: skip
