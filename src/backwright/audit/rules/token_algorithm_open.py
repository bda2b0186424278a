"""The token itself says how it is to be verified.

Why: a token that may name its algorithm is forged with `none`, or with a public key used as an HMAC
secret. The one algorithm that the application signs with must be fixed where it reads.

Bad:

    import jwt
    def current(token: str, key: str) -> str:
        header = jwt.get_unverified_header(token)
        return jwt.decode(token, key, algorithms=[header["alg"]])["sub"]

Bad:

    import jwt
    def current(token: str, key: str) -> str:
        return jwt.decode(token, key, algorithms=["HS256", "none"])["sub"]

Bad:

    from jose import jwt
    def current(token: str, key: str) -> str:
        return jwt.decode(token, key)["sub"]

Good:

    import jwt
    def current(token: str, key: str) -> str:
        return jwt.decode(token, key, algorithms=["HS256"])["sub"]

Leave it: never.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.audit.fixes.repair import Fix, argument_added, replaced
from backwright.audit.rule import Found, Judged, Looked, at, rule
from backwright.audit.sources import Source, argument
from backwright.audit.subject import Subject
from backwright.audit.tokens import decodings, encodings


@rule(item=6, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge the algorithms of each call that reads a token."""
    for source, call, name in decodings(subject):
        why = _why(subject, source, call, name) if name.endswith("decode") else ""
        if why:
            yield Found(
                at(source, call),
                why,
                'fix it: algorithms=["HS256"], as it is signed',
                fix=_fixed(subject, source, call),
            )
        else:
            yield Looked(at(source, call))


def _fixed(subject: Subject, source: Source, call: ast.Call) -> Fix | None:
    """Return what fixes the one algorithm that the project signs with."""
    signed = [
        (at_source, argument(one, 2, "algorithm")) for at_source, one, _ in encodings(subject)
    ]
    names = {subject.constant(at, one) if one is not None else "HS256" for at, one in signed}
    if len(names) != 1:
        return None
    name = names.pop()
    if not isinstance(name, str) or name.lower() == "none":
        return None
    here = [one for at, one in signed if at is source and isinstance(one, ast.Name | ast.Attribute)]
    top = [one for one in here if ast.unparse(one).partition(".")[0] in _bound(source)]
    text = f"[{ast.unparse(top[0])}]" if top else f'["{name}"]'
    given = argument(call, 2, "algorithms", "algorithm")
    if given is None:
        return Fix((argument_added(source, call, f"algorithms={text}"),))
    return Fix((replaced(source, given, text),))


def _bound(source: Source) -> set[str]:
    return {*source.bindings, *source.imports}


def _why(subject: Subject, source: Source, call: ast.Call, name: str) -> str:
    given = argument(call, 2, "algorithms", "algorithm")
    if given is None:
        left_out = name == "jose.jwt.decode" and len(call.args) > 1
        spread = any(one.arg is None for one in call.keywords)
        return "no algorithm is fixed: the token chooses it" if left_out and not spread else ""
    if any(one.value.lower() == "none" for one in subject.texts(source, given)):
        return "the algorithm `none` is allowed: tokens need no signature"
    for one in ast.walk(given):
        if isinstance(one, ast.Subscript) and getattr(one.slice, "value", "") == "alg":
            return "the algorithm is the one that the token names"
    return ""
