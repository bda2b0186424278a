from fastapi import FastAPI

from .http.routes import v2


def create_app() -> FastAPI:
    app = FastAPI()
    app.include_router(v2, prefix="/api")
    return app
