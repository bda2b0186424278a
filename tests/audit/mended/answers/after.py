from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class User(BaseModel):
    id: int
    email: str
    hashed_password: str


class UserPublic(BaseModel):
    id: int
    email: str


class Account(BaseModel):
    name: str
    password_hash: str


@app.get("/users", response_model=list[UserPublic])
def users() -> list[User]:
    return []


@app.get("/me", response_model=UserPublic)
def me() -> User:
    return User(id=1, email="a@b.example", hashed_password="…")


@app.get("/account", response_model_exclude={"password_hash"})
def account() -> Account:
    return Account(name="a", password_hash="…")
