"""The text of an unexpected error is sent to the client.

Why: the message of a database or library error names tables, columns, values, paths, sometimes
addresses with passwords. It helps attackers, and no client can do anything with it.

Bad:

    from fastapi import FastAPI, HTTPException
    app = FastAPI()
    @app.get("/")
    def read() -> int:
        try:
            return int("x")
        except Exception as error:
            raise HTTPException(status_code=500, detail=f"failed: {error}")

Good:

    import logging
    from fastapi import FastAPI, HTTPException
    app = FastAPI()
    @app.get("/")
    def read() -> int:
        try:
            return int("x")
        except Exception as error:
            logging.exception("failed")
            raise HTTPException(status_code=500, detail="Something went wrong") from error

Good:

    from fastapi import FastAPI, HTTPException
    app = FastAPI()
    class Refused(Exception):
        pass
    @app.get("/")
    def read() -> int:
        try:
            raise Refused("too late")
        except Refused as error:
            raise HTTPException(status_code=400, detail=str(error))

Leave it: for an internal tool whose users are its developers.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.audit.fixes.logging_calls import logged
from backwright.audit.fixes.repair import Fix, inserted, margin, replaced, start_of
from backwright.audit.rule import Found, Judged, Looked, at, rule
from backwright.audit.sources import Source, argument, last_name
from backwright.audit.subject import Subject

_UNEXPECTED = frozenset({
    "Exception", "BaseException", "SQLAlchemyError", "IntegrityError", "DatabaseError",
    "OperationalError", "DBAPIError", "ProgrammingError", "DataError", "StatementError",
})  # fmt: skip


@rule(item=3, level="warning")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge what handlers of unexpected errors answer."""
    for source in subject.program:
        for handler in source.nodes(ast.ExceptHandler):
            types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
            if not handler.name or not any(last_name(one) in _UNEXPECTED for one in types):
                continue
            leak = next((one for one in ast.walk(handler) if _leaks(one, handler.name)), None)
            if leak is None:
                yield Looked(at(source, handler))
                continue
            yield Found(
                at(source, leak),
                "the client is told the text of an unexpected error",
                'log it, and answer a sentence of your own:\ndetail="Something went wrong"',
                fix=_kept_in(subject, source, handler, leak),
            )


def _kept_in(
    subject: Subject, source: Source, handler: ast.ExceptHandler, leak: ast.AST
) -> Fix | None:
    """Return what logs the error and answers a fixed sentence; clients may read the old one."""
    if not isinstance(leak, ast.Call) or handler.body[0].lineno == handler.lineno:
        return None
    shown = argument(leak, 1, "detail") if last_name(leak.func) == "HTTPException" else None
    said = logged(subject, source, handler)
    if said is None or not isinstance(shown, ast.JoinedStr | ast.Call | ast.BinOp):
        return None
    call, edits, imported = said
    first = handler.body[0]
    logs = inserted(source, start_of(first), f"{call}\n{margin(source, first.lineno)}")
    speaks = any("log" in ast.unparse(one).lower() for one in handler.body)
    words = replaced(source, shown, '"Something went wrong"')
    return Fix(
        (words,) if speaks else (*edits, logs, words), () if speaks else imported, safe=False
    )


def _leaks(node: ast.AST, name: str) -> bool:
    """Tell whether a node is an HTTP error or answer that holds the error's text."""
    if not isinstance(node, ast.Call):
        return False
    called = last_name(node.func)
    if called == "HTTPException":
        shown = argument(node, 1, "detail")
    elif called.endswith("Response"):
        shown = argument(node, 0, "content")
    else:
        return False
    return shown is not None and any(_is_text_of(one, name) for one in ast.walk(shown))


def _is_text_of(node: ast.AST, name: str) -> bool:
    """Tell whether an expression is the error itself, its text or its arguments."""
    if isinstance(node, ast.FormattedValue):
        return isinstance(node.value, ast.Name) and node.value.id == name
    if isinstance(node, ast.Call) and last_name(node.func) in {"str", "repr"} and node.args:
        return isinstance(node.args[0], ast.Name) and node.args[0].id == name
    if isinstance(node, ast.Attribute) and node.attr in {"args", "orig", "statement", "params"}:
        return isinstance(node.value, ast.Name) and node.value.id == name
    return False
