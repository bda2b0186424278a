from fastapi import APIRouter

films = APIRouter(prefix="/films")


@films.get("/")
def read():
    return []
