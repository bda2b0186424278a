from fastapi import APIRouter, Depends, HTTPException
from fastapi.security import OAuth2PasswordRequestForm
from sqlalchemy import select
from sqlalchemy.orm import Session

from half.database import get_db
from half.models import User
from half.schemas import Credentials
from half.security import get_current_user, hash_password, is_password, token_of

router = APIRouter()


@router.post("/register", status_code=201)
def register(data: Credentials, db: Session = Depends(get_db)) -> dict[str, int]:
    if db.scalar(select(User).where(User.email == data.email)):
        raise HTTPException(status_code=409, detail="This address has an account")
    user = User(email=data.email, hashed_password=hash_password(data.password))
    db.add(user)
    db.commit()
    return {"id": user.id}


@router.post("/login")
def login(
    form: OAuth2PasswordRequestForm = Depends(), db: Session = Depends(get_db)
) -> dict[str, str]:
    user = db.scalar(select(User).where(User.email == form.username))
    if user is None or not is_password(form.password, user.hashed_password):
        raise HTTPException(status_code=401, detail="Wrong address or password")
    return {"access_token": token_of(user), "token_type": "bearer"}


@router.get("/me")
def me(current_user: User = Depends(get_current_user)) -> dict[str, str]:
    return {"email": current_user.email}
