"""The application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from app.database import create_tables
from app.routes import auth


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Prepare what the application needs before the first request."""
    await create_tables()
    yield


app = FastAPI(title="Gate", lifespan=lifespan)
app.include_router(auth.router)


@app.get("/")
async def root() -> dict[str, str]:
    """Tell that the application runs."""
    return {"status": "ok"}
