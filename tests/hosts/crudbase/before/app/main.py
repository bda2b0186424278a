from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlmodel import SQLModel

from app.api import login, tickets
from app.db import engine


@asynccontextmanager
async def lifespan(app: FastAPI):
    SQLModel.metadata.create_all(engine)
    yield


app = FastAPI(lifespan=lifespan)
ROUTERS = [login.router, tickets.router]
for router in ROUTERS:
    app.include_router(router, prefix="/api")
