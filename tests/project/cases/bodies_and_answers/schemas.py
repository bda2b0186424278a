from typing import Generic, TypeVar

from pydantic import BaseModel

T = TypeVar("T")


class NoteCreate(BaseModel):
    text: str


class Page(BaseModel, Generic[T]):
    items: list[T]
