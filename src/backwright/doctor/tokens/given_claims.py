"""Each claim of a token against what the project wants."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import islice

from backwright.doctor.edits import rewritten
from backwright.doctor.evidence import Evidence
from backwright.doctor.givens import given
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import FunctionNode, called, keyword, literal
from backwright.doctor.tokens.causes import token_cause
from backwright.doctor.tokens.mending import (
    REGISTERED,
    audience_repair,
    signed_claims,
    subject_repair,
)
from backwright.doctor.tokens.reading import Decoding, Token, decodings, keys, read_token
from backwright.report.doctor_types import Cause, Repair
from backwright.source.syntax import nodes
from backwright.values import Place

_TYPES = ("type", "typ", "token_type", "kind", "scope", "purpose")


@diagnosis
def claims(evidence: Evidence) -> Iterator[Cause]:
    """Tell which claim the project does not accept."""
    token = read_token(evidence.token or "")
    if token is None:
        return
    found = decodings(evidence)
    for one in found[:1]:
        yield from _audience(evidence, token, one)
        yield from _issuer(evidence, token, one)
    yield from _subject(evidence, token)
    yield from _missing(evidence, token)
    yield from _kind(token, found)


def _audience(evidence: Evidence, token: Token, one: Decoding) -> Iterator[Cause]:
    node, has = keyword(one.call, "audience"), token.claims.get("aud")
    wanted = _wanted(evidence, one.place.file, node)
    if has is not None and node is None and not _is_off(one, "verify_aud"):
        yield token_cause(
            "token-audience", f"the token is for {has!r} (aud), and decode names no audience: libraries "
            "refuse it then", f"jwt.decode(…, audience={has!r})", one.place, f"aud: {has!r}",
            audience_repair(evidence, one, has),
        )  # fmt: skip
    elif wanted:
        for_ = {has} if isinstance(has, str) else set(has or ())
        if not wanted & for_:
            shown = ", ".join(sorted(map(repr, wanted)))
            yield token_cause(
                "token-audience", f"the token is for {has!r} (aud), and the project wants {shown}",
                "ask the issuer for a token of this audience", one.place, f"aud: {has!r}",
            )  # fmt: skip


def _wanted(evidence: Evidence, file: str, node: ast.expr | None) -> set[str]:
    """Return the texts that an argument comes to, one or several."""
    items = node.elts if isinstance(node, ast.List | ast.Tuple) else [node]
    found = [given(evidence, file, one) for one in items]
    return {one.value for one in found if one is not None}


def _is_off(one: Decoding, option: str) -> bool:
    options = one.given("options")
    return isinstance(options, dict) and options.get(option) is False


def _issuer(evidence: Evidence, token: Token, one: Decoding) -> Iterator[Cause]:
    wanted = given(evidence, one.place.file, keyword(one.call, "issuer"))
    has = token.claims.get("iss")
    if wanted is None or wanted.value == has:
        return
    slash = isinstance(has, str) and has.rstrip("/") == wanted.value.rstrip("/")
    place = wanted.place or one.place
    yield token_cause(
        "token-issuer", f"the token is from {has!r} (iss), and the project wants {wanted.value!r}"
        + (": they differ by a slash at the end" if slash else ""),
        "name the issuer exactly as it writes itself", place, f"iss: {has!r}",
        evidence.replaced(place, wanted.value, str(has)) if slash else (),
    )  # fmt: skip


def _subject(evidence: Evidence, token: Token) -> Iterator[Cause]:
    subject = token.claims.get("sub")
    strict = evidence.project.auth.library in (None, "PyJWT", "python-jose")
    if subject is not None and not isinstance(subject, str) and strict:
        place, repairs = subject_repair(evidence)
        yield token_cause(
            "token-subject-type",
            f"the token's sub is {subject!r}, not a text: PyJWT since 2.10 and python-jose "
            "take a text alone (RFC 7519)", 'sign it as {"sub": str(user.id), …}', place,
            f"sub: {subject!r}", repairs,
        )  # fmt: skip


def _missing(evidence: Evidence, token: Token) -> Iterator[Cause]:
    """Tell of a claim that the project reads, and that this token of its own does not have."""
    if any(token.is_signed_by(key.value) is False for key in islice(keys(evidence), 1)):
        return
    for name in sorted(read_claims(evidence) - set(token.claims) - REGISTERED - set(_TYPES)):
        place, repairs = claim_repair(evidence, name)
        if repairs or name == "sub":
            first = next(iter(decodings(evidence)), None)
            yield token_cause(
                "token-claim-missing",
                f"the token has no {name}, which the project reads; it has {', '.join(sorted(token.claims))}",
                "sign and read the same claim", place or (first.place if first else None),
                f"claims: {', '.join(sorted(token.claims))}", repairs,
            )  # fmt: skip


def read_claims(evidence: Evidence) -> set[str]:
    """Return the claims that are read of what `decode` returns, there or by who calls it."""
    found: set[str] = set()
    for one in decodings(evidence)[:1]:
        if one.function is None:
            continue
        found |= set(_read(one.function, {"decode"}))
        names = {one.function.name}
        for file in evidence.sources.own:
            for node in evidence.sources.nodes(file):
                if isinstance(node, FunctionNode) and node is not one.function:
                    found |= set(_read(node, names))
    return found


def _read(function: FunctionNode, makers: set[str]) -> Iterator[str]:
    """Yield the keys that a function reads of what some calls return."""
    inside = nodes(*function.body)
    claims = {
        ast.unparse(node.targets[0])
        for node in inside
        if isinstance(node, ast.Assign)
        and any(isinstance(n, ast.Call) and called(n) in makers for n in nodes(node.value))
    }
    for node in inside if claims else ():
        key: ast.expr | None = None
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) in claims:
            key = node.slice
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            is_get = node.func.attr == "get" and ast.unparse(node.func.value) in claims
            key = node.args[0] if is_get else None
        name = literal(key) if key is not None else None
        if isinstance(name, str):
            yield name


def claim_repair(evidence: Evidence, wanted: str) -> tuple[Place | None, tuple[Repair, ...]]:
    """Return where another claim than the one that is read is signed, and the repair of its name."""
    signed = {one.name: one for one in signed_claims(evidence)}
    others = [one for name, one in signed.items()
              if name not in REGISTERED and name not in read_claims(evidence)
              and re.search(r"(?i)sub|user|id|name|mail", name)]  # fmt: skip
    if wanted in signed or len(others) != 1:
        return None, ()
    one = others[0]
    place = Place(one.file, one.key.lineno)
    return place, rewritten(evidence, one.file, [(one.key, f'"{wanted}"')])


def _kind(token: Token, found: list[Decoding]) -> Iterator[Cause]:
    """Tell whether a refresh or reset token is used as an access token."""
    for claim in _TYPES:
        value = token.claims.get(claim)
        if isinstance(value, str) and re.search(r"(?i)refresh|reset|verif|confirm", value):
            place = found[0].place if found else None
            yield token_cause(
                "token-kind", f"this is a {value} token ({claim}), not an access token",
                "send access_token; the other one is for its own endpoint alone", place,
                f"{claim}: {value}",
            )  # fmt: skip
            return
