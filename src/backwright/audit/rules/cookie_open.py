"""A cookie that signs in can be read by scripts.

Why: without `httponly=True` any script in the page (one injected comment is enough) sends the session to
somebody else.

Bad:

    from fastapi import FastAPI, Response
    app = FastAPI()
    @app.post("/login")
    def login(response: Response) -> None:
        response.set_cookie("session_key", "x", secure=True)

Good:

    from fastapi import FastAPI, Response
    app = FastAPI()
    @app.post("/login")
    def login(response: Response) -> None:
        response.set_cookie("session_key", "x", httponly=True, secure=True, samesite="lax")
        response.set_cookie("theme", "dark")
        response.set_cookie("is-auth", "true")

Leave it: for tokens that scripts have to read (a double-submit token against request forgery).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.fixes.repair import Fix, argument_added, replaced
from backwright.audit.rule import Found, Judged, Looked, at, rule
from backwright.audit.sources import Source, argument, last_name
from backwright.audit.subject import Subject

_SIGNS_IN = re.compile(r"(?i)session|token|auth|jwt|sid\b")
_READABLE = re.compile(r"(?i)csrf|xsrf")
_MARKS = ("true", "false", "1", "0", "yes", "no", "", True, False)


def _hidden(source: Source, call: ast.Call, given: ast.expr | None) -> Fix:
    """Return what hides the cookie from scripts; one of the project's own may read it."""
    if given is None:
        return Fix((argument_added(source, call, "httponly=True"),), safe=False)
    return Fix((replaced(source, given, "True"),), safe=False)


@rule(item=6, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge each cookie whose name says that it signs in."""
    for source in subject.program:
        for call in source.nodes(ast.Call):
            if last_name(call.func) != "set_cookie" or any(
                one.arg is None for one in call.keywords
            ):
                continue
            key = argument(call, 0, "key")
            name = subject.constant(source, key)
            shown = name if isinstance(name, str) else ast.unparse(key) if key is not None else ""
            if not _SIGNS_IN.search(shown) or _READABLE.search(shown):
                continue
            if subject.constant(source, argument(call, 1, "value")) in _MARKS:
                continue  # it says that somebody is signed in, and signs nobody in
            given = argument(call, 7, "httponly")
            if given is None or subject.constant(source, given) is False:
                yield Found(
                    at(source, call),
                    f"the cookie {shown} can be read by scripts",
                    'httponly=True, secure=True, samesite="lax"',
                    fix=_hidden(source, call, given),
                )
            else:
                yield Looked(at(source, call))
