"""Who asks: a key of the machines that may."""

import os

import jwt
from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

scheme = HTTPBearer()


class Keys:
    """What is known of the keys of machines."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    def current_machine(
        self, credentials: HTTPAuthorizationCredentials = Depends(scheme)
    ) -> str:
        """Return the name of the machine that asks."""
        try:
            claims = jwt.decode(credentials.credentials, self.secret, algorithms=["HS256"])
        except jwt.PyJWTError:
            raise HTTPException(status_code=401, detail="Not authenticated")
        return str(claims["sub"])


keys = Keys(os.environ.get("SECRET_KEY", "for the workshop only"))
