"""An application with what stands around it."""

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from app.config import settings
from app.rate_limit import Limit, RateLimitMiddleware, by_key, by_user

app = FastAPI()

app.add_middleware(
    RateLimitMiddleware,
    limits=[
        Limit(settings.rate_limit, by_user),
        Limit("3/minute", by_key, "POST", "/items/{item_id}"),
    ],
)
app.add_middleware(
    CORSMiddleware,
    allow_origins=settings.cors_origins,
    allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
    allow_headers=["Authorization", "Content-Type"],
)


@app.get("/items")
async def list_items() -> list[str]:
    """Return something to read."""
    return ["one"]


@app.post("/items/{item_id}")
async def change_item(item_id: int) -> int:
    """Do something that has a limit of its own."""
    return item_id
