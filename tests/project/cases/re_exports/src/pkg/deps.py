from typing import Annotated, Optional

from fastapi import APIRouter, Depends, HTTPException, status
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel

router = APIRouter()
scheme = OAuth2PasswordBearer(tokenUrl="/login", auto_error=False)


class User(BaseModel):
    name: str


def current_user(token: Optional[str] = Depends(scheme)) -> User:
    if token is None:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED)
    return User(name=token)


CurrentUser = Annotated[User, Depends(current_user)]
