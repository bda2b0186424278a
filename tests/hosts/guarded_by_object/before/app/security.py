"""Who asks: a key of the machines that may."""

import os

import jwt
from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

scheme = HTTPBearer()


class RoleChecker:
    """Lets in those who have one of some roles."""

    def __init__(self, roles: list[str]) -> None:
        self.roles = roles

    def __call__(self, credentials: HTTPAuthorizationCredentials = Depends(scheme)) -> str:
        """Return the name of the machine that asks."""
        try:
            claims = jwt.decode(
                credentials.credentials, os.environ["SECRET_KEY"], algorithms=["HS256"]
            )
        except jwt.PyJWTError:
            raise HTTPException(status_code=401, detail="Not authenticated")
        if claims["role"] not in self.roles:
            raise HTTPException(status_code=403, detail="Forbidden")
        return str(claims["sub"])


meters = RoleChecker(["meter"])
