import inspect
from functools import wraps

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

app = FastAPI()


class User:
    pass


class NoteResponse(BaseModel):
    text: str


class Teapot(JSONResponse):
    pass


def current_user(request: Request) -> User:
    if "authorization" not in request.headers:
        raise HTTPException(status_code=401)
    return User()


def signed_in(function):
    @wraps(function)
    async def inner(*args, **kwargs):
        kwargs.pop("_user")
        return await function(*args, **kwargs)

    signature = inspect.signature(function)
    kept = [one for one in signature.parameters.values() if one.annotation is not User]
    more = inspect.Parameter(
        "_user", inspect.Parameter.KEYWORD_ONLY, default=Depends(current_user), annotation=User
    )
    inner.__signature__ = signature.replace(parameters=[*kept, more])
    return inner


@app.get("/notes")
@signed_in
async def notes(user: User) -> list[NoteResponse] | NoteResponse:
    return []


@app.post("/notes")
@signed_in
async def add(note: NoteResponse) -> Teapot:
    return Teapot(note)


@app.get("/open")
async def open_to_all() -> NoteResponse:
    return NoteResponse(text="")


def limited(provider):
    @wraps(provider)
    async def within_limits(*args, **kwargs):
        return provider(*args, **kwargs)

    return within_limits


@app.get("/wrapped")
async def wrapped(user: User = Depends(limited(current_user))) -> None:
    return None
