"""An HTTP error is caught by the `except Exception` around it.

Why: `HTTPException` is an `Exception`. A 404 that is raised in the `try` comes out as the 500 (or as
whatever the handler answers): clients see a broken server where a row was missing.

Bad:

    from fastapi import FastAPI, HTTPException
    app = FastAPI()
    @app.get("/items/{item_id}")
    def read(item_id: int) -> int:
        try:
            if item_id > 9:
                raise HTTPException(404)
            return item_id
        except Exception as error:
            raise HTTPException(500, "Something went wrong")

Good:

    from fastapi import FastAPI, HTTPException
    app = FastAPI()
    @app.get("/items/{item_id}")
    def read(item_id: int) -> int:
        try:
            if item_id > 9:
                raise HTTPException(404)
            return item_id
        except HTTPException:
            raise
        except Exception as error:
            raise HTTPException(500, "Something went wrong")

Good:

    from fastapi import HTTPException
    def caller(token: str) -> str:
        try:
            name = token.split(".")[1]
            if not name:
                raise HTTPException(status_code=401, detail="no name")
            return name
        except Exception:
            raise HTTPException(status_code=401, detail="a bad token")

Leave it: never; put the check outside the `try`, or let HTTP errors through first.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.fixes.repair import Fix, end_of, inserted, margin, segment, start_of, written
from backwright.audit.rule import Found, Judged, Looked, at, rule
from backwright.audit.sources import FunctionNode, Source, argument, assigned, last_name
from backwright.audit.subject import Subject
from backwright.source.syntax import children

_UNDOES = re.compile(r"^(await )?[\w.]+\.(rollback|close)\(\)$")
_TELLS = re.compile(
    r"^(str|repr|type|print|format|debug|info|warning|warn|error|exception|critical|HTTPException)$"
)
_BROAD = frozenset({"Exception", "BaseException", ""})


@rule(item=3, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge each `try` in which an HTTP error is raised."""
    for source in subject.program:
        for node in source.nodes(ast.Try):
            raises = [*_raised(node.body)]
            if not raises or not node.handlers:
                continue
            caught = _first_that_catches(node)
            if caught is None or _lets_through(caught):
                yield Looked(at(source, node))
                continue
            answered = _statuses(source, caught)
            changed = [
                one
                for one in raises
                if len(answered) != 1 or _statuses(source, one) != answered or "" in answered
            ]
            if not changed:
                yield Looked(at(source, node))
                continue
            yield Found(
                at(source, changed[0]),
                f"this HTTP error is caught by the except in line {caught.lineno}, which answers "
                f"something else{_status(caught)}",
                "let it through first:\nexcept HTTPException:\n    raise",
                level=None if _is_lost(caught, answered) else "warning",
                fix=_through(source, changed[0], caught),
            )


def _is_lost(caught: ast.ExceptHandler, answered: set[str]) -> bool:
    """Tell whether the client surely hears of no mistake of theirs: a 500, or no error at all."""
    if answered:
        return all(one[:1] == "5" for one in answered)
    return not any(
        isinstance(one, ast.Call)
        and not _TELLS.match(last_name(one.func))
        and any(isinstance(it, ast.Name) and it.id == caught.name for it in one.args)
        for one in ast.walk(caught)
    )


def _through(source: Source, raised: ast.Raise, caught: ast.ExceptHandler) -> Fix | None:
    """Return what lets the error through before; what is rolled back or closed still is."""
    if not isinstance(raised.exc, ast.Call) or caught.body[0].lineno == caught.lineno:
        return None
    outer, inner = margin(source, caught.lineno), margin(source, caught.body[0].lineno)
    undone = [
        segment(source, start_of(one), end_of(one))
        for one in caught.body
        if isinstance(one, ast.Expr) and _UNDOES.match(ast.unparse(one))
    ]
    body = "".join(f"{inner}{one}\n" for one in (*undone, "raise"))
    name = written(source, raised.exc.func)
    text = f"except {name}:\n{body}{outer}"
    return Fix((inserted(source, start_of(caught), text),))


def _raised(body: list[ast.stmt]) -> Iterator[ast.Raise]:
    """Yield the HTTP errors raised in a `try`, not in a function or another `try` inside it."""
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            if last_name(node.exc.func) == "HTTPException":
                yield node
        elif not isinstance(node, FunctionNode | ast.Lambda | ast.Try):
            waiting = [*children(node), *waiting]


def _first_that_catches(node: ast.Try) -> ast.ExceptHandler | None:
    for handler in node.handlers:
        types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        names = {last_name(one) for one in types}
        if any("HTTPException" in name for name in names):
            return None
        if names & _BROAD:
            return handler
    return None


def _lets_through(handler: ast.ExceptHandler) -> bool:
    """Tell whether a handler raises what it caught, or looks at what it is."""
    for one in ast.walk(handler):
        if isinstance(one, ast.Raise) and (
            one.exc is None or (isinstance(one.exc, ast.Name) and one.exc.id == handler.name)
        ):
            return True
        if isinstance(one, ast.Call) and last_name(one.func) in {
            "isinstance",
            "getattr",
            "hasattr",
        }:
            return True
        if (
            isinstance(one, ast.Attribute)
            and one.attr == "status_code"
            and last_name(one.value) != "status"
        ):
            return True
    return False


def _statuses(source: Source, node: ast.AST) -> set[str]:
    """Return the statuses of the HTTP errors that some code raises, as three digits; empty if not told."""
    found = set()
    for one in ast.walk(node):
        made = _bound(source, one.exc) if isinstance(one, ast.Raise) else None
        if isinstance(made, ast.Call) and "HTTPException" in last_name(made.func):
            given = argument(made, 0, "status_code")
            number = re.search(r"\d{3}", ast.unparse(given)) if given is not None else None
            found.add(number[0] if number else "")
        elif made is not None:
            found.add("")
    return found


def _bound(source: Source, error: ast.expr | None) -> ast.expr | None:
    """Return what is raised, past the name that it was kept under."""
    if not isinstance(error, ast.Name):
        return error
    function = source.function_around(error)
    given = assigned(function, error.id) if function is not None else None
    return given[0] if given and len(given) == 1 and given[0] is not None else error


def _status(handler: ast.ExceptHandler) -> str:
    shown = ast.unparse(handler)
    return " (500)" if "500" in shown else ""
