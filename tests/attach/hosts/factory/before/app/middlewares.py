"""What stands around the application."""

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware


def add_middlewares(app: FastAPI) -> None:
    """Add what every request goes through."""
    app.add_middleware(GZipMiddleware, minimum_size=1000)
