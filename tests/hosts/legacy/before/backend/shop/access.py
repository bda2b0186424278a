from fastapi import Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.database import get_db
from shop.models import User

scheme = OAuth2PasswordBearer(tokenUrl='token')


async def get_user(db: Session = Depends(get_db), token: str = Depends(scheme)):
    found = await db.execute(select(User).where(User.token == token))
    user = found.scalars().first()
    if user is None:
        raise HTTPException(status_code=401, detail={'message': 'Who are you?'})
    return user
