"""The application."""

from contextlib import asynccontextmanager

from fastapi import FastAPI

from . import models  # noqa: F401
from .database import Base, engine
from .views import parts, shelves


@asynccontextmanager
async def lifespan(app: FastAPI):
    Base.metadata.create_all(bind=engine)
    yield


app = FastAPI(title="Stock", lifespan=lifespan)

for view in (shelves, parts):
    app.include_router(view.router, prefix="/api")
