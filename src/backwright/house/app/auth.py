"""JSON Web Tokens: who is calling, signed by us."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from time import time
from uuid import UUID

import jwt

from app.exceptions import UnauthorizedError

ALGORITHM = "HS256"
REQUIRED_CLAIMS = ["exp", "iat", "sub", "jti", "sid", "type"]
LONGEST_TOKEN = 2048
CACHED_TOKENS = 10_000


class TokenType(StrEnum):
    """What a token may be used for, and for nothing else."""

    ACCESS = "access"
    REFRESH = "refresh"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling: a user, signed in on a device.

    The token says so. Whether it still holds is for the database to say: pass the caller to the
    session, and the statement finds nothing for somebody who signed out or was deactivated.
    """

    id: UUID
    session_id: UUID


@dataclass(frozen=True, slots=True)
class Token:
    """What a verified token says."""

    user_id: UUID
    session_id: UUID
    token_id: UUID
    expires_at: int


def create_token(
    secret_key: str,
    token_type: TokenType,
    *,
    user_id: UUID,
    session_id: UUID,
    token_id: UUID,
    expires_at: datetime,
) -> str:
    """Return a signed token of this type."""
    claims = {
        "sub": str(user_id),
        "sid": str(session_id),
        "jti": str(token_id),
        "type": token_type.value,
        "iat": int(datetime.now(UTC).timestamp()),
        "exp": int(expires_at.timestamp()),
    }
    return jwt.encode(claims, secret_key, algorithm=ALGORITHM)


def decode_token(secret_key: str, token: str, token_type: TokenType) -> Token:
    """Verify a token and return what it says.

    Raises:
        UnauthorizedError: If it is forged, expired, malformed or of another type.
    """
    if len(token) > LONGEST_TOKEN:
        raise UnauthorizedError
    try:
        claims = jwt.decode(
            token,
            secret_key,
            algorithms=[ALGORITHM],
            # `iat` is not compared: the clock of the machine that signed may be ahead of this one.
            options={"require": REQUIRED_CLAIMS, "verify_iat": False},
        )
        if claims["type"] != token_type.value:
            raise UnauthorizedError
        return Token(
            user_id=UUID(claims["sub"]),
            session_id=UUID(claims["sid"]),
            token_id=UUID(claims["jti"]),
            expires_at=int(claims["exp"]),
        )
    except (jwt.InvalidTokenError, AttributeError, TypeError, ValueError) as error:
        raise UnauthorizedError from error


class TokenVerifier:
    """Verifies access tokens, and each signature only once.

    Only the signature is remembered, until the token expires: it cannot change. Whether the
    session was revoked can, so that is asked of the database every time.
    """

    def __init__(self, secret_key: str) -> None:
        """Start with nothing remembered."""
        self._secret_key = secret_key
        self._verified: OrderedDict[str, tuple[Caller, int]] = OrderedDict()

    def verify(self, token: str) -> Caller:
        """Return the caller whom an access token names.

        Raises:
            UnauthorizedError: If the token is not a valid access token, or no longer.
        """
        known = self._verified.get(token)
        if known is not None and time() < known[1]:
            return known[0]
        self._verified.pop(token, None)
        claims = decode_token(self._secret_key, token, TokenType.ACCESS)
        caller = Caller(claims.user_id, claims.session_id)
        self._verified[token] = (caller, claims.expires_at)
        if len(self._verified) > CACHED_TOKENS:
            self._verified.popitem(last=False)
        return caller


@lru_cache(maxsize=4)
def get_token_verifier(secret_key: str) -> TokenVerifier:
    """Return the verifier of tokens signed with this key."""
    return TokenVerifier(secret_key)
