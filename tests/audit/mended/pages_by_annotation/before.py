from typing import Annotated

from fastapi import Depends, FastAPI

app = FastAPI()


class Page:
    def __init__(self, offset: int, limit: int) -> None:
        self.offset = offset
        self.limit = limit


def page(offset: int = 0, limit: int = 500) -> Page:
    return Page(offset, limit)


@app.get("/items")
def items(asked: Annotated[Page, Depends(page)]) -> list[int]:
    return list(range(asked.offset, asked.limit))
