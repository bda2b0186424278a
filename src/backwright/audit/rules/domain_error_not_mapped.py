"""An error of the project's own reaches no handler.

Why: it is raised on the way of a request, but nobody catches it and the application has no handler for
it: clients get 500 for what is their mistake.

Bad:

    from fastapi import FastAPI
    app = FastAPI()
    class OutOfStock(Exception):
        pass
    @app.post("/orders")
    def order(amount: int) -> int:
        if amount > 3:
            raise OutOfStock("three at most")
        return amount

Good:

    from fastapi import FastAPI, Request
    from fastapi.responses import JSONResponse
    app = FastAPI()
    class ShopError(Exception):
        pass
    class OutOfStock(ShopError):
        pass
    @app.exception_handler(ShopError)
    def refused(request: Request, error: ShopError) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 409)
    @app.post("/orders")
    def order(amount: int) -> int:
        if amount > 3:
            raise OutOfStock("three at most")
        return amount

Leave it: for errors that mean a fault of the program, where 500 is right; derive them from RuntimeError.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.names import Meaning
from backwright.audit.rule import Found, Judged, Looked, at, rule
from backwright.audit.sources import Source, argument, last_name
from backwright.audit.subject import Subject

_FAULTS = frozenset(
    {"RuntimeError", "AssertionError", "NotImplementedError", "HTTPException", "ImportError"}
)
_SETUP = re.compile(r"(?i)init|config|setting|setup|migrat|startup|environment|session")
_REGISTERS = frozenset({"exception_handler", "add_exception_handler"})


@rule(item=3, level="warning")
def check(subject: Subject) -> Iterator[Judged]:
    """Look for a catcher of each error of the project's own that functions raise."""
    if not subject.project.apps:
        return
    caught = _caught(subject)
    seen: set[str] = set()
    for source in subject.program:
        for node in source.nodes(ast.Raise):
            name = last_name(node.exc) if node.exc is not None else ""
            cls = subject.names.meaning(
                source, node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            )
            if not isinstance(cls.node, ast.ClassDef) or source.function_around(node) is None:
                continue
            kinds = _kinds(subject, cls)
            if (
                kinds & _FAULTS
                or _SETUP.search(name)
                or not kinds
                & {
                    "Exception",
                    "ValueError",
                    "LookupError",
                    "KeyError",
                }
            ):
                continue
            if kinds & caught:
                yield Looked(at(source, node))
            elif name not in seen:
                seen.add(name)
                yield Found(
                    at(source, node),
                    f"{name} is raised here, and neither an except nor a handler of the application "
                    "takes it: clients get 500",
                    f"@app.exception_handler({name})\ndef refused(request, error): …",
                )


def _kinds(subject: Subject, cls: Meaning) -> set[str]:
    if not isinstance(cls.node, ast.ClassDef) or cls.source is None:
        return set()
    return {cls.node.name, *subject.names.bases(cls.source, cls.node)}


def _caught(subject: Subject) -> set[str]:
    """Return the names of the errors that anything in the program catches."""
    found: set[str] = set()
    for source in subject.program:
        for handler in source.nodes(ast.ExceptHandler):
            types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
            found |= {last_name(one) for one in types if one is not None}
        for call in source.nodes(ast.Call):
            if last_name(call.func) in _REGISTERS:
                shown = argument(call, 0, "exc_class_or_status_code")
                found |= {last_name(shown)} if shown is not None else set()
        found |= _mentioned(source)
    return found


def _mentioned(source: Source) -> set[str]:
    """Return the names in dictionaries, lists and tuples: what maps or catches errors looks there."""
    parts: list[ast.expr | None] = [key for one in source.nodes(ast.Dict) for key in one.keys]
    parts += [part for one in source.nodes(ast.List) for part in one.elts]
    parts += [part for one in source.nodes(ast.Tuple) for part in one.elts]
    return {last_name(one) for one in parts if isinstance(one, ast.Name | ast.Attribute)}
