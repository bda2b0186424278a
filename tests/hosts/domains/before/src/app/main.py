from fastapi import FastAPI

from app.notes.router import router as notes_router
from app.users.auth import router as auth_router


def create_app() -> FastAPI:
    app = FastAPI(title='Notebook')
    for router in (auth_router, notes_router):
        app.include_router(router)
    return app


app = create_app()
