from contextlib import asynccontextmanager

from fastapi import FastAPI

from app.api import health
from app.config import settings


@asynccontextmanager
async def lifespan(app: FastAPI):
    """Say when the station begins and ends its work."""
    print(f"{settings.APP_NAME} is up")
    yield
    print(f"{settings.APP_NAME} is down")


app = FastAPI(
    title=settings.APP_NAME,
    lifespan=lifespan,
)

app.include_router(health.router, prefix=settings.API_PREFIX)


@app.get("/")
def index() -> dict[str, str]:
    return {"name": settings.APP_NAME}
