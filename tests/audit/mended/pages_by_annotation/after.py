from typing import Annotated

from fastapi import Depends, FastAPI, Query

app = FastAPI()


class Page:
    def __init__(self, offset: int, limit: int) -> None:
        self.offset = offset
        self.limit = limit


def page(
    offset: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 500,
) -> Page:
    return Page(offset, limit)


@app.get("/items")
def items(asked: Annotated[Page, Depends(page)]) -> list[int]:
    return list(range(asked.offset, asked.limit))
