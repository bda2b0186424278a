from typing import Annotated

import jwt
from fastapi import APIRouter, Depends, HTTPException
from fastapi.security import OAuth2PasswordRequestForm

from app import crud
from app.api.deps import SECRET
from app.crud.crud_user import hashed
from app.db import SessionDep
from app.models import UserCreate

router = APIRouter(tags=["login"])


@router.post("/signup", status_code=201)
def signup(session: SessionDep, body: UserCreate) -> dict[str, str]:
    return {"id": str(crud.user.create(session, body).id)}


@router.post("/login")
def login(
    session: SessionDep, form: Annotated[OAuth2PasswordRequestForm, Depends()]
) -> dict[str, str]:
    user = crud.user.get_by_email(session, form.username)
    if user is None or user.hashed_password != hashed(form.password):
        raise HTTPException(status_code=401, detail="Wrong email or password")
    return {"access_token": jwt.encode({"sub": str(user.id)}, SECRET, "HS256")}
