"""Passwords and tokens: what is kept of the one, what is said by the other."""

from __future__ import annotations

import logging
import os
import secrets
from datetime import datetime, timedelta, timezone

import bcrypt
import jwt

ALGORITHM = "HS256"
ACCESS, REFRESH, RESET = "access", "refresh", "reset"
MINUTES = {ACCESS: 60, REFRESH: 14 * 24 * 60, RESET: 15}
SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 72  # bytes: bcrypt does not look at any more
SHORTEST_SECRET = 32  # bytes: as long as what HS256 makes of them

SECRET_KEY = os.environ.get("SECRET_KEY", "")


def _signing_key(secret: str) -> str:
    """Return the key of tokens; without one, they are good until the program ends.

    Raises:
        RuntimeError: the secret is so short that it could be guessed.
    """
    if not secret:
        logging.getLogger(__name__).warning(
            "SECRET_KEY is not set: tokens are good for this process alone"
        )
        return secrets.token_urlsafe(SHORTEST_SECRET)
    if len(secret.encode()) < SHORTEST_SECRET:
        raise RuntimeError(
            f"SECRET_KEY needs {SHORTEST_SECRET} bytes: try `openssl rand -hex 32`"
        )
    return secret


SIGNING_KEY = _signing_key(SECRET_KEY)


def is_usable(password: str) -> bool:
    """Tell whether a password is long enough, and bcrypt would look at all of it."""
    is_long = len(password) >= SHORTEST_PASSWORD
    fits = len(password.encode()) <= LONGEST_PASSWORD
    return is_long and fits and "\0" not in password


def hash_password(password: str) -> str:
    """Return what is stored of a password."""
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt()).decode()


NO_PASSWORD = hash_password(secrets.token_urlsafe())


def verify_password(password: str, hashed: str | None) -> bool:
    """Tell whether a password is the one; without an account it takes as long."""
    if not is_usable(password):
        return False
    is_right = bcrypt.checkpw(password.encode(), (hashed or NO_PASSWORD).encode())
    return is_right and hashed is not None


def create_token(subject: str, version: int, kind: str = ACCESS) -> str:
    """Return a signed token that names an account, as it is at this version."""
    now = datetime.now(timezone.utc)
    claims = {
        "sub": subject,
        "ver": version,
        "kind": kind,
        "iat": now,
        "exp": now + timedelta(minutes=MINUTES[kind]),
    }
    return jwt.encode(claims, SIGNING_KEY, algorithm=ALGORITHM)


def read_token(token: str, kind: str = ACCESS) -> tuple[str, int] | None:
    """Return whom a token names, and at which version.

    None if it is forged, expired, of another kind, or says too little.
    """
    try:
        claims = jwt.decode(
            token,
            SIGNING_KEY,
            algorithms=[ALGORITHM],
            options={"require": ["exp", "iat", "sub"]},
        )
    except jwt.InvalidTokenError:
        return None
    if claims.get("kind") != kind:
        return None
    return str(claims["sub"]), int(claims.get("ver", 0))
