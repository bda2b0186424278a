"""The application of the tides."""

from fastapi import FastAPI

from app.api import tides
from app.middlewares import add_middlewares


def create_app() -> FastAPI:
    """Return the application."""
    app = FastAPI(title="Tides")
    add_middlewares(app)
    app.include_router(tides.router, prefix="/api")
    return app


app = create_app()
