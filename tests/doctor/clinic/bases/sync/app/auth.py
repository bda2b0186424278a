from datetime import UTC, datetime, timedelta
from typing import Annotated

import bcrypt
import jwt
from fastapi import Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer
from sqlmodel import Session

from app.config import settings
from app.database import get_session
from app.models import User

scheme = OAuth2PasswordBearer(tokenUrl="/auth/login")


def hash_password(password: str) -> str:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt()).decode()


def verify_password(password: str, password_hash: str) -> bool:
    return bcrypt.checkpw(password.encode(), password_hash.encode())


def create_token(user: User) -> str:
    now = datetime.now(UTC)
    until = now + timedelta(minutes=settings.access_token_minutes)
    claims = {"sub": str(user.id), "iat": now, "exp": until}
    return jwt.encode(claims, settings.secret_key, algorithm=settings.algorithm)


def get_current_user(
    token: Annotated[str, Depends(scheme)],
    session: Annotated[Session, Depends(get_session)],
) -> User:
    refused = HTTPException(401, "Not signed in", headers={"WWW-Authenticate": "Bearer"})
    try:
        claims = jwt.decode(token, settings.secret_key, algorithms=[settings.algorithm])
    except jwt.PyJWTError as error:
        raise refused from error
    user = session.get(User, int(claims["sub"]))
    if user is None:
        raise refused
    return user


CurrentUser = Annotated[User, Depends(get_current_user)]
