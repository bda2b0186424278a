"""Logging in, staying logged in, logging out.

A login makes a session. Its access tokens are good for minutes, and name the session, so that they
die with its row. Its refresh tokens are good once: each is exchanged for the next, and the row knows
which one is the newest. All refresh tokens of a session are one family: if an older one comes
again, somebody has a copy, it cannot be told who, and the session ends for both.

The one innocent way to use a token twice is a client that refreshes twice at once. The exchange is
a single compare-and-set, so one of the two wins; the other is refused without ending the session if
it comes within `refresh_reuse_grace_seconds` of the exchange and with the token just exchanged.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from pydantic import BaseModel
from sqlmodel import and_, col, delete, exists, insert, not_, select, update

from app.auth import Caller, TokenType, create_token, decode_token
from app.auth_schemas import LONGEST_ATTEMPT, SessionList, SessionPublic, TokenPair, parse_email
from app.config import get_settings
from app.database import Session
from app.exceptions import NotFoundError, UnauthorizedError
from app.login_throttle import LoginThrottle
from app.logs import get_logger
from app.models import LoginSession, User
from app.passwords import hash_password, needs_rehash, refuse_if_busy, verify_password

logger = get_logger(__name__)

WRONG_CREDENTIALS = "Incorrect email or password"
NO_EMAIL = ""
LISTED_SESSIONS = 100
LONGEST_USER_AGENT = 200


class Account(BaseModel):
    """What has to be known of a user to let them in; never an answer."""

    id: UUID
    email: str
    password_hash: str
    is_active: bool
    email_verified_at: datetime | None

    @property
    def may_log_in(self) -> bool:
        """Whether the right password is enough."""
        proved = self.email_verified_at is not None or not get_settings().require_verified_email
        return self.is_active and proved


@dataclass(frozen=True, slots=True)
class Login:
    """An attempt to log in; `username` is as it was typed."""

    username: str
    password: str
    user_agent: str | None


async def find_account(session: Session, email: str) -> Account | None:
    """Return the account of an address, written in its normal form."""
    return await session.one_or_none(select(User).where(col(User.email) == email), Account)


async def log_in(session: Session, throttle: LoginThrottle, login: Login) -> TokenPair:
    """Check a password and begin a session.

    Unknown, deactivated and unconfirmed users are refused in the same words as a wrong password,
    and after the same work.

    Raises:
        UnauthorizedError: If address and password do not belong together.
        TooManyRequestsError: After too many attempts.
        ServiceUnavailableError: If too many people log in at once.
    """
    # First of all, or waiting for a busy server would be counted as guessing.
    refuse_if_busy()
    if len(login.password) > LONGEST_ATTEMPT:
        raise UnauthorizedError(WRONG_CREDENTIALS)
    email = parse_email(login.username)
    await throttle.admit(email or login.username)
    account = await find_account(session, email or NO_EMAIL)
    known = await verify_password(login.password, account.password_hash if account else None)
    if account is None or not known or not account.may_log_in:
        await throttle.charge()
        raise UnauthorizedError(WRONG_CREDENTIALS)
    tokens = await _begin_session(session, account, login)
    await throttle.forgive(account.email)
    return tokens


async def _begin_session(session: Session, account: Account, login: Login) -> TokenPair:
    """Note the login, hash the password again if the cost has risen, and make a session.

    The update finds the user only with the hash that was just verified, and locks the row: a
    password changed in the meantime ends this login instead of being outlived by its session.
    """
    verified = account.password_hash
    newest = await hash_password(login.password) if needs_rehash(verified) else verified
    async with session.transaction():
        found = await session.execute(
            update(User)
            .where(
                col(User.id) == account.id,
                col(User.password_hash) == verified,
                col(User.is_active),
            )
            .values(
                password_hash=newest,
                last_login_at=_now(),
                updated_at=col(User.updated_at),  # a login changes nothing of the account
            )
        )
        if not found:
            raise UnauthorizedError(WRONG_CREDENTIALS)
        return await create_session(session, account.id, login.user_agent)


async def create_session(session: Session, user_id: UUID, user_agent: str | None) -> TokenPair:
    """Make a session for a user, and clear away the user's expired ones."""
    now = _now()
    expires_at = now + timedelta(days=get_settings().session_days)
    caller = Caller(user_id, uuid4())
    refresh_token_id = uuid4()
    await session.execute(
        delete(LoginSession).where(
            col(LoginSession.user_id) == user_id, col(LoginSession.expires_at) <= now
        )
    )
    await session.execute(
        insert(LoginSession).values(
            user_id=user_id,
            id=caller.session_id,
            expires_at=expires_at,
            user_agent=user_agent[:LONGEST_USER_AGENT] if user_agent else None,
            refresh_token_id=refresh_token_id,
        )
    )
    return _issue_tokens(caller, refresh_token_id, expires_at)


