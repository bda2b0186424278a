from fastapi import FastAPI

from . import models, schemas

app = FastAPI()


@app.post("/posts", response_model=schemas.PostOut)
def create_post(post: schemas.PostCreate):
    return models.Post(**post.dict())
