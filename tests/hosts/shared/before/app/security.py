"""Who asks: the one account stands in the environment."""

import os

import jwt
from fastapi import Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer

SECRET_KEY = os.getenv("SECRET_KEY", "a-key-for-development-that-is-long")
scheme = OAuth2PasswordBearer(tokenUrl="/api/v1/token")


def authenticate(username: str, password: str) -> bool:
    known = os.getenv("API_USERNAME", "admin"), os.getenv("API_PASSWORD", "admin")
    return (username, password) == known


def make_token(username: str) -> str:
    return jwt.encode({"sub": username}, SECRET_KEY, algorithm="HS256")


def get_current_user(token: str = Depends(scheme)) -> dict:
    try:
        return jwt.decode(token, SECRET_KEY, algorithms=["HS256"])
    except jwt.PyJWTError:
        raise HTTPException(status_code=401, detail="Not authenticated")
