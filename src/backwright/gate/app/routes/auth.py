"""Registering, logging in, and who is logged in."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException
from fastapi.security import OAuth2PasswordRequestForm
from pydantic import BaseModel, EmailStr

from app.auth import CurrentUser, authenticate, register_user
from app.database import SessionDep
from app.models import User
from app.security import LONGEST_PASSWORD, SHORTEST_PASSWORD, create_token, is_usable

router = APIRouter(prefix="/auth", tags=["auth"])


class Registration(BaseModel):
    """What an account is made of."""

    email: EmailStr
    password: str


class Account(BaseModel):
    """What is told of an account."""

    id: UUID
    email: str


class Token(BaseModel):
    """What a client sends with its requests."""

    access_token: str
    token_type: str = "bearer"  # noqa: S105


def _account(user: User) -> Account:
    return Account(id=user.id, email=user.email)


@router.post("/register", status_code=201)
async def register(data: Registration, session: SessionDep) -> Account:
    """Make an account."""
    if not is_usable(data.password):
        raise HTTPException(
            status_code=422,
            detail=f"A password has {SHORTEST_PASSWORD} characters or more, "
            f"and {LONGEST_PASSWORD} bytes or less",
        )
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
    return Token(access_token=create_token(str(user.id)))


@router.get("/me")
async def me(current_user: CurrentUser) -> Account:
    """Tell whose token the request bears."""
    return _account(current_user)