async def refresh_session(session: Session, refresh_token: str) -> TokenPair:
    """Exchange a refresh token for a new pair.

    Raises:
        UnauthorizedError: If it is not the newest one of a living session; see the top of this
            module for when that ends the session.
    """
    secret_key = get_settings().secret_key.get_secret_value()
    token = decode_token(secret_key, refresh_token, TokenType.REFRESH)
    now, next_id = _now(), uuid4()
    expires_at = await session.scalar(
        update(LoginSession)
        .where(
            col(LoginSession.user_id) == token.user_id,
            col(LoginSession.id) == token.session_id,
            col(LoginSession.refresh_token_id) == token.token_id,
            col(LoginSession.expires_at) > now,
            exists().where(col(User.id) == token.user_id, col(User.is_active)),
        )
        .values(
            refresh_token_id=next_id, previous_refresh_token_id=token.token_id, last_used_at=now
        )
        .returning(col(LoginSession.expires_at))
    )
    if expires_at is None:
        await _end_if_stolen(session, Caller(token.user_id, token.session_id), token.token_id)
        raise UnauthorizedError("This refresh token is invalid or expired")
    return _issue_tokens(Caller(token.user_id, token.session_id), next_id, expires_at)


async def _end_if_stolen(session: Session, caller: Caller, token_id: UUID) -> None:
    """End a session one of whose older refresh tokens came again, unless it was just a race."""
    just_now = _now() - timedelta(seconds=get_settings().refresh_reuse_grace_seconds)
    raced = and_(
        col(LoginSession.previous_refresh_token_id) == token_id,
        col(LoginSession.last_used_at) > just_now,
    )
    ended = await session.execute(
        delete(LoginSession).where(
            col(LoginSession.user_id) == caller.id,
            col(LoginSession.id) == caller.session_id,
            col(LoginSession.refresh_token_id) != token_id,
            not_(raced),
        )
    )
    if ended:
        logger.warning(
            "refresh token reused, session ended",
            user_id=str(caller.id),
            session_id=str(caller.session_id),
        )


async def log_out(session: Session, caller: Caller) -> None:
    """End the session that the caller uses.

    Raises:
        UnauthorizedError: If it has ended already.
    """
    await end_session(session, caller, caller.session_id)


async def log_out_everywhere(session: Session, caller: Caller) -> None:
    """End all sessions of the caller.

    Raises:
        UnauthorizedError: If the caller is not logged in any more.
    """
    await session.execute(
        delete(LoginSession).where(col(LoginSession.user_id) == caller.id), caller=caller
    )


async def list_sessions(session: Session, caller: Caller) -> SessionList:
    """Return where the caller is logged in, the last used first.

    Raises:
        UnauthorizedError: If the caller is not logged in any more.
    """
    statement = (
        select(LoginSession, (col(LoginSession.id) == caller.session_id).label("current"))
        .where(col(LoginSession.user_id) == caller.id, col(LoginSession.expires_at) > _now())
        .order_by(col(LoginSession.last_used_at).desc(), col(LoginSession.id))
        .limit(LISTED_SESSIONS)
    )
    return SessionList(items=await session.all(statement, SessionPublic, caller=caller))


async def end_session(session: Session, caller: Caller, session_id: UUID) -> None:
    """End one session of the caller.

    Raises:
        NotFoundError: If the caller has no such session.
        UnauthorizedError: If the caller is not logged in any more.
    """
    ended = await session.execute(
        delete(LoginSession).where(
            col(LoginSession.user_id) == caller.id, col(LoginSession.id) == session_id
        ),
        caller=caller,
    )
    if not ended:
        raise NotFoundError("Session not found")


def _issue_tokens(
    caller: Caller, refresh_token_id: UUID, session_expires_at: datetime
) -> TokenPair:
    """Sign the two tokens of a session; neither outlives it."""
    settings = get_settings()
    now = _now()
    access_expires_at = min(
        now + timedelta(minutes=settings.access_token_minutes), session_expires_at
    )
    secret_key = settings.secret_key.get_secret_value()
    return TokenPair(
        access_token=create_token(
            secret_key,
            TokenType.ACCESS,
            user_id=caller.id,
            session_id=caller.session_id,
            token_id=uuid4(),
            expires_at=access_expires_at,
        ),
        refresh_token=create_token(
            secret_key,
            TokenType.REFRESH,
            user_id=caller.id,
            session_id=caller.session_id,
            token_id=refresh_token_id,
            expires_at=session_expires_at,
        ),
        expires_in=int((access_expires_at - now).total_seconds()),
    )


def _now() -> datetime:
    """Return the time, as the database keeps it."""
    return datetime.now(UTC)
