from fastapi import FastAPI, Query

app = FastAPI()


@app.get("/plain")
def plain(
    limit: int = Query(20, ge=1, le=100), skip: int = Query(0, ge=0)
) -> list[int]:
    return list(range(skip, skip + limit))


@app.get("/declared")
def declared(
    page: int = Query(1, ge=1),
    size: int = Query(
        default=200,
        description="how many",
        ge=1,
        le=200,
    ),
) -> list[int]:
    return list(range(page, page + size))


@app.get("/all")
def everything(limit: int | None = None) -> list[int]:
    return list(range(100))[:limit]


@app.get("/called")
def called(limit: int = 20) -> list[int]:
    return list(range(limit))


def twice() -> list[int]:
    return called() + called()
