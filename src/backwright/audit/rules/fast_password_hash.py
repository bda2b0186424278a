"""Passwords are hashed with something made to be fast.

Why: MD5, SHA-1 and SHA-2 are tried by the billion in a second, and without a salt one table of hashes
opens all accounts at once. bcrypt, scrypt and Argon2 are slow on purpose.

Bad:

    import hashlib
    def hashed(password: str) -> str:
        return hashlib.sha256(password.encode()).hexdigest()

Bad:

    from passlib.context import CryptContext
    context = CryptContext(schemes=["md5_crypt"], deprecated="auto")

Good:

    import bcrypt
    import hashlib
    def hashed(password: str) -> bytes:
        return bcrypt.hashpw(hashlib.sha256(password.encode()).hexdigest().encode(), bcrypt.gensalt())

Leave it: for secrets that a machine made with enough entropy (API keys).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.passwords import is_password
from backwright.audit.rule import Found, Judged, Looked, at, rule
from backwright.audit.sources import FunctionNode, argument, last_name
from backwright.audit.subject import Subject

_SLOW = re.compile(r"(?i)bcrypt|argon|scrypt|pbkdf2|pwdlib|passlib")
_FAST = re.compile(r"^hashlib\.(md5|sha1|sha224|sha256|sha384|sha512|sha3_\d+|blake2[bs]|new)$")
_WEAK = re.compile(
    r"^(plaintext|hex_\w+|ldap_(md5|sha1|plaintext)|md5_crypt|apr_md5_crypt|des_crypt|crypt16|"
    r"mysql\w*|postgres_md5|lmhash|nthash|unix_disabled)$"
)
_REMEDY = "use a slow hash:\nbcrypt.hashpw(password.encode(), bcrypt.gensalt())"


@rule(item=6, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge what passwords are hashed with."""
    for source, call, name in subject.calls():
        if name.endswith("CryptContext"):
            weak = [one.value for one in subject.texts(source, argument(call, 0, "schemes"))]
            weak = [one for one in weak[:1] if _WEAK.match(one)]
            if weak:
                yield Found(at(source, call), f"passwords are hashed with {weak[0]}", _REMEDY)
            else:
                yield Looked(at(source, call))
        elif _FAST.match(name) and any(
            is_password(one) for arg in call.args for one in ast.walk(arg)
        ):
            function = source.function_around(call)
            if function is not None and _SLOW.search(ast.unparse(function)):
                yield Looked(at(source, call))
                continue
            if _goes_on(subject, function) or "pwned" in source.text.lower():
                yield Looked(at(source, call))
                continue
            shown = name.partition(".")[2]
            yield Found(
                at(source, call), f"a password is hashed with {shown}, which is fast", _REMEDY
            )
        elif _SLOW.search(name) and name.endswith((".hashpw", ".hash", ".checkpw", ".verify")):
            yield Looked(at(source, call))


def _goes_on(subject: Subject, function: FunctionNode | None) -> bool:
    """Tell whether what a function gives is hashed slowly by who calls it."""
    return function is not None and any(
        isinstance(inner, ast.Call) and last_name(inner.func) == function.name
        for _, call, name in subject.calls()
        if _SLOW.search(name)
        for given in call.args
        for inner in ast.walk(given)
    )
