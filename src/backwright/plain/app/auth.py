"""Who sends a request: the user whose token it bears."""

import hashlib
from typing import Annotated

from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlmodel import select

from app.database import SessionDep
from app.models import User

bearer = HTTPBearer(auto_error=False)


async def get_current_user(
    session: SessionDep,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> User:
    """Return the user whose token the request bears."""
    token = credentials.credentials if credentials else ""
    statement = select(User).where(User.token_hash == hash_token(token))
    user = (await session.exec(statement)).first()
    if user is None:
        raise HTTPException(
            status_code=401,
            detail={"error": "Not authenticated"},
            headers={"WWW-Authenticate": "Bearer"},
        )
    return user


def hash_token(token: str) -> str:
    """Return what is stored of a token; a random token needs no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


CurrentUser = Annotated[User, Depends(get_current_user)]
