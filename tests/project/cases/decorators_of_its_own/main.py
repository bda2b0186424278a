import functools

from fastapi import APIRouter, FastAPI

app = FastAPI()
router = APIRouter(prefix="/x")


def timed(function):
    @functools.wraps(function)
    async def inner(*args, **kwargs):
        return await function(*args, **kwargs)

    return inner


def endpoint(path, *, verb="get", where=router):
    def decorate(function):
        getattr(where, verb)(f"/v1{path}")(function)
        return function

    return decorate


@endpoint("/made")
async def made():
    return 1


@endpoint("/changed", verb="patch", where=app)
@timed
async def changed(key: int):
    return key


@router.get("/a")
@router.get("/b")
@timed
async def both():
    return 2


@timed
async def never():
    return 3


app.include_router(router)
