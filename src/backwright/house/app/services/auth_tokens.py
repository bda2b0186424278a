"""One-time tokens: links by mail, good once and not for long.

A token is `<user id>.<secret>`, and only a hash of the secret is stored. The secret has 256 random
bits, so a fast hash is enough. A user has one token per purpose: a newer link replaces the older.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, delete, insert, select

from app.config import get_settings
from app.database import Session
from app.exceptions import ValidationError
from app.models import OneTimeToken, TokenPurpose, User

INVALID_LINK = "This link is invalid or expired"


@dataclass(frozen=True, slots=True)
class Redeemed:
    """Whose token it was, and to which address it was sent."""

    user_id: UUID
    email: str


async def create_one_time_token(
    session: Session, user_id: UUID, purpose: TokenPurpose, email: str, *, password_hash: str
) -> str | None:
    """Make the user's token for a purpose, in place of an older one, to be sent to an address.

    It is None if the user has another password by now: changing it cancels what was asked before.
    """
    secret = secrets.token_urlsafe(32)
    async with session.transaction():
        same = select(col(User.id)).where(
            col(User.id) == user_id, col(User.password_hash) == password_hash, col(User.is_active)
        )
        if await session.scalar(same.with_for_update()) is None:
            return None
        await session.execute(
            delete(OneTimeToken).where(
                col(OneTimeToken.user_id) == user_id, col(OneTimeToken.purpose) == purpose
            )
        )
        await session.execute(
            insert(OneTimeToken).values(
                user_id=user_id,
                purpose=purpose,
                token_hash=_hash(secret),
                email=email,
                expires_at=datetime.now(UTC) + _lifetime(purpose),
            )
        )
    return f"{user_id.hex}.{secret}"


async def check_one_time_token(session: Session, token: str, purpose: TokenPurpose) -> None:
    """Refuse a token that could not be redeemed, before anything costly is done for it.

    Raises:
        ValidationError: If it is unknown, used, replaced, expired or for another purpose.
    """
    _, conditions = _conditions(token, purpose)
    if await session.scalar(select(OneTimeToken.email).where(*conditions)) is None:
        raise ValidationError(INVALID_LINK)


async def redeem_one_time_token(session: Session, token: str, purpose: TokenPurpose) -> Redeemed:
    """Use a token up. Of two who try at once, one gets it.

    Raises:
        ValidationError: If it is unknown, used, replaced, expired or for another purpose.
    """
    user_id, conditions = _conditions(token, purpose)
    email = await session.scalar(
        delete(OneTimeToken).where(*conditions).returning(col(OneTimeToken.email))
    )
    if email is None:
        raise ValidationError(INVALID_LINK)
    return Redeemed(user_id, email)


async def cancel_one_time_tokens(session: Session, user_id: UUID) -> None:
    """Make all of a user's links useless."""
    await session.execute(delete(OneTimeToken).where(col(OneTimeToken.user_id) == user_id))


def _conditions(token: str, purpose: TokenPurpose) -> tuple[UUID, list[ColumnElement[bool]]]:
    """Return whose a token claims to be, and what its row must fulfil.

    Raises:
        ValidationError: If it does not have the form of a token.
    """
    prefix, _, secret = token.partition(".")
    try:
        user_id = UUID(prefix)
    except ValueError as error:
        raise ValidationError(INVALID_LINK) from error
    return user_id, [
        col(OneTimeToken.user_id) == user_id,
        col(OneTimeToken.purpose) == purpose,
        col(OneTimeToken.token_hash) == _hash(secret),
        col(OneTimeToken.expires_at) > datetime.now(UTC),
    ]


def _hash(secret: str) -> str:
    """Return what is stored of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _lifetime(purpose: TokenPurpose) -> timedelta:
    """Return how long a link for a purpose is good."""
    settings = get_settings()
    if purpose is TokenPurpose.RESET_PASSWORD:
        return timedelta(minutes=settings.reset_token_minutes)
    return timedelta(hours=settings.verification_token_hours)
