"""A token that is none makes the server fail.

Why: only some of the errors of reading a token are caught, or a claim is taken that may not be there:
clients with an old or broken token get 500 instead of 401, and do not sign in again.

Bad:

    import jwt
    from fastapi import HTTPException
    def current(token: str, key: str) -> str:
        try:
            return jwt.decode(token, key, algorithms=["HS256"]).get("sub")
        except jwt.ExpiredSignatureError:
            raise HTTPException(401)

Bad:

    import jwt
    from fastapi import HTTPException
    def current(token: str, key: str) -> str:
        try:
            claims = jwt.decode(token, key, algorithms=["HS256"])
        except jwt.PyJWTError:
            raise HTTPException(401)
        return claims["sub"]

Good:

    import jwt
    from fastapi import HTTPException
    def current(token: str, key: str) -> str:
        try:
            claims = jwt.decode(token, key, algorithms=["HS256"], options={"require": ["sub", "exp"]})
            return claims["sub"]
        except jwt.PyJWTError:
            raise HTTPException(401)

Leave it: where a handler of exceptions of the application answers 401 to these errors.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.rule import Found, Judged, Looked, at, rule
from backwright.audit.sources import FunctionNode, Source, last_name, own_nodes
from backwright.audit.subject import Subject
from backwright.audit.tokens import decodings

_ALL = frozenset({
    "PyJWTError", "InvalidTokenError", "JWTError", "JOSEError", "JoseError", "Exception",
    "BaseException", "",
})  # fmt: skip
_MALFORMED = frozenset({"DecodeError"})
_MISSING = frozenset({"KeyError", "LookupError", "Exception", "BaseException", ""})
_PLAIN = frozenset({"sub", "user_id", "id", "username", "email"})


@rule(item=6, level="warning")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge what is caught around each call that reads a token."""
    if _answers_errors(subject):
        return
    for source, call, name in decodings(subject):
        function = source.function_around(call)
        if not name.endswith("decode") or function is None:
            continue
        caught = _caught(source, function, call)
        if caught is None:
            yield Looked(at(source, call))  # its callers may catch
        elif not caught & (_ALL | _MALFORMED):
            yield Found(
                at(source, call),
                "a token that is none is answered with 500: only "
                f"{', '.join(sorted(caught))} is caught",
                "catch all that reading a token raises: except jwt.PyJWTError (jose: JWTError)",
            )
        elif taken := _taken(source, function, call):
            yield Found(
                at(source, taken),
                f"a token without the claim {ast.unparse(taken.slice)} is answered with 500",
                'ask for it: options={"require": ["exp", "sub"]}, or take it with .get() and refuse None',
            )
        else:
            yield Looked(at(source, call))


def _answers_errors(subject: Subject) -> bool:
    """Tell whether the application itself answers these errors."""
    return any(
        re.search(
            r"exception_handler\(\s*[\w.]*(JWT|Jwt|Token|JOSE|KeyError|Exception\b(?<!HTTPException))",
            one.text,
        )
        for one in subject.program
    )


def _caught(source: Source, function: FunctionNode, node: ast.AST) -> set[str] | None:
    """Return what is caught around a node in its function; `None` where nothing is."""
    found: set[str] = set()
    tried = False
    inner = node
    for one in source.above(node):
        if one is function:
            break
        if isinstance(one, ast.Try) and inner in one.body:
            tried = True
            for handler in one.handlers:
                kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
                found |= {last_name(kind) for kind in kinds}
        inner = one
    return found if tried else None


def _taken(source: Source, function: FunctionNode, call: ast.Call) -> ast.Subscript | None:
    """Return where a claim is taken that is neither asked for nor caught where it is missing."""
    asked = {
        one.value for one in ast.walk(call) if isinstance(one, ast.Constant)
        if isinstance(one.value, str)
    }  # fmt: skip
    options = [one.value for one in call.keywords if one.arg == "options"]
    required = {one for option in options for one in _texts(option)} if options else set()
    parent = source.parents.get(call)
    name = last_name(parent.targets[0]) if isinstance(parent, ast.Assign) else ""
    for one in own_nodes(function):
        if not isinstance(one, ast.Subscript) or not isinstance(one.slice, ast.Constant):
            continue
        if not isinstance(one.ctx, ast.Load) or one.slice.value not in _PLAIN:
            continue
        held = one.value is call or (bool(name) and last_name(one.value) == name)
        if not held or one.slice.value in required & asked:
            continue
        if not (_caught(source, function, one) or set()) & _MISSING:
            return one
    return None


def _texts(node: ast.expr) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.List | ast.Tuple | ast.Set):
            yield from (str(it.value) for it in one.elts if isinstance(it, ast.Constant))
