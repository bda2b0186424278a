"""A token is valid for ever.

Why: without `exp` a token that leaks once opens the account until the key is changed for all.

Bad:

    import jwt
    def make(user_id: int, key: str) -> str:
        return jwt.encode({"sub": str(user_id)}, key, algorithm="HS256")

Bad:

    import jwt
    def make(user_id: int, key: str) -> str:
        claims = {"sub": str(user_id)}
        return jwt.encode(claims, key, algorithm="HS256")

Good:

    import time
    import jwt
    def make(user_id: int, key: str) -> str:
        return jwt.encode({"sub": str(user_id), "exp": time.time() + 900}, key, algorithm="HS256")

Good:

    import time
    import jwt
    def make(user_id: int, key: str) -> str:
        claims = {"sub": str(user_id)}
        claims.update({"exp": time.time() + 900})
        return jwt.encode(claims, key, algorithm="HS256")

Good:

    import time
    import jwt
    def make(user_id: int, key: str) -> str:
        return jwt.encode({"sub": str(user_id), "iat": int(time.time())}, key, algorithm="HS256")
    def read(token: str, key: str) -> dict:
        claims = jwt.decode(token, key, algorithms=["HS256"])
        if time.time() - claims["iat"] > 900:
            raise ValueError("it is too old")
        return claims

Leave it: for tokens that are looked up in the database each time and can be revoked there.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.audit.rule import Found, Judged, Looked, Unsure, at, rule
from backwright.audit.sources import Source, argument
from backwright.audit.subject import Subject
from backwright.audit.tokens import encodings


@rule(item=6, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge the claims of each call that signs a token."""
    for source, call, _ in encodings(subject):
        claims = argument(call, 0, "payload", "claims")
        place = at(source, call)
        if claims is None:
            continue
        if _speaks_of_expiry(source, call):
            yield Looked(place)
        elif _measures_age(subject, source, claims):
            yield Unsure(place, "whether the age of this token is asked for everywhere is not read")
        elif _is_whole(subject, source, claims) and not _ends_elsewhere(source, call):
            yield Found(
                place,
                "this token has no `exp`: it is valid for ever",
                'give it an end:\n{…, "exp": datetime.now(UTC) + timedelta(minutes=15)}',
            )
        else:
            yield Unsure(place, "whether this token expires is decided in another place")


def _speaks_of_expiry(source: Source, call: ast.Call) -> bool:
    around = source.function_around(call) or source.tree
    return any(
        (isinstance(one, ast.Constant) and one.value == "exp")
        or (isinstance(one, ast.keyword) and one.arg == "exp")
        for one in ast.walk(around)
    )


def _measures_age(subject: Subject, source: Source, claims: ast.expr) -> bool:
    """Tell whether the claims say when the token was made, and the program reads that."""
    found = subject.names.meaning(source, claims).node
    keys = found.keys if isinstance(found, ast.Dict) else []
    if not any(isinstance(one, ast.Constant) and one.value == "iat" for one in keys):
        return False
    return any(re.search(r"""(get\(|\[)["']iat["']""", one.text) for one in subject.program)


def _ends_elsewhere(source: Source, call: ast.Call) -> bool:
    """Tell whether the function around speaks of an end by another word: `ex=`, a row's `expires`."""
    around = source.function_around(call)
    words = (ast.unparse(around) if around is not None else "").lower()
    return re.search(r"\bex=|ttl|max_age|\bexpires?(_\w+)?=|redis|'expiry'", words) is not None


def _is_whole(subject: Subject, source: Source, claims: ast.expr) -> bool:
    """Tell whether the claims are all written down: a dictionary without anything spread in it."""
    found = subject.names.meaning(source, claims).node
    return isinstance(found, ast.Dict) and all(isinstance(key, ast.Constant) for key in found.keys)
