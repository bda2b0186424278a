"""Passwords are hashed with too little work.

Why: each step of bcrypt's cost doubles what an attacker needs; below 10 a card tries thousands a second.

Bad:

    import bcrypt
    def hashed(password: str) -> bytes:
        return bcrypt.hashpw(password.encode(), bcrypt.gensalt(5))

Good:

    import bcrypt
    def hashed(password: str) -> bytes:
        return bcrypt.hashpw(password.encode(), bcrypt.gensalt(12))

Leave it: in settings for tests alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from backwright.audit.rule import Found, Judged, Looked, at, rule
from backwright.audit.sources import argument, keyword
from backwright.audit.subject import Subject

_LEAST = 10


@rule(item=6, level="error")
def check(subject: Subject) -> Iterator[Judged]:
    """Judge the cost that bcrypt is given."""
    for source, call, name in subject.calls(".gensalt", "CryptContext"):
        given = (
            argument(call, 0, "rounds")
            if name.endswith("gensalt")
            else keyword(call, "bcrypt__rounds")
        )
        rounds = subject.constant(source, given)
        if isinstance(rounds, int) and rounds < _LEAST:
            yield Found(
                at(source, call),
                f"bcrypt's cost is {rounds}: passwords are tried fast",
                "bcrypt.gensalt() (12)",
            )
        else:
            yield Looked(at(source, call))
