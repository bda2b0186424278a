import hashlib
import uuid
from typing import Annotated

import jwt
from fastapi import APIRouter, Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.config import settings
from app.core.db import get_session
from app.users.models import User

router = APIRouter(prefix='/auth', tags=['auth'])
scheme = OAuth2PasswordBearer(tokenUrl='/auth/token')
SessionDep = Annotated[AsyncSession, Depends(get_session)]


class Credentials(BaseModel):
    email: str
    password: str


def hashed(password: str) -> str:
    return hashlib.scrypt(password.encode(), salt=b'notebook', n=2**14, r=8, p=1).hex()


@router.post('/register', status_code=201)
async def register(body: Credentials, session: SessionDep) -> dict[str, str]:
    user = User(email=body.email, hashed_password=hashed(body.password))
    session.add(user)
    await session.commit()
    return {'id': str(user.id)}


@router.post('/token')
async def login(
    form: Annotated[OAuth2PasswordRequestForm, Depends()], session: SessionDep
) -> dict[str, str]:
    user = await session.scalar(select(User).where(User.email == form.username))
    if user is None or user.hashed_password != hashed(form.password):
        raise HTTPException(401, 'Wrong email or password')
    token = jwt.encode({'sub': str(user.id)}, settings.secret_key, 'HS256')
    return {'access_token': token, 'token_type': 'bearer'}


async def get_current_user(token: Annotated[str, Depends(scheme)], session: SessionDep) -> User:
    try:
        claims = jwt.decode(token, settings.secret_key, ['HS256'])
    except jwt.InvalidTokenError:
        raise HTTPException(401, 'Invalid token') from None
    user = await session.get(User, uuid.UUID(claims['sub']))
    if user is None:
        raise HTTPException(401, 'Invalid token')
    return user


CurrentUser = Annotated[User, Depends(get_current_user)]
