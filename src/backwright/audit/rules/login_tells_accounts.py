"""Signing in tells which accounts exist.

Why: 404 for an address that has no account lets anybody find out who is a customer, and try passwords
only where there is something to open.

Bad:

    from fastapi import FastAPI, HTTPException
    app = FastAPI()
    ACCOUNTS = {"a@example.com": "x"}
    @app.post("/login")
    def login(email: str, password: str) -> None:
        if email not in ACCOUNTS:
            raise HTTPException(status_code=404, detail="User not found")
        if ACCOUNTS[email] != password:
            raise HTTPException(status_code=401, detail="Wrong password")

Good:

    from fastapi import FastAPI, HTTPException
    app = FastAPI()
    ACCOUNTS = {"a@example.com": "x"}
    @app.post("/login")
    def login(email: str, password: str) -> None:
        if ACCOUNTS.get(email) != password:
            raise HTTPException(status_code=401, detail="Wrong email or password")

Leave it: where the registration tells it anyhow, and that is meant.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.inputs import shown
from backwright.audit.rule import Found, Judged, Looked, at, rule
from backwright.audit.sources import argument, last_name, own_nodes
from backwright.audit.subject import Subject

_LOGIN = re.compile(r"(?i)/(log_?-?in|sign_?-?in|token|access-token)/?$")


@rule(item=6, level="warning")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge what the endpoints that sign in refuse with."""
    for handler in subject.handlers:
        if not any(one.method == "POST" and _LOGIN.search(one.path) for one in handler.endpoints):
            continue
        for one in own_nodes(handler.node):
            error = one.exc if isinstance(one, ast.Raise) else None
            if not isinstance(error, ast.Call) or last_name(error.func) != "HTTPException":
                continue
            status = argument(error, 0, "status_code")
            if status is not None and re.search(r"404", ast.unparse(status)):
                yield Found(
                    at(handler.source, one),
                    f"{shown(handler)} answers 404 where there is no such account",
                    'answer as to a wrong password: 401, "Wrong email or password"',
                )
                break
            if (told := _told_apart(error)) is not None:
                yield Found(
                    at(handler.source, one),
                    f"{shown(handler)} says in words whether there is such an account: {told}",
                    'answer the same to both: 401, "Wrong email or password"',
                )
                break
        else:
            yield Looked(at(handler.source, handler.node))


def _told_apart(error: ast.Call) -> str | None:
    """Return the words of an error that depend on whether a row was found."""
    shown = argument(error, 1, "detail")
    if not isinstance(shown, ast.IfExp) or not isinstance(shown.test, ast.Name | ast.Compare):
        return None
    return ast.unparse(shown)
