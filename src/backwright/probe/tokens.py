"""Reading, signing and spoiling JSON Web Tokens (RFC 7515, RFC 7519); HMAC only."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from backwright.probe.schemas import Value

_HASHES = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}
COMMON_KEYS = (
    "secret", "secretkey", "secret_key", "secret-key", "SECRET", "SECRET_KEY", "changeme",
    "changethis", "change_me", "change-me", "change_this", "your-secret-key", "your_secret_key",
    "your-256-bit-secret", "yoursecretkey", "supersecret", "supersecretkey", "super-secret",
    "super_secret", "super-secret-key", "mysecret", "mysecretkey", "my-secret-key", "my_secret_key",
    "jwtsecret", "jwt_secret", "jwt-secret", "jwt_secret_key", "password", "test", "testing",
    "dev", "development", "admin", "key", "123456", "qwerty", "insecure", "default", "token",
    "random", "please_please_update_me_please", "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """A token's parts."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signature: str
    signed: str

    @property
    def algorithm(self) -> str:
        """Return the algorithm that the header names."""
        return str(self.header.get("alg", ""))


def read_token(text: str | None) -> Token | None:
    """Return a token's parts; None for what is no JWT."""
    parts = (text or "").split(".")
    if len(parts) != 3:
        return None
    try:
        header, claims = (json.loads(_decoded(part)) for part in parts[:2])
    except ValueError:
        return None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        return None
    return Token(header, claims, parts[2], ".".join(parts[:2]))


def find_key(token: Token, candidates: Iterable[str]) -> str | None:
    """Return the key among some that a token was signed with."""
    return next((key for key in candidates if key and _mac(token, key) == token.signature), None)


def signed(header: Mapping[str, Any], claims: Mapping[str, Any], key: str) -> str:
    """Return a token; with an algorithm other than HMAC its signature is empty."""
    parts = ".".join(_encoded(json.dumps(one).encode()) for one in (header, claims))
    digest = _HASHES.get(str(header.get("alg", "")))
    if digest is None:
        return f"{parts}."
    return f"{parts}.{_encoded(hmac.new(key.encode(), parts.encode(), digest).digest())}"


def resigned(text: str, keys: Iterable[str]) -> str | None:
    """Return a token whose subject is a number with the subject as text, signed anew.

    RFC 7519 wants a text, and the libraries refuse what is none. None for any other token, and
    where none of the keys signed it.
    """
    token = read_token(text)
    if token is None or not isinstance(token.claims.get("sub"), int | float):
        return None
    key = find_key(token, keys)
    if key is None:
        return None
    return signed(token.header, {**token.claims, "sub": str(token.claims["sub"])}, key)


@dataclass(frozen=True, slots=True)
class Forged:
    """A token that must be refused, and why."""

    name: str
    text: str
    why: str


def spoilt(token: Token) -> Iterator[Forged]:
    """Yield tokens that can be made without the key."""
    middle = len(token.signature) // 2
    other = "A" if token.signature[middle : middle + 1] != "A" else "B"
    flipped = token.signature[:middle] + other + token.signature[middle + 1 :]
    yield Forged("token-flipped-signature", f"{token.signed}.{flipped}", "its signature is wrong")
    yield Forged("token-empty-signature", f"{token.signed}.", "it is not signed")
    for word in ("none", "None", "NONE", "nOnE"):
        header = {**token.header, "alg": word}
        yield Forged("token-alg-none", signed(header, token.claims, ""), f"its algorithm is {word}")
    wrong = {**token.header, "alg": token.algorithm if token.algorithm in _HASHES else "HS256"}
    yield Forged(
        "token-wrong-key",
        signed(wrong, token.claims, "qz-another-key-than-yours-0123456789"),
        "another key signed it",
    )
    yield Forged("token-empty-key", signed(wrong, token.claims, ""), "an empty key signed it")
    injected = {**wrong, "kid": "/dev/null"}
    yield Forged(
        "token-kid-injection", signed(injected, token.claims, ""), "its kid names an empty file"
    )
    own = {"kty": "oct", "k": _encoded(b"qz-own-key")}
    yield Forged(
        "token-jwk-injection",
        signed({**wrong, "jwk": own}, token.claims, "qz-own-key"),
        "it brings its own key",
    )
    changed = {**token.claims, "sub": "1"}
    tampered = (
        f"{token.signed.split('.')[0]}.{_encoded(json.dumps(changed).encode())}.{token.signature}"
    )
    yield Forged("token-tampered", tampered, "its claims were changed")


def forged(token: Token, key: str, now: float) -> Iterator[Forged]:
    """Yield tokens that only who knows the key can sign, and that must be refused all the same."""
    header, claims = token.header, dict(token.claims)

    def one(name: str, why: str, **changes: Value) -> Forged:
        return Forged(name, signed(header, {**claims, **changes}, key), why)

    if "exp" in claims:
        yield one("token-expired", "it has expired", exp=int(now) - 3_600, iat=int(now) - 7_200)
    yield one("token-not-yet-valid", "it is not valid yet", nbf=int(now) + 86_400)
    for name in ("aud", "iss"):
        if name in claims:
            yield one(f"token-wrong-{name}", f"its {name} is another", **{name: "qz-somebody-else"})
    for name in ("type", "token_type", "scope", "purpose", "typ", "use"):
        if name in claims and isinstance(claims[name], str):
            yield one("token-wrong-type", f"its {name} is another", **{name: "qz-other"})
    subject = next((name for name in _SUBJECTS if name in claims), None)
    if subject is None:
        return
    less = {k: v for k, v in claims.items() if k != subject}
    yield Forged("token-missing-sub", signed(header, less, key), f"it has no {subject}")
    for value in (None, {"a": 1}, "", [1]):
        yield one("token-odd-sub", f"its {subject} is {value!r}", **{subject: value})
    for value in _nobody(claims[subject]):
        yield one("token-unknown-sub", f"its {subject} is nobody", **{subject: value})


_SUBJECTS = ("sub", "user_id", "id", "username", "email", "uid", "user")


def _nobody(value: Value) -> tuple[Any, ...]:
    if isinstance(value, int):
        return (2_000_000_011,)
    text = str(value)
    if text.isdigit():
        return ("2000000011", "99999999999999999999")
    if "@" in text:
        return ("qz-nobody@example.com",)
    return ("0f0e0d0c-0b0a-4908-8706-050403020100", "qz-nobody")


def _mac(token: Token, key: str) -> str:
    digest = _HASHES.get(token.algorithm)
    if digest is None:
        return ""
    return _encoded(hmac.new(key.encode(), token.signed.encode(), digest).digest())


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
