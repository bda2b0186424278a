"""The two schemes of password hashes, and the process of low priority that computes them.

bcrypt reads at most 72 bytes. A limit of 72 bytes on the password itself would turn away pass
phrases (18 emoji are 72 bytes already; NIST SP 800-63B asks for at least 64 characters), and
cutting it off would let every longer password with the same beginning in. So there are two schemes,
told apart by their prefix:

- `$2b$…`: plain bcrypt, for up to 72 bytes. Every other tool can read it.
- `$bcrypt-sha256$v=2,…`: bcrypt over base64(HMAC-SHA256(salt, password)), for anything longer.
  The format is that of passlib's `bcrypt_sha256`. The salt as key keeps a digest stolen elsewhere
  from being tried here (https://www.scottbrady91.com/authentication/beware-of-password-shucking).

Run as a program, it reads a question a line from standard input and writes an answer a line to
standard output, both in JSON, until its input ends: when the server goes, however it goes, so does
this. It imports nothing of the application, to be small and quick to start.
"""

import base64
import contextlib
import hashlib
import hmac
import json
import os
import re
import sys
import unicodedata

import bcrypt

BCRYPT_MAX_BYTES = 72

_LONG_PREFIX = "$bcrypt-sha256$"
_LONG_HASH = re.compile(
    r"\$bcrypt-sha256\$v=2,t=2b,r=(?P<cost>[4-9]|[12]\d|3[01])"
    r"\$(?P<salt>[./A-Za-z0-9]{22})\$(?P<digest>[./A-Za-z0-9]{31})"
)
_PLAIN_HASH = re.compile(r"\$2[aby]\$(?P<cost>0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}")


def compute_hash(password: str, cost: int) -> str:
    """Hash a password; `cost` is the base-2 logarithm of the rounds."""
    salt = bcrypt.gensalt(cost)
    hashed = bcrypt.hashpw(_key(password, salt[-22:]), salt).decode()
    return mark_long(hashed) if _is_long(password) else hashed


def matches(password: str, password_hash: str, cost: int) -> bool:
    """Compare, with the work of one hash of this cost whatever the two are.

    A password too long for the scheme of the stored hash cannot be the right one, nothing matches
    a stored value that is no hash, and a hash from the times of a lower cost is quicker: wherever
    a refusal would come early, it would tell which users exist.
    """
    stored = (_bcrypt_form(password_hash) or unmatchable_hash(cost)).encode()
    key = _key(password, stored[7:29])
    if bcrypt.checkpw(key, stored):
        return _is_long(password) == password_hash.startswith(_LONG_PREFIX)
    for _ in range(2 ** max(0, cost - int(stored[4:6])) - 1):
        bcrypt.checkpw(key, stored)
    return False


def unmatchable_hash(cost: int) -> str:
    """Return a well-formed hash that no known password has, without the work of hashing one."""
    return bcrypt.gensalt(cost).decode() + "." * 31


def cost_of(password_hash: str) -> int | None:
    """Return the cost of a stored hash; None if it is of neither scheme."""
    found = _LONG_HASH.fullmatch(password_hash) or _PLAIN_HASH.fullmatch(password_hash)
    return None if found is None else int(found["cost"])


def prehash(secret: bytes, salt: bytes) -> bytes:
    """Return the 44 letters that stand for a password too long for bcrypt."""
    return base64.b64encode(hmac.digest(salt, secret, hashlib.sha256))


def mark_long(hashed: str) -> str:
    """Write `$2b$12$salt+digest` in passlib's format for pre-hashed passwords."""
    cost, salt, digest = hashed[4:6], hashed[7:29], hashed[29:]
    return f"{_LONG_PREFIX}v=2,t=2b,r={int(cost)}${salt}${digest}"


def _key(password: str, salt: bytes) -> bytes:
    """Return what bcrypt gets to read: the password, or the digest of one too long for it."""
    secret = _encode(password)
    if len(secret) <= BCRYPT_MAX_BYTES:
        return secret
    return prehash(secret, salt)


def _is_long(password: str) -> bool:
    """Return whether bcrypt would not read the password to its end."""
    return len(_encode(password)) > BCRYPT_MAX_BYTES


def _encode(password: str) -> bytes:
    """Encode as UTF-8 in NFC (RFC 8265, OpaqueString), so that every keyboard gives the same.

    Half of a surrogate pair cannot be set as a password, but be sent as a guess.
    """
    return unicodedata.normalize("NFC", password).encode(errors="surrogatepass")


def _bcrypt_form(password_hash: str) -> str | None:
    """Write a stored hash of either scheme as bcrypt knows it; None if it is neither."""
    found = _LONG_HASH.fullmatch(password_hash)
    if found is not None:
        return f"$2b${int(found['cost']):02}${found['salt']}{found['digest']}"
    return password_hash if _PLAIN_HASH.fullmatch(password_hash) else None


def answer(question: dict[str, str | int]) -> str | bool:
    """Compute a hash, or compare with one if the question brings it along."""
    password, cost = str(question["password"]), int(question["cost"])
    if "password_hash" in question:
        return matches(password, str(question["password_hash"]), cost)
    return compute_hash(password, cost)


def serve(niceness: int) -> None:
    """Answer questions with a lower priority, until there are no more."""
    # Windows has no such priority, a container may forbid it: slower reads are no reason to fail.
    with contextlib.suppress(AttributeError, OSError):
        os.nice(niceness)
    for line in sys.stdin.buffer:
        sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
