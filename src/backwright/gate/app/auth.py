"""Accounts: who has one, and who sends a request."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Depends, HTTPException
from fastapi.concurrency import run_in_threadpool
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy import Executable
from sqlalchemy.exc import IntegrityError
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import SessionDep
from app.models import User
from app.security import hash_password, read_token, verify_password

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


async def get_current_user(
    session: SessionDep, token: Annotated[str, Depends(oauth2_scheme)]
) -> User:
    """Return the account whose token the request bears."""
    subject = read_token(token)
    user: User | None = await session.get(User, UUID(subject)) if subject is not None else None
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
