from fastapi import FastAPI

import api.schemas
from api import deps, schemas

app = FastAPI()


@app.get("/mine")
def mine(user: deps.CurrentUser) -> list[schemas.Note]:
    return []


@app.post("/mine", response_model=list[schemas.Note])
def add(note: api.schemas.Note, user: deps.CurrentUser):
    return note
