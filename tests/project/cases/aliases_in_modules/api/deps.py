from typing import Annotated

from fastapi import Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer

scheme = OAuth2PasswordBearer(tokenUrl="login")


class User:
    pass


def get_current_user(token: Annotated[str, Depends(scheme)]) -> User:
    raise HTTPException(status_code=401)


CurrentUser = Annotated[User, Depends(get_current_user)]
