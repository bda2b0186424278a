from app.models import Item, ItemCreate, ItemPublic, ItemUpdate, Label, User
from fastapi import FastAPI

app = FastAPI()
MODELS = (User, Label)


@app.post("/items", response_model=ItemPublic)
def create_item(item: ItemCreate) -> Item:
    return Item.model_validate(item)


@app.patch("/items/{item_id}", response_model=ItemPublic)
def update_item(item: ItemUpdate) -> Item:
    return Item.model_validate(item)
