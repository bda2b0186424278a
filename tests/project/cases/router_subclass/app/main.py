from fastapi import FastAPI

from .routing import BothSlashes

public = BothSlashes(prefix="/public")
secret = BothSlashes(prefix="/secret", hidden=True)


@public.get("/items/")
def read_items():
    return []


@secret.post("/items")
def add_item():
    return {}


app = FastAPI()
for router in (public, secret):
    if not router.hidden:
        app.include_router(router)
