"""Signing up and in."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, status
from fastapi.security import OAuth2PasswordRequestForm

from app.auth import CurrentUser, create_token
from app.database import SessionDep
from app.exceptions import ConflictError
from app.models import User
from app.schemas import Token, UserCreate, UserPublic
from app.services import user_service

router = APIRouter(prefix="/auth", tags=["auth"])


@router.post("/register", response_model=UserPublic, status_code=201)
def register(data: UserCreate, session: SessionDep) -> User:
    """Make an account."""
    try:
        return user_service.create_user(session, data)
    except ConflictError as error:
        raise HTTPException(status_code=409, detail="This address is taken") from error


@router.post("/token", response_model=Token)
def sign_in(form: Annotated[OAuth2PasswordRequestForm, Depends()], session: SessionDep) -> Token:
    """Sign in."""
    user = user_service.authenticate(session, form.username, form.password)
    if user is None or user.id is None:
        raise HTTPException(
            status_code=status.HTTP_401_UNAUTHORIZED,
            detail="Wrong address or password",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return Token(access_token=create_token(user.id))


@router.get("/me", response_model=UserPublic)
def read_me(user: CurrentUser) -> User:
    """Return who calls."""
    return user
