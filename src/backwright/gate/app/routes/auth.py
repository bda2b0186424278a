"""Registering, logging in and out, who is logged in, and passwords."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException
from fastapi.security import OAuth2PasswordRequestForm
from pydantic import BaseModel, EmailStr

from app.auth import (
    CurrentUser,
    authenticate,
    end_tokens,
    find_user,
    register_user,
    send_reset_token,
    set_password,
    user_of,
)
from app.database import SessionDep
from app.models import User
from app.security import (
    LONGEST_PASSWORD,
    REFRESH,
    RESET,
    SHORTEST_PASSWORD,
    create_token,
    is_usable,
)

router = APIRouter(prefix="/auth", tags=["auth"])


class Registration(BaseModel):
    """What an account is made of."""

    email: EmailStr
    password: str


class Account(BaseModel):
    """What is told of an account."""

    id: UUID
    email: str


class AccessToken(BaseModel):
    """What a client sends with its requests."""

    access_token: str
    token_type: str = "bearer"  # noqa: S105


class Token(AccessToken):
    """What logging in gives: the refresh token gives access tokens until it expires."""

    refresh_token: str


class TokenRefresh(BaseModel):
    """What is given for a new token."""

    refresh_token: str


class PasswordChange(BaseModel):
    """A new password, and the old one as proof."""

    current_password: str
    new_password: str


class PasswordResetRequest(BaseModel):
    """Whose password is lost."""

    email: EmailStr


class PasswordReset(BaseModel):
    """A new password, and what was sent to its owner as proof."""

    token: str
    new_password: str


def _account(user: User) -> Account:
    return Account(id=user.id, email=user.email)


def _token(user: User) -> Token:
    subject, version = str(user.id), user.token_version or 0
    return Token(
        access_token=create_token(subject, version),
        refresh_token=create_token(subject, version, REFRESH),
    )


def _refuse_unusable(password: str) -> None:
    if not is_usable(password):
        raise HTTPException(
            status_code=422,
            detail=f"A password has {SHORTEST_PASSWORD} characters or more, "
            f"and {LONGEST_PASSWORD} bytes or less",
        )


@router.post("/register", status_code=201)
async def register(data: Registration, session: SessionDep) -> Account:
    """Make an account."""
    _refuse_unusable(data.password)
    user = await register_user(session, data.email, data.password)
    if user is None:
        raise HTTPException(status_code=409, detail="This address has an account")
    return _account(user)


@router.post("/login")
async def login(
    form: Annotated[OAuth2PasswordRequestForm, Depends()], session: SessionDep
) -> Token:
    """Give a token for an address, sent as `username`, and its password."""
    user = await authenticate(session, form.username, form.password)
    if user is None:
        raise HTTPException(
            status_code=401,
            detail="Incorrect email or password",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return _token(user)


@router.get("/me")
async def me(current_user: CurrentUser) -> Account:
    """Tell whose token the request bears."""
    return _account(current_user)


@router.post("/refresh")
async def refresh(data: TokenRefresh, session: SessionDep) -> AccessToken:
    """Give a new access token to who has logged in before."""
    user = await user_of(session, data.refresh_token, REFRESH)
    if user is None:
        raise HTTPException(
            status_code=401,
            detail="Could not validate credentials",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return AccessToken(access_token=create_token(str(user.id), user.token_version or 0))


@router.post("/logout")
async def logout(current_user: CurrentUser, session: SessionDep) -> dict[str, bool]:
    """End every token that the caller was given."""
    await end_tokens(session, current_user)
    return {"ok": True}


@router.post("/change-password")
async def change_password(
    data: PasswordChange, current_user: CurrentUser, session: SessionDep
) -> Token:
    """Set another password, and give a token that goes on; all others end."""
    email = current_user.email or ""
    user = await authenticate(session, email, data.current_password)
    if user is None:
        raise HTTPException(status_code=400, detail="Incorrect password")
    _refuse_unusable(data.new_password)
    await set_password(session, user, data.new_password)
    return _token(user)


@router.post("/request-password-reset", status_code=202)
async def request_password_reset(
    data: PasswordResetRequest, session: SessionDep
) -> dict[str, bool]:
    """Send what lets somebody set a password; the answer tells of no account."""
    user = await find_user(session, data.email)
    if user is not None:
        token = create_token(str(user.id), user.token_version or 0, RESET)
        send_reset_token(data.email, token)
    return {"ok": True}


@router.post("/reset-password")
async def reset_password(data: PasswordReset, session: SessionDep) -> dict[str, bool]:
    """Set a new password with what was sent, which is good once."""
    user = await user_of(session, data.token, RESET)
    if user is None:
        raise HTTPException(status_code=400, detail="This token is not good any more")
    _refuse_unusable(data.new_password)
    await set_password(session, user, data.new_password)
    return {"ok": True}
