import os

import jwt
from fastapi import Depends, HTTPException, status
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy.orm import Session

from notebook.database import get_db
from notebook.models import User

bearer = OAuth2PasswordBearer(tokenUrl="login")


def get_current_user(token: str = Depends(bearer), db: Session = Depends(get_db)) -> User:
    try:
        subject = jwt.decode(token, os.environ["SECRET_KEY"], algorithms=["HS256"])["sub"]
    except jwt.InvalidTokenError as error:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED) from error
    user = db.get(User, int(subject))
    if user is None:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED)
    return user
