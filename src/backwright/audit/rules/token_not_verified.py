"""A token is read without its signature being verified.

Why: whoever writes a token by hand is let in as anybody. `verify_signature: False` switches off expiry
and audience too.

Bad:

    from jose import jwt
    VERIFY = False
    def current(token: str) -> str:
        return jwt.decode(token, "key", algorithms=["HS256"], options={"verify_signature": VERIFY})["sub"]

Bad:

    import jwt
    def current(token: str) -> str:
        return jwt.decode(token, options={"verify_signature": False})["sub"]

Bad:

    from jose import jwt
    def current(token: str) -> str:
        return jwt.get_unverified_claims(token)["sub"]

Bad:

    import jwt
    def current(token: str, key: str) -> str:
        return jwt.decode(token, key, algorithms=["HS256"], options={"verify_exp": False})["sub"]

Good:

    import jwt
    def current(token: str, key: str) -> str:
        return jwt.decode(token, key, algorithms=["HS256"])["sub"]

Good:

    import time
    import jwt
    def read(token: str, key: str) -> dict:
        claims = jwt.decode(token, key, algorithms=["HS256"], options={"verify_exp": False})
        if claims["exp"] + 30 < time.time():
            raise ValueError("it has ended")
        return claims
    def end_of(token: str, key: str) -> float:
        return jwt.decode(token, key, algorithms=["HS256"], options={"verify_exp": False}).get("exp", 0)
    def note_end(token: str, key: str) -> int:
        'The access token has expired by now: it is read to be exchanged for a new one (refresh).'
        return jwt.decode(token, key, algorithms=["HS256"], options={"verify_exp": False})["exp"]

Leave it: where the token is verified in another place (a gateway) before it comes here.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.fixes.repair import Fix, replaced
from backwright.audit.rule import Found, Judged, Looked, at, rule
from backwright.audit.sources import FunctionNode, Source, keyword, last_name
from backwright.audit.subject import Subject
from backwright.audit.tokens import decodings

_CLAIMS = {
    "verify_exp": "it has expired",
    "verify_aud": "it is for somebody else",
    "verify_nbf": "it is not valid yet",
}
_REMEDY = 'verify it:\njwt.decode(token, settings.secret_key, algorithms=["HS256"])'


@rule(item=6, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge each call that reads a token."""
    for source, call, name in decodings(subject):
        if name.endswith("get_unverified_claims") or _is_off(subject, source, call):
            if _verified_beside(subject, source, call) or _is_signed_in(subject, source, call):
                yield Looked(at(source, call))
                continue
            yield Found(
                at(source, call),
                "the token's signature is not verified: anybody can write one for any user",
                _REMEDY,
                fix=_switched_on(subject, source, call, "verify_signature"),
            )
        elif left_out := _left_out(subject, source, call):
            yield Found(
                at(source, call),
                f"the token is taken although {_CLAIMS[left_out]}: {left_out} is switched off",
                f"leave {left_out} as it is by default",
                fix=_switched_on(subject, source, call, left_out),
            )
        else:
            yield Looked(at(source, call))


def _switched_on(subject: Subject, source: Source, call: ast.Call, name: str) -> Fix | None:
    """Return what switches a check on that the call switches off; it may have been meant."""
    value = _option(subject, source, call, name)
    if value is None or len(call.args) < 2 or not isinstance(value[1], ast.Constant):
        return None
    return Fix((replaced(value[0], value[1], "True"),), safe=False)


def _is_off(subject: Subject, source: Source, call: ast.Call) -> bool:
    if subject.constant(source, keyword(call, "verify")) is False:
        return True
    value = _option(subject, source, call, "verify_signature")
    if value is None:
        return False
    decided = isinstance(value[1], ast.UnaryOp | ast.Compare | ast.BoolOp | ast.IfExp)
    return decided or subject.constant(*value) is False


def _left_out(subject: Subject, source: Source, call: ast.Call) -> str:
    """Return the check of a claim that is switched off, but for where ended tokens are meant."""
    function = source.function_around(call)
    told = f"{function.name} {ast.get_docstring(function) or ''}" if function is not None else ""
    meant = re.search(r"(?i)expired|refresh|log_?out|revoke|black_?list|deny_?list", told)
    if meant or (function is not None and (_looks_at_expiry(function) or _reads_end(function))):
        return ""
    for name in _CLAIMS:
        value = _option(subject, source, call, name)
        if value is not None and subject.constant(*value) is False:
            return name
    return ""


def _reads_end(function: FunctionNode) -> bool:
    """Tell whether a function reads nothing of the claims but when they end, and which token it is."""
    keys = [
        one.slice if isinstance(one, ast.Subscript) else one.args[0]
        for one in ast.walk(function)
        if isinstance(one, ast.Subscript)
        or (isinstance(one, ast.Call) and last_name(one.func) == "get" and one.args)
    ]
    words = {one.value for one in keys if isinstance(one, ast.Constant)}
    return bool(words) and words <= {"exp", "iat", "jti"}


def _looks_at_expiry(function: FunctionNode) -> bool:
    """Tell whether a function compares the end of a token with something itself."""
    return any(
        isinstance(one, ast.Compare) and re.search(r"(?i)\bexp(iry|ires|_\w+)?\b", ast.unparse(one))
        for one in ast.walk(function)
    )


def _option(
    subject: Subject, source: Source, call: ast.Call, name: str
) -> tuple[Source, ast.expr] | None:
    """Return what is given for an option."""
    options = keyword(call, "options")
    found = subject.names.meaning(source, options) if options is not None else None
    if found is None or not isinstance(found.node, ast.Dict) or found.source is None:
        return None
    for key, value in zip(found.node.keys, found.node.values, strict=True):
        if isinstance(key, ast.Constant) and key.value == name:
            return found.source, value
    return None


def _is_signed_in(subject: Subject, source: Source, call: ast.Call) -> bool:
    """Tell whether a handler that signed-in callers alone may call looks into their token again."""
    function = source.function_around(call)
    return any(
        one.node is function and all(it.auth == "required" for it in one.endpoints)
        for one in subject.handlers
    )


def _verified_beside(subject: Subject, source: Source, call: ast.Call) -> bool:
    """Tell whether the same function verifies a token, too: it only looks into it first."""
    function = source.function_around(call)
    return any(
        other is not call
        and at_source is source
        and name.endswith("decode")
        and source.function_around(other) is function
        and not _is_off(subject, source, other)
        for at_source, other, name in decodings(subject)
    )
