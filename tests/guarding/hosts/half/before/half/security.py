import os
from datetime import UTC, datetime, timedelta

import bcrypt
import jwt
from fastapi import Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy.orm import Session

from half.database import get_db
from half.models import User

SECRET_KEY = os.environ.get("SECRET_KEY", "only-for-tests-0123456789-0123456789")
scheme = OAuth2PasswordBearer(tokenUrl="login")


def hash_password(password: str) -> str:
    return bcrypt.hashpw(password.encode()[:72], bcrypt.gensalt()).decode()


def is_password(password: str, hashed: str) -> bool:
    return bcrypt.checkpw(password.encode()[:72], hashed.encode())


def token_of(user: User) -> str:
    end = datetime.now(UTC) + timedelta(minutes=30)
    return jwt.encode({"sub": str(user.id), "exp": end}, SECRET_KEY, algorithm="HS256")


def get_current_user(db: Session = Depends(get_db), token: str = Depends(scheme)) -> User:
    try:
        claims = jwt.decode(token, SECRET_KEY, algorithms=["HS256"])
        user = db.get(User, int(claims["sub"]))
    except (jwt.InvalidTokenError, KeyError, ValueError):
        user = None
    if user is None:
        raise HTTPException(
            status_code=401, detail="Log in first", headers={"WWW-Authenticate": "Bearer"}
        )
    return user


def get_admin(current_user: User = Depends(get_current_user)) -> User:
    if not current_user.is_admin:
        raise HTTPException(status_code=403, detail="Administrators only")
    return current_user
