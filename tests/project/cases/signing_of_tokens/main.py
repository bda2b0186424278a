import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from passlib.context import CryptContext
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    signing_key: str
    otp_key: str
    algorithm: str = "HS512"


settings = Settings()
context = CryptContext(schemes="bcrypt")
scheme = OAuth2PasswordBearer(tokenUrl="login")
app = FastAPI()


def make_otp() -> str:
    return jwt.encode({}, settings.otp_key, algorithm="HS256")


class Tokens:
    def __init__(self) -> None:
        self._key = settings.signing_key
        self._algorithm = settings.algorithm

    def read(self, token: str) -> dict:
        return jwt.decode(token, self._key, algorithms=[self._algorithm])


tokens = Tokens()


def get_user_manager():
    return tokens


def get_current_member(token: str = Depends(scheme), manager=Depends(get_user_manager)):
    try:
        return tokens.read(token)
    except jwt.PyJWTError as error:
        raise HTTPException(status_code=401) from error


@app.get("/mine")
def mine(member=Depends(get_current_member)):
    return member
