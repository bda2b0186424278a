"""Accounts: registering, reading and changing them, passwords, addresses.

Nothing here tells a stranger whether an address has an account: the answer is the same either way,
and whatever differs (a mail, a token) happens after it was sent, in `account_mail_service.py`.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Insert, String, Uuid
from sqlalchemy import select as select_values
from sqlmodel import col, delete, exists, func, insert, literal, select, update

from app.auth import Caller
from app.auth_schemas import (
    AccountDeletion,
    EmailChange,
    PasswordChange,
    PasswordReset,
    TokenPair,
    UserCreate,
    UserPublic,
    UserUpdate,
)
from app.database import Session
from app.exceptions import ConflictError, UnauthorizedError, ValidationError
from app.login_throttle import LoginThrottle
from app.models import LoginSession, TokenPurpose, User
from app.passwords import hash_password, refuse_if_busy, verify_password
from app.services.auth_service import Account, create_session
from app.services.auth_tokens import (
    INVALID_LINK,
    cancel_one_time_tokens,
    check_one_time_token,
    redeem_one_time_token,
)

WRONG_PASSWORD = "Incorrect password"  # noqa: S105


async def register_user(session: Session, throttle: LoginThrottle, data: UserCreate) -> bool:
    """Make an account unless the address has one; return whether it was made.

    Known or not, the password is hashed and both statements run, of which one writes: neither the
    time nor the load tells the two apart.

    Raises:
        ServiceUnavailableError: If too many passwords wait to be hashed.
        TooManyRequestsError: After too many registrations from one address.
    """
    refuse_if_busy()  # before it is counted
    await throttle.admit_registration()
    password_hash = await hash_password(data.password.get_secret_value())
    # A stranger's attempt is no change of the account, so its time stays as well.
    same = {"email": data.email, "updated_at": col(User.updated_at)}
    touch = update(User).where(col(User.email) == data.email).values(**same)
    try:
        async with session.transaction():
            await session.execute(touch)
            made = await session.execute(_insert_unless_known(data, password_hash))
    except ConflictError:
        # Somebody registered the same address in the same instant.
        return False
    return bool(made)


async def get_user(session: Session, caller: Caller) -> UserPublic:
    """Return the caller's account.

    Raises:
        UnauthorizedError: If the caller is not logged in any more.
    """
    statement = select(User).where(col(User.id) == caller.id)
    return await session.one(statement, UserPublic, caller=caller)


async def update_user(session: Session, caller: Caller, data: UserUpdate) -> UserPublic:
    """Change what was given of the caller's account.

    Raises:
        UnauthorizedError: If the caller is not logged in any more.
    """
    if not data.model_fields_set:
        return await get_user(session, caller)
    values = data.model_dump(exclude_unset=True)
    statement = (
        update(User)
        .where(col(User.id) == caller.id)
        .values(**values, updated_at=func.now())
        .returning(User)
    )
    return await session.one(statement, UserPublic, caller=caller)


async def delete_user(
    session: Session, throttle: LoginThrottle, caller: Caller, data: AccountDeletion
) -> None:
    """Delete the caller's account, and with it their sessions and everything they own.

    Raises:
        UnauthorizedError: If the caller is not logged in any more.
        ValidationError: If the password is wrong.
    """
    await _check_password(session, throttle, caller, data.password.get_secret_value())
    await session.execute(delete(User).where(col(User.id) == caller.id), caller=caller)


async def change_password(
    session: Session,
    throttle: LoginThrottle,
    caller: Caller,
    data: PasswordChange,
    user_agent: str | None,
) -> tuple[str, TokenPair]:
    """Set a new password, end every session and cancel every link; begin a new session.

    Returns the user's address and the tokens of the new session.

    Raises:
        UnauthorizedError: If the caller is not logged in any more.
        ValidationError: If the current password is wrong.
    """
    current = data.current_password.get_secret_value()
    account = await _check_password(session, throttle, caller, current)
    password_hash = await hash_password(data.new_password.get_secret_value())
    async with session.transaction():
        # The old hash is a condition: of two changes at once, one finds it gone.
        changed = await session.execute(
            update(User)
            .where(col(User.id) == caller.id, col(User.password_hash) == account.password_hash)
            .values(password_hash=password_hash),
            caller=caller,
        )
        if not changed:
            raise UnauthorizedError
        await _end_everything(session, caller.id)
        tokens = await create_session(session, caller.id, user_agent)
    return account.email, tokens


async def reset_password(session: Session, throttle: LoginThrottle, data: PasswordReset) -> str:
    """Set a new password by a mailed token, end every session, and return the user's address.

    The token came by mail, so the address is confirmed as well, and a locked account is opened.

    Raises:
        ValidationError: If the token is not good.
    """
    token = data.token.get_secret_value()
    await check_one_time_token(session, token, TokenPurpose.RESET_PASSWORD)
    password_hash = await hash_password(data.new_password.get_secret_value())
    async with session.transaction():
        redeemed = await redeem_one_time_token(session, token, TokenPurpose.RESET_PASSWORD)
        changed = await session.execute(
            update(User)
            .where(
                col(User.id) == redeemed.user_id,
                col(User.email) == redeemed.email,
                col(User.is_active),
            )
            .values(
                password_hash=password_hash,
                email_verified_at=func.coalesce(User.email_verified_at, datetime.now(UTC)),
            )
        )
        if not changed:
            raise ValidationError(INVALID_LINK)
        await _end_everything(session, redeemed.user_id)
    await throttle.forgive(redeemed.email)
    return redeemed.email


async def check_email_change(
    session: Session, throttle: LoginThrottle, caller: Caller, data: EmailChange
) -> Account:
    """Let the caller ask for another address only with their password; return their account.

    Raises:
        UnauthorizedError: If the caller is not logged in any more.
        ValidationError: If the password is wrong.
    """
    return await _check_password(session, throttle, caller, data.password.get_secret_value())


async def confirm_email(session: Session, token: str) -> None:
    """Confirm the address that a token was mailed to, and move the account there if it is new.

    Raises:
        ConflictError: If another account took the address in the meantime; only somebody who
            reads its mail can learn so.
        ValidationError: If the token is not good.
    """
    async with session.transaction():
        redeemed = await redeem_one_time_token(session, token, TokenPurpose.CONFIRM_EMAIL)
        await session.execute(
            update(User)
            .where(col(User.id) == redeemed.user_id)
            .values(email=redeemed.email, email_verified_at=datetime.now(UTC))
        )


def _insert_unless_known(data: UserCreate, password_hash: str) -> Insert:
    """Return the statement that makes an account, or does nothing if the address has one."""
    values: dict[str, ColumnElement[Any]] = {
        "id": literal(uuid4(), Uuid()),
        "email": literal(data.email, String()),
        "full_name": literal(data.full_name, String()),
        "password_hash": literal(password_hash, String()),
    }
    known = exists().where(col(User.email) == data.email)
    return insert(User).from_select(list(values), select_values(*values.values()).where(~known))


async def _check_password(
    session: Session, throttle: LoginThrottle, caller: Caller, password: str
) -> Account:
    """Return the caller's account if the password is theirs; guesses count as those of a login.

    Raises:
        TooManyRequestsError: After too many attempts.
        UnauthorizedError: If the caller is not logged in any more.
        ValidationError: If the password is wrong.
    """
    refuse_if_busy()
    statement = select(User).where(col(User.id) == caller.id)
    account = await session.one(statement, Account, caller=caller)
    await throttle.admit(account.email)
    if not await verify_password(password, account.password_hash):
        await throttle.charge()
        raise ValidationError(WRONG_PASSWORD)
    await throttle.forgive(account.email)
    return account


async def _end_everything(session: Session, user_id: UUID) -> None:
    """End all sessions of a user and cancel all links, whoever has them."""
    await session.execute(delete(LoginSession).where(col(LoginSession.user_id) == user_id))
    await cancel_one_time_tokens(session, user_id)
