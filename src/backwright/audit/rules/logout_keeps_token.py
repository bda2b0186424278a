"""Signing out changes nothing on the server.

Why: the endpoint answers that the user is signed out, but deletes no session, cookie or token and keeps
no list of revoked ones: whoever has the token goes on using it until it expires.

Bad:

    from fastapi import FastAPI
    app = FastAPI()
    @app.post("/logout")
    def logout() -> dict[str, str]:
        return {"message": "signed out"}

Good:

    from fastapi import FastAPI, Response
    app = FastAPI()
    @app.post("/logout")
    def logout(response: Response) -> None:
        response.delete_cookie("session")

Leave it: where tokens live for minutes, and clients are told to throw them away.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.inputs import shown
from backwright.audit.rule import Found, Judged, Looked, at, rule
from backwright.audit.sources import FunctionNode, last_name
from backwright.audit.subject import Subject

_PATH = re.compile(r"(?i)/(log_?-?out|sign_?-?out)/?$")
_IDLE = frozenset({
    "commit", "refresh", "flush", "JSONResponse", "Response", "RedirectResponse", "dict", "info", "debug",
    "HTTPException", "print",
})  # fmt: skip


@rule(item=6, level="warning")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge what the endpoints that sign out do."""
    for handler in subject.handlers:
        if not any(_PATH.search(one.path) for one in handler.endpoints):
            continue
        place = at(handler.source, handler.node)
        if _does_something(handler.node):
            yield Looked(place)
            continue
        yield Found(
            place,
            f"{shown(handler)} ends no session and revokes no token: it stays valid",
            "delete the session's row or cookie, or keep the token's jti until it expires, and refuse it",
        )


def _does_something(node: FunctionNode) -> bool:
    """Tell whether a handler calls anything but what answers, or sets an attribute or item."""
    for one in node.body:
        for it in ast.walk(one):
            if isinstance(it, ast.Call) and last_name(it.func) not in _IDLE:
                return True
            if isinstance(it, ast.Assign | ast.AugAssign | ast.Delete):
                targets = [it.target] if isinstance(it, ast.AugAssign) else it.targets
                if any(isinstance(target, ast.Attribute | ast.Subscript) for target in targets):
                    return True
    return False
