"""A token taken apart locally, and what the project signs and wants; nothing is stored or logged."""

from __future__ import annotations

import ast
import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from backwright.doctor.evidence import Evidence
from backwright.doctor.givens import Given, constant, given, of_setting, setting_of
from backwright.doctor.sources import FunctionNode, keyword, literal
from backwright.values import Place

_DIGESTS = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}


@dataclass(frozen=True, slots=True)
class Token:
    """A JWT's header and claims, and what its signature is over (RFC 7515, RFC 7519)."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signed: str
    signature: bytes

    @property
    def algorithm(self) -> str:
        """Return the algorithm that the header names."""
        return str(self.header.get("alg", ""))

    def is_signed_by(self, key: str) -> bool | None:
        """Tell whether a key made the signature; None where that cannot be told by a shared key."""
        digest = _DIGESTS.get(self.algorithm)
        if digest is None:
            return None
        made = hmac.new(key.encode(), self.signed.encode(), digest).digest()
        return hmac.compare_digest(made, self.signature)


def bare(text: str) -> str:
    """Return what is meant as a token, without blanks, quotes and the scheme before it."""
    plain = text.strip().strip("'\"")
    plain = re.sub(r"(?i)^authorization:\s*", "", plain)
    return re.sub(r"(?i)^(bearer\s+)+", "", plain).strip().strip("'\"")


def read_token(text: str) -> Token | None:
    """Return the parts of a JWT; None for what is none."""
    parts = bare(text).split(".")
    if len(parts) != 3:
        return None
    header, claims = (_object(one) for one in parts[:2])
    signature = _bytes(parts[2])
    if header is None or claims is None or signature is None:
        return None
    return Token(header, claims, ".".join(parts[:2]), signature)


def _bytes(part: str) -> bytes | None:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (binascii.Error, ValueError):
        return None


def _object(part: str) -> dict[str, Any] | None:
    try:
        value = json.loads(_bytes(part) or b"")
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


@dataclass(frozen=True, slots=True)
class Decoding:
    """A call that reads or signs tokens: where it stands, and what it gives the library."""

    place: Place
    call: ast.Call
    function: FunctionNode | None

    def given(self, name: str) -> object:
        """Return a keyword's literal value; `...` where it is given and no literal."""
        node = keyword(self.call, name)
        if node is None:
            return None
        value = literal(node)
        return ... if value is None else value

    @property
    def key(self) -> ast.expr | None:
        """Return the expression of the key."""
        return self.call.args[1] if len(self.call.args) > 1 else keyword(self.call, "key")

    @property
    def algorithm(self) -> ast.expr | None:
        """Return the expression of the algorithm that a call signs by, or of those that it takes."""
        named = keyword(self.call, "algorithm") or keyword(self.call, "algorithms")
        return named or (self.call.args[2] if len(self.call.args) > 2 else None)


def decodings(evidence: Evidence) -> list[Decoding]:
    """Return the calls of a token library's `decode`, those of the caller's dependency first."""
    return sorted(_calls(evidence, "decode"), key=_is_aside)


def encodings(evidence: Evidence) -> list[Decoding]:
    """Return the calls of a token library's `encode`, those of access tokens first."""
    return sorted(_calls(evidence, "encode"), key=_is_aside)


def _calls(evidence: Evidence, name: str) -> list[Decoding]:
    found = []
    for file, call in evidence.sources.calls(name):
        text = evidence.sources.text(file)
        is_token = re.search(r"(?m)^\s*(?:from|import)\s+(?:jwt|jose|authlib|joserfc)\b", text)
        given = len(call.args) + len(call.keywords)
        if is_token and isinstance(call.func, ast.Attribute) and given > 1:
            place = Place(file, call.lineno)
            found.append(Decoding(place, call, evidence.sources.function_at(place)))
    return found


def _is_aside(one: Decoding) -> bool:
    return bool(
        one.function and re.search(r"(?i)refresh|reset|verif|confirm|mail", one.function.name)
    )


def keys(evidence: Evidence) -> Iterator[Given]:
    """Yield the keys that tokens are checked with, likeliest first."""
    for one in decodings(evidence):
        if (found := given(evidence, one.place.file, one.key)) is not None:
            yield found
    secret = (evidence.project.auth.secret or "").rpartition(".")[2].strip("()")
    setting = setting_of(evidence, secret)
    written = constant(evidence, "", secret) if secret and setting is None else None
    known = (
        of_setting(evidence, setting) if setting else given(evidence, *written) if written else None
    )
    if known is not None:
        yield known


def algorithms(evidence: Evidence) -> tuple[str, ...]:
    """Return the algorithms that the project takes."""
    for one in decodings(evidence):
        node = one.algorithm
        taken = node.elts if isinstance(node, ast.List | ast.Tuple) else [node] if node else []
        found = [given(evidence, one.place.file, item) for item in taken]
        if found and all(found):
            return tuple(item.value for item in found if item)
    known = evidence.project.auth.algorithm
    return (known,) if known else ()


def is_jose(evidence: Evidence) -> bool:
    """Tell whether the project reads tokens by python-jose."""
    return any(
        re.search(r"(?m)^\s*(?:from|import) jose\b", evidence.sources.text(one.place.file))
        for one in decodings(evidence)
    )
