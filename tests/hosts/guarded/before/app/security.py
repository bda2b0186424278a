"""Who asks: a key of the machines that may."""

import os

import jwt
from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

scheme = HTTPBearer()


def current_machine(credentials: HTTPAuthorizationCredentials = Depends(scheme)) -> str:
    """Return the name of the machine that asks."""
    try:
        claims = jwt.decode(credentials.credentials, os.environ["SECRET_KEY"], algorithms=["HS256"])
    except jwt.PyJWTError:
        raise HTTPException(status_code=401, detail="Not authenticated")
    return str(claims["sub"])
