"""A small API whose refresh tokens are exchanged once; `SABOTAGE` makes one thing go wrong."""

import itertools
import os
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel, Field

SABOTAGE = os.environ.get("SABOTAGE", "")
app = FastAPI()
people: dict[str, str] = {}
access: dict[str, tuple[str, int]] = {}
refresh: dict[str, tuple[str, int]] = {}
ended: set[int] = set()
numbers = itertools.count(1)


class Credentials(BaseModel):
    username: Annotated[str, Field(min_length=3, max_length=40, pattern=r"^\w+$")]
    password: Annotated[str, Field(min_length=8, max_length=60)]


class Renewal(BaseModel):
    refresh_token: str


def pair(name: str, login: int) -> dict[str, str]:
    number = next(numbers)
    given = {"access_token": f"access-token-{number}", "refresh_token": f"refresh-token-{number}"}
    access[given["access_token"]] = (name, login)
    refresh[given["refresh_token"]] = (name, login)
    return given


def caller(authorization: str) -> tuple[str, int]:
    found = access.get(authorization.removeprefix("Bearer "))
    if found is None or found[1] in ended:
        raise HTTPException(401)
    return found


@app.post("/register", status_code=201)
def register(data: Credentials) -> dict[str, str]:
    if data.username in people:
        raise HTTPException(409)
    people[data.username] = data.password
    return {"username": data.username}


@app.post("/login")
def login(data: Credentials) -> dict[str, str]:
    if people.get(data.username) != data.password:
        raise HTTPException(401)
    return pair(data.username, next(numbers))


@app.post("/refresh")
def renew(data: Renewal) -> dict[str, str]:
    found = refresh.get(data.refresh_token)
    if found is None or (found[1] in ended and SABOTAGE != "outlives"):
        raise HTTPException(401)
    if SABOTAGE != "reuse":
        del refresh[data.refresh_token]
    return pair(*found)


@app.post("/logout", status_code=204)
def logout(authorization: Annotated[str, Header()] = "") -> None:
    ended.add(caller(authorization)[1])


@app.get("/me")
def me(authorization: Annotated[str, Header()] = "") -> dict[str, str]:
    return {"username": caller(authorization)[0]}
