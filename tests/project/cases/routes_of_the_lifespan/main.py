from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI

router = APIRouter()


@router.get("/late")
def late():
    return 1


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.include_router(router, prefix="/started")
    yield


app = FastAPI(lifespan=lifespan)
