import uuid
from typing import Annotated

import jwt
from fastapi import Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer

from app.db import SessionDep
from app.models import User

SECRET = "only-for-development-0123456789abcdef"
scheme = OAuth2PasswordBearer(tokenUrl="/login")


def get_current_user(session: SessionDep, token: Annotated[str, Depends(scheme)]) -> User:
    try:
        claims = jwt.decode(token, SECRET, ["HS256"])
    except jwt.InvalidTokenError:
        raise HTTPException(status_code=401, detail="Invalid token") from None
    user = session.get(User, uuid.UUID(claims["sub"]))
    if user is None:
        raise HTTPException(status_code=401, detail="Invalid token")
    return user


CurrentUser = Annotated[User, Depends(get_current_user)]
