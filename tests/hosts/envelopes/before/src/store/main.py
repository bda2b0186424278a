from contextlib import asynccontextmanager

from fastapi import FastAPI

from store.api import books
from store.core.database import Base, engine
from store.core.exceptions import add_handlers
from store.domain import models  # noqa: F401


@asynccontextmanager
async def lifespan(app: FastAPI):
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield


app = FastAPI(title="Store", lifespan=lifespan)
add_handlers(app)
app.include_router(books.router, prefix="/v1")
