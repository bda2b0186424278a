import os

import mystery
from fastapi import APIRouter, FastAPI

app = FastAPI()
router = APIRouter()


@router.get("/a")
def a():
    return 1


app.include_router(mystery.router)
app.include_router(router, prefix=mystery.PREFIX)
if mystery.enabled():
    app.include_router(router, prefix="/maybe")
if os.getenv("EXTRA") == "yes":
    app.include_router(router, prefix="/extra")
app.include_router(router)
