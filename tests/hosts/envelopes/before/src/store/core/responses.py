from typing import Generic, TypeVar

from pydantic import BaseModel

T = TypeVar("T")


class Answer(BaseModel, Generic[T]):
    """What every endpoint answers."""

    success: bool = True
    data: T | None = None
    message: str = ""


class Page(BaseModel, Generic[T]):
    """Some rows of many."""

    rows: list[T]
    total: int
    page: int
    size: int
