import inspect
from typing import Generic, TypeVar, get_type_hints

from fastapi import APIRouter, Body, FastAPI
from pydantic import BaseModel
from sqlmodel import SQLModel

import schemas
from schemas import NoteCreate as Create

T = TypeVar("T")
app = FastAPI()


class Page(BaseModel, Generic[T]):
    items: list[T]


class Note(BaseModel):
    text: str


class NoteBase(SQLModel):
    text: str


def optional(*given):
    def decorate(cls):
        return cls

    if given and inspect.isclass(given[0]) and issubclass(given[0], BaseModel):
        return decorate(given[0])
    return decorate


@optional
class NoteUpdate(NoteBase):
    pass


@app.post("/notes", response_model=Page[Note])
def create(notes: Create | list[Create]):
    return notes


@app.patch("/notes")
def update(note: NoteUpdate) -> Page[Create]:
    return note


@app.put("/notes")
def replace(note: Create) -> None:
    return None


class HintedRouter(APIRouter):
    def add_api_route(self, path, endpoint, **kwargs):
        if kwargs.get("response_model") is None:
            kwargs["response_model"] = get_type_hints(endpoint).get("return")
        super().add_api_route(path, endpoint, **kwargs)


hinted = HintedRouter()


@hinted.post("/search")
def search(limit: int = Body(10), wanted: Note | None = None) -> "list[Note]":
    return []


app.include_router(hinted)


@app.get("/pages", response_model=schemas.Page[schemas.NoteCreate])
def pages():
    return {"items": []}
