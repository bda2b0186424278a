"""The time of an answer tells which addresses have an account.

Why: where there is no such user the password is not hashed, so that the answer comes a quarter of a second
earlier: a list of addresses is sorted into customers and others in an hour.

Bad:

    import bcrypt
    from fastapi import FastAPI, HTTPException
    app = FastAPI()
    USERS: dict[str, bytes] = {}
    @app.post("/login")
    def login(name: str, password: str) -> None:
        user = USERS.get(name)
        if user is None:
            raise HTTPException(401)
        if not bcrypt.checkpw(password.encode(), user):
            raise HTTPException(401)

Good:

    import bcrypt
    from fastapi import FastAPI, HTTPException
    app = FastAPI()
    USERS: dict[str, bytes] = {}
    NOBODY = bcrypt.hashpw(b"nobody", bcrypt.gensalt())
    @app.post("/login")
    def login(name: str, password: str) -> None:
        user = USERS.get(name)
        if not bcrypt.checkpw(password.encode(), user or NOBODY) or user is None:
            raise HTTPException(401)

Leave it: where registration tells the same anyway.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.rule import Found, Judged, Looked, at, rule
from backwright.audit.sources import FunctionNode, own_nodes
from backwright.audit.subject import Subject

_VERIFY = re.compile(r"(?i)check_?pw|check_?password|verify(_password|_hash)?$|verify_and_update")
_PASSWORD = re.compile(r"(?i)passw|pwd|\bpw\b")


@rule(item=6, level="note")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge the functions that look a user up and verify a password."""
    for source in subject.program:
        for function in source.functions:
            verified = _verified(function)
            if verified is None:
                continue
            early = _left_before(function, verified)
            if early is None:
                yield Looked(at(source, verified))
                continue
            yield Found(
                at(source, early),
                f"{function.name}() answers without hashing where there is no such user",
                "verify against a hash of nobody's password in that case, then refuse",
            )


def _verified(function: FunctionNode) -> ast.Call | None:
    """Return the call that verifies a password."""
    for one in own_nodes(function):
        if isinstance(one, ast.Call) and _VERIFY.search(ast.unparse(one.func)):
            given = " ".join(
                ast.unparse(it) for it in (*one.args, *(k.value for k in one.keywords))
            )
            if len(one.args) + len(one.keywords) >= 2 and _PASSWORD.search(given):
                return one
    return None


def _left_before(function: FunctionNode, verified: ast.Call) -> ast.If | None:
    """Return where the function goes away before, because a row is not there."""
    lookups = {
        target.id
        for one in own_nodes(function)
        if isinstance(one, ast.Assign) and one.lineno < verified.lineno
        for target in one.targets
        if isinstance(target, ast.Name)
    }
    for one in own_nodes(function):
        if not isinstance(one, ast.If) or one.lineno >= verified.lineno or one.orelse:
            continue
        if not isinstance(one.body[-1], ast.Raise | ast.Return):
            continue
        words = ast.unparse(one.test)
        if any(words in {f"not {it}", f"{it} is None", f"{it} == None"} for it in lookups):
            return one
    return None
