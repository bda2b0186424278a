from fastapi import FastAPI

from . import models
from .database import engine
from .routers import brands, cars

models.Base.metadata.create_all(bind=engine)

app = FastAPI()

app.include_router(brands.router)
app.include_router(cars.router)
