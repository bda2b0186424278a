import jwt
from fastapi import Depends, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.security import OAuth2PasswordBearer
from passlib.context import CryptContext

from app.config import settings
from app.db import engine

app = FastAPI()
app.add_middleware(
    CORSMiddleware, allow_origins=settings.origins, allow_credentials=True, allow_methods=["GET"]
)
scheme = OAuth2PasswordBearer(tokenUrl="/token")
hasher = CryptContext(schemes=["argon2"])
SECRET = "not a secret"


def get_current_user(token: str = Depends(scheme)):
    return jwt.decode(token, SECRET, algorithms=["HS512"])


@app.get("/me")
def me(user=Depends(get_current_user)):
    return user
