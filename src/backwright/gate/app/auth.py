"""Accounts: who has one, and who sends a request."""

from __future__ import annotations

import logging
from typing import Annotated
from uuid import UUID

from fastapi import Depends, HTTPException
from fastapi.concurrency import run_in_threadpool
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.expression import Executable
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import SessionDep
from app.models import User
from app.security import ACCESS, hash_password, read_token, verify_password

oauth2_scheme = OAuth2PasswordBearer(tokenUrl="auth/login")


async def find_user(session: AsyncSession, email: str) -> User | None:
    """Return the account of an address."""
    if "\0" in email:
        return None
    user: User | None = await session.scalar(select(User).where(User.email == email.lower()))
    return user


async def register_user(session: AsyncSession, email: str, password: str) -> User | None:
    """Make an account; None if the address has one."""
    if await find_user(session, email) is not None:
        return None
    hashed = await run_in_threadpool(hash_password, password)
    user = User(email=email.lower(), hashed_password=hashed)
    session.add(user)
    try:
        await session.commit()
    except IntegrityError:
        await session.rollback()
        return None
    await session.refresh(user)
    return user


async def authenticate(session: AsyncSession, email: str, password: str) -> User | None:
    """Return the account that address and password belong to."""
    user = await find_user(session, email)
    hashed = user.hashed_password if user is not None else None
    is_right = await run_in_threadpool(verify_password, password, hashed)
    return user if is_right else None


async def user_of(session: AsyncSession, token: str, kind: str = ACCESS) -> User | None:
    """Return the account that a token names, unless its tokens were ended since."""
    claims = read_token(token, kind)
    if claims is None:
        return None
    subject, version = claims
    try:
        key = UUID(subject)
    except ValueError:
        return None
    user: User | None = await session.get(User, key)
    is_current = user is not None and (user.token_version or 0) == version
    return user if is_current else None


async def end_tokens(session: AsyncSession, user: User) -> None:
    """Make every token that an account was given worthless."""
    session.add(user)
    user.token_version = (user.token_version or 0) + 1
    await session.commit()
    await session.refresh(user)


async def set_password(session: AsyncSession, user: User, password: str) -> None:
    """Give an account another password; who used the old one has to log in again."""
    user.hashed_password = await run_in_threadpool(hash_password, password)
    await end_tokens(session, user)


def send_reset_token(email: str, token: str) -> None:
    """Hand over what lets somebody set a password: to the log, until a mail is sent."""
    logging.getLogger(__name__).warning("A new password for %s: %s", email, token)


async def get_current_user(
    session: SessionDep, token: Annotated[str, Depends(oauth2_scheme)]
) -> User:
    """Return the account whose token the request bears."""
    user = await user_of(session, token)
    if user is None:
        raise HTTPException(
            status_code=401,
            detail="Could not validate credentials",
            headers={"WWW-Authenticate": "Bearer"},
        )
    session.expunge(user)  # it is still known after a commit
    return user


CurrentUser = Annotated[User, Depends(get_current_user)]


async def require_owned(session: AsyncSession, key: object, statement: Executable) -> None:
    """Refuse a reference to a row that is none of the caller's own."""
    if key is not None and await session.scalar(statement) is None:
        raise HTTPException(status_code=404, detail=f"There is no row {key} to refer to")
