from fastapi import FastAPI
from shop.models import Cat
from shop.schemas import CatCreate, CatRead
from sqlalchemy import create_engine

app = FastAPI()
engine = create_engine("postgresql+psycopg://shop@localhost/shop")


@app.post("/cats", response_model=CatRead)
def create_cat(cat: CatCreate) -> Cat:
    return Cat(**cat.model_dump())
